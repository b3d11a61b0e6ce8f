import Chain
import EVM
import Foundation
import Foundations

/// What happens with mismatches: they are made small, judged by the specification, told and written down.
struct FuzzJudge {
    let kind: FuzzPeer.Kind?
    let peer: FuzzPeer?
    let python: String
    let seed: UInt64
    /// Mismatches are wanted, and nothing is to be learnt from them.
    let isCanary: Bool

    func judge(_ found: [(batch: UInt64, mismatch: FuzzBatch.Mismatch)], _ tally: inout FuzzTally) throws {
        tally.mismatches += found.count
        // The others of a batch mostly show the same.
        guard !isCanary, let (batch, mismatch) = found.first else { return }
        let order = kind?.order ?? (batch.isMultiple(of: 2) ? .independent : .sequence)
        var testCase = mismatch.entry.testCase
        testCase.transactions =
            order == .independent
            ? [testCase.transactions[mismatch.index]] : Array(testCase.transactions[...mismatch.index])
        let name = "fuzz-\(testCase.block.context.fork.fixtureName)-\(mismatch.difference.aspect)-\(seed)-\(batch)"
        printError("MISMATCH \(name): condor \(mismatch.difference.condor) | peer \(mismatch.difference.peer)")
        func difference(_ candidate: FuzzCase) throws -> FuzzDifference? {
            let batch = FuzzBatch(candidate, order: order)
            if mismatch.isOwn { return batch.ownDifferences.first?.difference }
            return try FuzzJudge.ask(peer, batch).first?.difference
        }
        guard try difference(testCase) != nil else {
            printError("  it does not show again by itself: condor fuzz --seed \(seed) --first \(batch) shows it")
            return
        }
        var shrinker = FuzzShrinker(testCase) { try difference($0)?.aspect == mismatch.difference.aspect }
        try shrinker.shrink()
        testCase = shrinker.testCase
        guard let final = try difference(testCase) else { return }
        var regression = FuzzRegression(name: name, testCase: testCase)
        regression.source = "condor fuzz --peer \(kind?.rawValue ?? "none") --seed \(seed) --first \(batch)"
        regression.condor = final.condor
        regression.other = "\(mismatch.isOwn ? "reference interpreter" : peer?.name ?? "") \(final.peer)"
        try settle(&regression, isOwn: mismatch.isOwn)
        let path = try regression.write()
        printError("  \(regression.judgement)\n  written to \(path)")
    }

    /// Asks the specification, whose answer becomes the expected one. Transactions then run as in a block; where gas was
    /// free it gets a price, so that the state shows what was used.
    private func settle(_ regression: inout FuzzRegression, isOwn: Bool) throws {
        let judge: FuzzPeer
        if let peer, kind == .eels {
            judge = peer
        } else {
            do {
                judge = try FuzzPeer(.eels, python: python, script: FuzzRun.script)
            } catch {
                regression.judgement = "not judged: EELS cannot be asked"
                return
            }
        }
        guard regression.testCase.block.context.fork != .constantinople else {
            regression.judgement = "not judged: EELS has no Constantinople"
            return
        }
        for index in regression.testCase.transactions.indices {
            let floor = max(regression.testCase.block.context.baseFeePerGas, 10)
            guard regression.testCase.transactions[index].transaction.maxFeePerGas.isZero else { continue }
            regression.testCase.transactions[index].transaction.maxFeePerGas = floor
            regression.testCase.transactions[index].transaction.maxPriorityFeePerGas = floor
        }
        let batch = FuzzBatch(regression.testCase, order: .sequence)
        guard let request = batch.request() else { return }
        judge.send(request)
        var reply = try judge.receive()
        var copy = reply
        for _ in regression.testCase.transactions { regression.expected.append(try reply.answer()) }
        let differences = try batch.compare(&copy).mismatches
        if let first = differences.first {
            regression.judgement =
                "Condor is wrong: \(judge.name) has \(first.difference.peer), Condor \(first.difference.condor)"
        } else if isOwn {
            regression.judgement = "The reference interpreter is wrong: \(judge.name) agrees with the fast one"
        } else {
            regression.judgement = "Condor is right: \(judge.name) agrees with it"
        }
    }

    private static func ask(_ peer: FuzzPeer?, _ batch: FuzzBatch) throws -> [FuzzBatch.Mismatch] {
        guard let peer, let request = batch.request() else { return [] }
        peer.send(request)
        var reply = try peer.receive()
        return try batch.compare(&reply).mismatches
    }
}
