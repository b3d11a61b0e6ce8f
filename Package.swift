// swift-tools-version: 6.3
// Condor's modules, declared by floor of the house (docs/architecture.md). A target may import only targets that stand
// before it in `floors`; Tests/Architecture holds every import line in the sources to this table.
import PackageDescription

/// What a module may stand on: `guest` modules also build as Embedded Swift for the prover guest and for WebAssembly,
/// `host` modules may use the operating system.
enum Kind { case guest, host }

struct Module {
    let name: String
    let kind: Kind
    let path: String
    let imports: [String]
    var systemLibraries: [String] = []
}

/// The house, top to bottom: every module, what it imports, and the C libraries it binds on the host.
let floors: [Module] = [
    Module(name: "Foundations", kind: .guest, path: "Foundations", imports: []),
    Module(
        name: "Cryptography", kind: .guest, path: "Cryptography", imports: ["Foundations"],
        systemLibraries: ["CSecp256k1", "CGMP", "CKeccak"]),
    Module(name: "Chain", kind: .guest, path: "Chain", imports: ["Foundations", "Cryptography"]),
    Module(name: "State", kind: .guest, path: "State", imports: ["Foundations", "Cryptography", "Chain"]),
    Module(
        name: "EVM", kind: .guest, path: "VirtualMachines/EVM",
        imports: ["Foundations", "Cryptography", "Chain", "State"]),
    Module(name: "Derivatives", kind: .guest, path: "Derivatives", imports: ["Foundations"]),
    Module(
        name: "Execution", kind: .guest, path: "Execution",
        imports: ["Foundations", "Cryptography", "Chain", "State", "EVM", "Derivatives"]),
    Module(
        name: "Commitment", kind: .guest, path: "Commitment",
        imports: ["Foundations", "Cryptography", "Chain", "State"]),
    Module(
        name: "Storage", kind: .host, path: "Storage",
        imports: ["Foundations", "Cryptography", "Chain", "State", "Commitment"],
        systemLibraries: ["CLinux", "CRocksDB"]),
    Module(
        name: "JSONText", kind: .host, path: "Node/JSONText", imports: ["Foundations"], systemLibraries: ["CSimdjson"]),
    Module(
        name: "Networking", kind: .host, path: "Node/Networking", imports: ["Foundations"],
        systemLibraries: ["CHTTPParser", "CWslay", "COpenSSL", "CLinux"]),
    Module(
        name: "Agents", kind: .host, path: "Agents",
        imports: ["Foundations", "Cryptography", "Chain", "Derivatives", "JSONText"]),
    Module(
        name: "Node", kind: .host, path: "Node/Node",
        imports: [
            "Foundations", "Cryptography", "Chain", "State", "EVM", "Derivatives", "Execution", "Commitment",
            "Storage", "JSONText", "Networking",
        ], systemLibraries: ["COpenSSL"]),
]

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
    .treatAllWarnings(as: .error),
    // Generic code of one module, such as Journal over its view, is specialised where another one uses it.
    // Functions that call nothing need no frame pointer, among them what the interpreter jumps between.
    .unsafeFlags(["-cross-module-optimization", "-Xcc", "-momit-leaf-frame-pointer"], .when(configuration: .release)),
]

let everyModule = floors.map { Target.Dependency(stringLiteral: $0.name) }

let modules: [Target] = floors.map { module in
    .target(
        name: module.name,
        dependencies: (module.imports + module.systemLibraries).map { .init(stringLiteral: $0) },
        path: "Sources/\(module.path)",
        swiftSettings: swiftSettings)
}

let systemLibraries: [Target] = [
    .systemLibrary(
        name: "CSecp256k1", path: "Sources/System/CSecp256k1", pkgConfig: "libsecp256k1",
        providers: [.apt(["libsecp256k1-dev"])]),
    .systemLibrary(name: "CGMP", path: "Sources/System/CGMP", pkgConfig: "gmp", providers: [.apt(["libgmp-dev"])]),
    .systemLibrary(
        name: "CHTTPParser", path: "Sources/System/CHTTPParser", providers: [.apt(["libhttp-parser-dev"])]),
    .systemLibrary(
        name: "CWslay", path: "Sources/System/CWslay", providers: [.apt(["libwslay-dev"])]),
    .systemLibrary(
        name: "COpenSSL", path: "Sources/System/COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
        name: "CRocksDB", path: "Sources/System/CRocksDB", providers: [.apt(["librocksdb-dev"])]),
    // Shims with C bodies: simdjson is C++ behind `extern "C"`; Glibc's module lacks epoll and accept4.
    .target(
        name: "CSimdjson", path: "Sources/System/CSimdjson", cxxSettings: [.unsafeFlags(["-O2"])],
        linkerSettings: [.linkedLibrary("simdjson"), .linkedLibrary("stdc++")]),
    .target(name: "CLinux", path: "Sources/System/CLinux"),
    // The executables' allocator.
    .target(
        name: "CAllocator", path: "Sources/System/CAllocator", linkerSettings: [.linkedLibrary("jemalloc")]),
    .target(name: "CKeccak", path: "Sources/System/CKeccak", cSettings: [.unsafeFlags(["-O3"])]),
    // Benchmarks put other virtual machines beside the interpreter.
    .target(name: "CEVMC", path: "Benchmarks/EVMC"),
]

let executables: [Target] = [
    .executableTarget(
        name: "condor", dependencies: everyModule + ["CAllocator", "CLinux"], path: "Sources/Tools/condor",
        swiftSettings: swiftSettings),
    .executableTarget(
        name: "condor-bench", dependencies: everyModule + ["CAllocator", "CEVMC", "CKeccak", "COpenSSL"],
        path: "Benchmarks/Condor",
        swiftSettings: swiftSettings),
]

// libFuzzer brings the entry point, and instruments everything: built by Scripts/fuzz-decoders only.
let fuzzers: [Target] =
    Context.environment["CONDOR_FUZZERS"] == nil
    ? []
    : [
        .executableTarget(
            name: "decoder-fuzzer", dependencies: everyModule, path: "Tests/Fuzz/Decoders", swiftSettings: swiftSettings
        )
    ]

let tests: [Target] = ["Unit", "Properties", "Architecture"].map { name in
    .testTarget(
        name: "\(name)Tests", dependencies: everyModule, path: "Tests/\(name)", swiftSettings: swiftSettings)
}

let package = Package(
    name: "Condor",
    products: [.executable(name: "condor", targets: ["condor"])],
    targets: modules + systemLibraries + executables + fuzzers + tests,
    cxxLanguageStandard: .cxx17)
