import Chain
import Derivatives
import EVM
import Foundations
import State

/// What a block of a chain with a venue does by itself, and how far it has come.
struct VenuePipeline {
    var sequence = VenueSequence(rule: .fifo)
    /// Whether the block's reports are in, and the venue has done its work behind them.
    var isOpen = false
    var logs: [Log] = []
}

// The venue's work in a block (derivatives.md, section 3): behind the oracle's transactions, which come first, and behind the last one. It
// goes through the journal as a transaction does, but costs no gas; what it logs is in a receipt of its own.

extension BlockProcessor {
    /// Where a transaction may stand; every one in a block whose chain has no venue.
    package var venueSequence: VenueSequence? { block.venueIsActive ? pipeline.sequence : nil }

    /// Before the first transaction: the rule that holds in this block, whatever its transactions set.
    mutating func prepareVenue() {
        let rule = withVenue { $0.bookParameters().orderingRule }
        pipeline.sequence = VenueSequence(rule: rule)
        _ = processor.journal.finishTransaction(clearsEmptyAccounts: true)
    }

    /// Behind the reports: marks, funding, settlements.
    mutating func openVenue() {
        pipeline.isOpen = true
        withVenue { venue in
            if venue.instrumentCount() > 0 { venue.openBlock() }
        }
        finishVenueStage()
    }

    /// Behind the last transaction: triggers, auctions, liquidations; then the receipt of what both stages logged.
    mutating func closeVenue() {
        if !pipeline.isOpen { openVenue() }
        withVenue { venue in
            if venue.instrumentCount() > 0 { venue.closeBlock() }
        }
        finishVenueStage()
    }

    private mutating func finishVenueStage() {
        pipeline.logs += processor.journal.finishTransaction(clearsEmptyAccounts: true)
    }

    /// Each stage has a venue of its own: what one has read, transactions change.
    private mutating func withVenue<Value>(
        _ act: (inout Venue<JournalVenueStorage<View>>) -> Value
    ) -> Value {
        let (time, number, americanRows) = (block.timestamp, block.number, americanRows)
        return withUnsafeMutablePointer(to: &processor.journal) { journal in
            var venue = Venue(
                storage: JournalVenueStorage(journal), time: time, blockNumber: number, americanRows: americanRows)
            return act(&venue)
        }
    }
}
