#if !hasFeature(Embedded)
    public import Foundations

    /// The interface files of the natives, as `contracts/interfaces` holds them.
    public enum NativeInterfaceFiles {
        /// Name and content of every file.
        public static var all: [(name: String, content: String)] {
            interfaces.flatMap { address, interface in
                [
                    ("\(interface.name).json", interface.jsonABI),
                    ("\(interface.name).vyi", interface.vyperInterface(at: address)),
                ]
            }
        }

        /// A native as callers see it.
        public struct Contract: Sendable {
            public let address: Address
            /// `name(type,…)`, whose hash the selector begins.
            public let functions: [(signature: String, selector: UInt32)]
            public let errors: [(signature: String, selector: UInt32)]
            /// The topics are whole hashes.
            public let events: [(signature: String, topic: UInt256)]
        }

        /// Every native with what it declares.
        public static var contracts: [Contract] {
            interfaces.map { address, interface in
                Contract(
                    address: address, functions: interface.functions.map { ($0.signature, $0.selector) },
                    errors: interface.errors.map { ($0.signature, $0.selector) },
                    events: interface.events.map { ($0.signature, $0.topic) })
            }
        }

        private static var interfaces: [(Address, NativeInterface)] {
            [
                (FixedPointContract.address, FixedPointContract.interface),
                (PricingContract.address, PricingContract.interface),
            ] + VenueContracts.interfaces
        }
    }

    extension NativeInterface {
        /// The JSON ABI, one entry a line.
        var jsonABI: String {
            let functions = functions.map { function in
                """
                {"type": "function", "name": "\(function.name)", "stateMutability": \
                "\(function.writes ? "nonpayable" : "view")", \
                "inputs": \(json(function.inputs)), "outputs": \(json(function.outputs))}
                """
            }
            let errors = errors.map { #"{"type": "error", "name": "\#($0.name)", "inputs": \#(json($0.inputs))}"# }
            let events = events.map { event in
                let inputs = event.parameters.enumerated().map { place, parameter in
                    """
                    {"name": "\(parameter.name)", "type": "\(parameter.type.name)", \
                    "indexed": \(place < event.indexed)}
                    """
                }
                return """
                    {"type": "event", "name": "\(event.name)", "anonymous": false, \
                    "inputs": [\(inputs.joined(separator: ", "))]}
                    """
            }
            return "[\n" + (functions + errors + events).map { "  " + $0 }.joined(separator: ",\n") + "\n]\n"
        }

        private func json(_ parameters: [NativeParameter]) -> String {
            let items = parameters.map { parameter in
                let type = parameter.structName == nil ? parameter.type.name : "tuple[]"
                let components = parameter.fields.isEmpty ? "" : #", "components": \#(json(parameter.fields))"#
                return #"{"name": "\#(parameter.name)", "type": "\#(type)"\#(components)}"#
            }
            return "[" + items.joined(separator: ", ") + "]"
        }

        /// A Vyper interface module.
        func vyperInterface(at address: Address) -> String {
            let functions = functions.map { function in
                let inputs = function.inputs.map { "\($0.name): \($0.vyperType)" }.joined(separator: ", ")
                let outputs = function.outputs.map { $0.vyperType }.joined(separator: ", ")
                let result = outputs.isEmpty ? "" : " -> (\(outputs))"
                return """
                    @\(function.writes ? "nonpayable" : "view")
                    @external
                    def \(function.name)(\(inputs))\(result):
                        ...

                    """
            }
            let structs = self.functions.flatMap { $0.inputs }.compactMap { parameter in
                parameter.structName.map { name in
                    "struct \(name):\n" + parameter.fields.map { "    \($0.name): \($0.vyperType)\n" }.joined() + "\n\n"
                }
            }
            let errors = errors.map { "#   \($0.signature): \($0.meaning)\n" }
            // Events stand in the JSON file alone: Vyper would take them for some that the importing contract emits.
            return """
                # pragma version ~=0.4.0
                # Generated from the declaration of Condor's native \(name), at \(address).
                # Reverts with:
                \(errors.joined())

                \(structs.joined())\(functions.joined(separator: "\n"))
                """
        }
    }

    extension NativeFunction {
        /// `name(type,…)`, whose hash the selector begins.
        var signature: String { "\(name)(" + inputs.map { $0.type.name }.joined(separator: ",") + ")" }
    }

    extension NativeRevert {
        var signature: String { "\(name)(" + inputs.map { $0.type.name }.joined(separator: ",") + ")" }
    }

    extension NativeEvent {
        var signature: String { "\(name)(" + parameters.map { $0.type.name }.joined(separator: ",") + ")" }
    }

    extension NativeParameter {
        fileprivate var vyperType: String {
            guard case .array(let element) = type else { return type.name }
            let name = element == .bytes ? "Bytes[1024]" : structName.map { "\($0)" } ?? element.name
            return "DynArray[\(name), \(cap)]"
        }
    }

    extension ABIType {
        /// The type as signatures write it.
        var name: String {
            switch self {
            case .unsigned(let bits): "uint\(bits)"
            case .signed(let bits): "int\(bits)"
            case .bool: "bool"
            case .address: "address"
            case .fixedBytes(let count): "bytes\(count)"
            case .bytes: "bytes"
            case .string: "string"
            case .array(let element): "\(element.name)[]"
            case .fixedArray(let element, let count): "\(element.name)[\(count)]"
            case .tuple(let members): "(" + members.map { $0.name }.joined(separator: ",") + ")"
            }
        }
    }
#endif
