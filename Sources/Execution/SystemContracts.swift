public import Foundations

/// Contracts that the protocol itself calls or listens to.
public enum SystemContracts {
    /// Who calls them. https://eips.ethereum.org/EIPS/eip-4788
    public static var caller: Address { address(0xffff_ffff, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_fffe) }
    /// https://eips.ethereum.org/EIPS/eip-4788
    public static var beaconRoots: Address { address(0x000f_3df6, 0xd732_807e_f131_9fb7, 0xb8bb_8522_d0be_ac02) }
    /// https://eips.ethereum.org/EIPS/eip-2935
    public static var historyStorage: Address { address(0x0000_f908, 0x27f1_c53a_10cb_7a02, 0x335b_1753_2000_2935) }
    /// https://eips.ethereum.org/EIPS/eip-7002
    public static var withdrawalRequests: Address {
        address(0x0000_0961, 0xef48_0eb5_5e80_d19a, 0xd835_79a6_4c00_7002)
    }
    /// https://eips.ethereum.org/EIPS/eip-7251
    public static var consolidationRequests: Address {
        address(0x0000_bbdd, 0xc7ce_4886_42fb_579f, 0x8b00_f3a5_9000_7251)
    }
    /// keccak256("DepositEvent(bytes,bytes,bytes,bytes,bytes)")
    static var depositEvent: Bytes32 {
        Bytes32(
            UInt256(
                limbs: 0xa790_803b_e390_38c5, 0xe7e1_ee91_2fc0_889a, 0xafea_4e5c_d82d_4049, 0x649b_bc62_d0e3_1342))
    }

    private static func address(_ high: UInt64, _ middle: UInt64, _ low: UInt64) -> Address {
        Address(UInt256(limbs: low, middle, high, 0))
    }
}
