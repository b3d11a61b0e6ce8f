import Chain
import Foundations
import State

// Logs of the protocol's own, laid out as ERC-20's, for ether that moves or goes out of existence.
// https://eips.ethereum.org/EIPS/eip-7708

extension Machine {
    /// Who emits them: the caller of system contracts, which no contract can be.
    private static var emitter: Address { Address(UInt256(limbs: 0xffff_ffff_ffff_fffe, .max, 0xffff_ffff, 0)) }

    /// keccak256("Transfer(address,address,uint256)")
    private static var transferTopic: Bytes32 {
        Bytes32(
            UInt256(
                limbs: 0x28f5_5a4d_f523_b3ef, 0x952b_a7f1_63c4_a116, 0x69c2_b068_fc37_8daa, 0xddf2_52ad_1be2_c89b))
    }

    /// keccak256("Burn(address,uint256)")
    private static var burnTopic: Bytes32 {
        Bytes32(
            UInt256(
                limbs: 0x71a0_fdb7_5d39_7ca5, 0x6cff_cc18_4412_cf7a, 0x815c_1ee0_9dbd_0673, 0xcc16_f5db_b487_3280))
    }

    /// A transfer to oneself, or of nothing, leaves no log.
    mutating func logTransfer(from sender: Int, to receiver: Int, _ amount: UInt256) {
        if sender == receiver || amount.isZero { return }
        emit(
            Log(
                address: Machine.emitter,
                topics: [
                    Machine.transferTopic, Bytes32(journal.address(at: sender).word),
                    Bytes32(journal.address(at: receiver).word),
                ], data: amount.bigEndianBytes))
    }

    mutating func logBurn(of account: Int, _ amount: UInt256) {
        if amount.isZero { return }
        emit(
            Log(
                address: Machine.emitter, topics: [Machine.burnTopic, Bytes32(journal.address(at: account).word)],
                data: amount.bigEndianBytes))
    }

    /// What accounts that go at the end of the transaction still hold goes with them.
    public mutating func logBurnsAtEnd() {
        guard rules.logsTransfers else { return }
        let accounts = journal.accountsToDestroy.sorted { journal.address(at: $0) < journal.address(at: $1) }
        for account in accounts { logBurn(of: account, journal.balance(account)) }
    }
}
