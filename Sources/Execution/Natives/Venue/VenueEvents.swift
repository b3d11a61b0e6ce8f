import Derivatives
import Foundations

extension VenueEventKind {
    /// The event's declaration: which contract emits it, under which name, and what of it can be searched for.
    var declaration: NativeEvent {
        switch self {
        case .underlyingAdded:
            return NativeEvent(
                name: "UnderlyingAdded",
                topic: UInt256(
                    limbs: 0x6e87_23aa_b84c_c02e, 0x563e_3a9f_d736_6fab, 0x9f99_690d_4273_1169, 0xff0a_8df3_4e69_ee50),
                indexed: 1,
                parameters: [NativeParameter("underlying", .unsigned(32)), NativeParameter("symbol", .unsigned(64))])
        case .instrumentListed:
            return NativeEvent(
                name: "InstrumentListed",
                topic: UInt256(
                    limbs: 0x9e8a_9b8f_3a00_e6bc, 0xabb2_c1b4_0630_b1de, 0x8421_4d5c_bab9_b140, 0x238d_e374_533d_9bf8),
                indexed: 2,
                parameters: [
                    NativeParameter("number", .unsigned(32)), NativeParameter("instrument", .unsigned(256)),
                    NativeParameter("tick", .unsigned(256)), NativeParameter("lot", .unsigned(256)),
                ])
        case .statusChanged:
            return NativeEvent(
                name: "StatusChanged",
                topic: UInt256(
                    limbs: 0x2d4a_2cfe_1999_e62c, 0x90e4_1d25_f854_fb34, 0x7dfe_be12_e813_5816, 0x83ff_33f8_31ff_8d63),
                indexed: 1,
                parameters: [NativeParameter("number", .unsigned(32)), NativeParameter("status", .unsigned(8))])
        case .parameterSet:
            return NativeEvent(
                name: "ParameterSet",
                topic: UInt256(
                    limbs: 0x23a5_4407_5339_4f97, 0x178e_cb36_0265_9217, 0x0102_b319_4480_02da, 0xf391_67af_8ded_dc45),
                indexed: 2,
                parameters: [
                    NativeParameter("parameter", .unsigned(8)), NativeParameter("underlying", .unsigned(32)),
                    NativeParameter("value", .signed(256)),
                ])
        case .accountOpened:
            return NativeEvent(
                name: "AccountOpened",
                topic: UInt256(
                    limbs: 0xa3f4_2303_bd1b_60e2, 0x21c7_9287_51d5_b65b, 0x71a6_c03b_0677_0f8d, 0xdfac_d858_9d04_d876),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("owner", .address),
                    NativeParameter("index", .unsigned(32)),
                ])
        case .sessionKeySet:
            return NativeEvent(
                name: "SessionKeySet",
                topic: UInt256(
                    limbs: 0xb023_8fbc_c353_eb31, 0x7080_9f59_7a6a_3cf4, 0xe487_65b5_ae20_f4e4, 0x4d3d_52fc_cbbf_1d02),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("key", .address),
                    NativeParameter("expiry", .unsigned(64)),
                ])
        case .reported:
            return NativeEvent(
                name: "Reported",
                topic: UInt256(
                    limbs: 0x6104_5c1a_c279_d424, 0x2568_d71c_29dd_5a4f, 0x57a8_553b_90cb_e137, 0x562b_d2e9_d10c_f19d),
                indexed: 2,
                parameters: [
                    NativeParameter("publisher", .unsigned(8)), NativeParameter("feed", .unsigned(256)),
                    NativeParameter("timestamp", .unsigned(64)),
                ])
        case .indexUpdated:
            return NativeEvent(
                name: "IndexUpdated",
                topic: UInt256(
                    limbs: 0xb209_e3a1_f64f_eca3, 0x5eec_87d9_0806_5517, 0xe264_7f3d_9fa8_75f8, 0x7ff4_dee4_d125_efb7),
                indexed: 1,
                parameters: [
                    NativeParameter("underlying", .unsigned(32)), NativeParameter("price", .signed(256)),
                    NativeParameter("validity", .unsigned(8)),
                ])
        case .markUpdated:
            return NativeEvent(
                name: "MarkUpdated",
                topic: UInt256(
                    limbs: 0x2cf4_be29_804a_536d, 0x73a5_b17f_6658_d6bc, 0x4969_4ba0_8f15_98c3, 0x8387_4774_a941_7c7d),
                indexed: 1,
                parameters: [NativeParameter("number", .unsigned(32)), NativeParameter("price", .signed(256))])
        case .breaker:
            return NativeEvent(
                name: "Breaker",
                topic: UInt256(
                    limbs: 0x3e7f_bdaf_de0e_18aa, 0x09c6_217e_9c3c_f06b, 0xdbdf_e7fb_053b_a07d, 0x0a06_5b0d_b836_bbdf),
                indexed: 2,
                parameters: [
                    NativeParameter("cause", .unsigned(8)), NativeParameter("subject", .unsigned(32)),
                    NativeParameter("value", .signed(256)), NativeParameter("limit", .signed(256)),
                ])
        case .orderPlaced:
            return NativeEvent(
                name: "OrderPlaced",
                topic: UInt256(
                    limbs: 0x9a25_9c3c_d606_e231, 0xc106_443e_f1d8_b5d0, 0xd2c1_61cb_11e0_73a0, 0x5f67_075b_933c_9f70),
                indexed: 2,
                parameters: [
                    NativeParameter("order", .unsigned(256)), NativeParameter("account", .unsigned(32)),
                    NativeParameter("side", .unsigned(8)), NativeParameter("ticks", .unsigned(32)),
                    NativeParameter("lots", .signed(64)), NativeParameter("clientID", .unsigned(64)),
                    NativeParameter("flags", .unsigned(64)),
                ])
        case .triggerSet:
            return NativeEvent(
                name: "TriggerSet",
                topic: UInt256(
                    limbs: 0xe81a_c568_f92b_7853, 0x447d_7e2c_40e7_7e59, 0xe206_f735_3469_1d43, 0x7c61_261e_843e_4938),
                indexed: 1,
                parameters: [NativeParameter("order", .unsigned(256)), NativeParameter("ticks", .unsigned(32))])
        case .orderTriggered:
            return NativeEvent(
                name: "OrderTriggered",
                topic: UInt256(
                    limbs: 0x78f1_4553_9c14_ee33, 0x2fb1_15a9_13cb_1e37, 0x1caf_d24f_c236_45c0, 0xea73_f80a_7910_e8c6),
                indexed: 2,
                parameters: [NativeParameter("order", .unsigned(256)), NativeParameter("account", .unsigned(32))])
        case .orderMatched:
            return NativeEvent(
                name: "OrderMatched",
                topic: UInt256(
                    limbs: 0x91d9_860e_cb57_d0f9, 0xddd3_01ae_3c52_80cf, 0xc0ca_219c_1ae1_7ff6, 0xdf30_8f7d_b0ca_d36c),
                indexed: 2,
                parameters: [
                    NativeParameter("taker", .unsigned(256)), NativeParameter("maker", .unsigned(256)),
                    NativeParameter("ticks", .signed(64)), NativeParameter("lots", .signed(64)),
                ])
        case .orderResized:
            return NativeEvent(
                name: "OrderResized",
                topic: UInt256(
                    limbs: 0x67f0_0301_27af_f911, 0x6498_dc93_aa93_c253, 0x32b0_029e_2a0e_3066, 0x4619_a9e0_5541_6a9b),
                indexed: 2,
                parameters: [
                    NativeParameter("order", .unsigned(256)), NativeParameter("account", .unsigned(32)),
                    NativeParameter("lots", .signed(64)),
                ])
        case .orderRemoved:
            return NativeEvent(
                name: "OrderRemoved",
                topic: UInt256(
                    limbs: 0x90f5_acfc_c2cf_e744, 0x4437_f5f3_0ad4_0c35, 0xe097_6150_0080_edbb, 0x3ef4_fe2a_61f1_3e8e),
                indexed: 2,
                parameters: [
                    NativeParameter("order", .unsigned(256)), NativeParameter("account", .unsigned(32)),
                    NativeParameter("reason", .unsigned(8)), NativeParameter("lots", .signed(64)),
                ])
        case .quotesPulled:
            return NativeEvent(
                name: "QuotesPulled",
                topic: UInt256(
                    limbs: 0x67c4_843e_2e54_37ea, 0x7f06_3fcb_c26d_88d9, 0xbfd7_2ed4_34e5_51f8, 0xa588_816e_b3f5_a990),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("underlying", .unsigned(32)),
                    NativeParameter("cause", .unsigned(8)), NativeParameter("value", .signed(256)),
                    NativeParameter("limit", .signed(256)), NativeParameter("until", .unsigned(64)),
                ])
        case .auctionCleared:
            return NativeEvent(
                name: "AuctionCleared",
                topic: UInt256(
                    limbs: 0xd3e5_0393_20b2_a134, 0x1db4_24bd_76fa_56b6, 0x633f_9a3f_d353_3150, 0x9717_dca8_7418_2867),
                indexed: 1,
                parameters: [
                    NativeParameter("number", .unsigned(32)), NativeParameter("ticks", .signed(64)),
                    NativeParameter("lots", .signed(64)), NativeParameter("imbalance", .signed(64)),
                ])
        case .deposited:
            return NativeEvent(
                name: "Deposited",
                topic: UInt256(
                    limbs: 0x8f6c_b584_02af_aaa6, 0xed40_ed59_20f8_48b6, 0x074e_59d5_fafe_3b9c, 0x50bf_1cd2_9545_fa47),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("collateral", .unsigned(32)),
                    NativeParameter("amount", .signed(256)),
                ])
        case .withdrawn:
            return NativeEvent(
                name: "Withdrawn",
                topic: UInt256(
                    limbs: 0x76f8_80e0_5794_2633, 0x6832_ff2e_eaa6_b2e9, 0xd0b0_991a_6b0a_e8ab, 0x43e7_388f_5077_849b),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("collateral", .unsigned(32)),
                    NativeParameter("amount", .signed(256)),
                ])
        case .transferred:
            return NativeEvent(
                name: "Transferred",
                topic: UInt256(
                    limbs: 0xdd8a_c987_c28f_ae4b, 0xa3ca_ed1e_0c7c_114f, 0x2214_8a2f_6daf_2787, 0x36b6_fe8f_ddff_5aa6),
                indexed: 2,
                parameters: [
                    NativeParameter("from", .unsigned(32)), NativeParameter("to", .unsigned(32)),
                    NativeParameter("amount", .signed(256)),
                ])
        case .filled:
            return NativeEvent(
                name: "Filled",
                topic: UInt256(
                    limbs: 0xc72d_a668_fcd4_2bc1, 0xe58a_5538_2093_9d04, 0xadc2_ea9e_a267_1117, 0xaa20_4786_2e13_08cd),
                indexed: 3,
                parameters: [
                    NativeParameter("number", .unsigned(32)), NativeParameter("taker", .unsigned(32)),
                    NativeParameter("maker", .unsigned(32)), NativeParameter("side", .unsigned(8)),
                    NativeParameter("price", .signed(256)), NativeParameter("size", .signed(256)),
                    NativeParameter("takerFee", .signed(256)), NativeParameter("makerFee", .signed(256)),
                ])
        case .positionChanged:
            return NativeEvent(
                name: "PositionChanged",
                topic: UInt256(
                    limbs: 0x02ca_3a6c_6f6f_9e60, 0xfe74_73ae_23b2_6a41, 0x03e8_a6fb_e0e4_f252, 0xa9e4_3b9b_87d4_1009),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("number", .unsigned(32)),
                    NativeParameter("size", .signed(256)), NativeParameter("cost", .signed(256)),
                ])
        case .fundingAccrued:
            return NativeEvent(
                name: "FundingAccrued",
                topic: UInt256(
                    limbs: 0xbfd3_7419_aac2_2d5a, 0x7c32_b8c5_f410_315f, 0x5b85_7994_03ec_adc5, 0x3126_1bc8_cc68_1db5),
                indexed: 1,
                parameters: [
                    NativeParameter("number", .unsigned(32)), NativeParameter("rate", .signed(256)),
                    NativeParameter("cumulative", .signed(256)),
                ])
        case .fundingPaid:
            return NativeEvent(
                name: "FundingPaid",
                topic: UInt256(
                    limbs: 0x65c6_c998_ba7e_139c, 0x710b_5e64_4f22_6ca1, 0x5949_9b3b_d228_6dfa, 0xc717_4d96_dd5f_1c57),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("number", .unsigned(32)),
                    NativeParameter("amount", .signed(256)),
                ])
        case .expirySettled:
            return NativeEvent(
                name: "ExpirySettled",
                topic: UInt256(
                    limbs: 0x821d_452f_5986_b65a, 0x18fc_8519_724e_6cd9, 0x56e3_fd1e_adf1_35bf, 0xea00_4691_43b4_afbf),
                indexed: 2,
                parameters: [
                    NativeParameter("underlying", .unsigned(32)), NativeParameter("expiry", .unsigned(64)),
                    NativeParameter("price", .signed(256)),
                ])
        case .positionSettled:
            return NativeEvent(
                name: "PositionSettled",
                topic: UInt256(
                    limbs: 0x4a6c_d8ac_e946_0d46, 0xcc59_6216_0ec3_e4f7, 0xe51e_7169_7c0c_8826, 0xe6e3_59c1_3657_fc95),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("number", .unsigned(32)),
                    NativeParameter("size", .signed(256)), NativeParameter("payoff", .signed(256)),
                ])
        case .exercised:
            return NativeEvent(
                name: "Exercised",
                topic: UInt256(
                    limbs: 0x9ad3_e452_40bc_d097, 0xa2e0_f68f_f549_4565, 0x3225_f7a0_5809_6d4f, 0x3069_e5c1_0a2b_2f51),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("number", .unsigned(32)),
                    NativeParameter("size", .signed(256)), NativeParameter("payoff", .signed(256)),
                ])
        case .assigned:
            return NativeEvent(
                name: "Assigned",
                topic: UInt256(
                    limbs: 0xacd1_05a1_7cb4_3d47, 0x808d_61bc_6dbc_d621, 0x28b2_3dca_e635_e92b, 0x3a30_424a_6a80_684b),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("number", .unsigned(32)),
                    NativeParameter("size", .signed(256)), NativeParameter("payoff", .signed(256)),
                ])
        case .badDebt:
            return NativeEvent(
                name: "BadDebt",
                topic: UInt256(
                    limbs: 0x3102_ac4b_3a8a_79d9, 0x749f_2c78_20fb_4651, 0x8331_8da5_c53e_4c3a, 0x8d2a_5432_4f41_5c99),
                indexed: 1,
                parameters: [NativeParameter("account", .unsigned(32)), NativeParameter("amount", .signed(256))])
        case .liquidationStep:
            return NativeEvent(
                name: "LiquidationStep",
                topic: UInt256(
                    limbs: 0x3262_bce3_14fd_0735, 0xb4e1_c28d_965d_4b98, 0xb1fd_8efd_7097_fdf9, 0xb80f_6ce1_2f6f_48c1),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("step", .unsigned(8)),
                    NativeParameter("margin", .signed(256)), NativeParameter("equity", .signed(256)),
                ])
        case .liquidationFilled:
            return NativeEvent(
                name: "LiquidationFilled",
                topic: UInt256(
                    limbs: 0xaeab_0dc0_5740_d1f4, 0x214a_6a8e_e998_8756, 0xb675_7d4d_b042_a907, 0x2edc_efcb_b1ed_847c),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("number", .unsigned(32)),
                    NativeParameter("size", .signed(256)), NativeParameter("cost", .signed(256)),
                ])
        case .auctionBid:
            return NativeEvent(
                name: "AuctionBid",
                topic: UInt256(
                    limbs: 0x4d09_5438_00e8_95b9, 0x0ed6_a55e_e95b_aa08, 0x1111_b2fd_13bf_4d1d, 0x911d_ebfc_a097_27c6),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("bidder", .unsigned(32)),
                    NativeParameter("trade", .unsigned(64)), NativeParameter("fraction", .signed(256)),
                    NativeParameter("price", .signed(256)), NativeParameter("value", .signed(256)),
                ])
        case .insurancePaid:
            return NativeEvent(
                name: "InsurancePaid",
                topic: UInt256(
                    limbs: 0x9eaa_a30e_10bf_9e28, 0xe72d_78e8_cb46_a4d6, 0xa53d_15ca_d157_6af5, 0xf6c3_d64c_c669_1e3f),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("underlying", .unsigned(32)),
                    NativeParameter("amount", .signed(256)),
                ])
        case .deleveraged:
            return NativeEvent(
                name: "Deleveraged",
                topic: UInt256(
                    limbs: 0x67d9_3cfb_5567_9ea8, 0xd6c6_40a5_c540_9a62, 0x4a49_62f6_da62_2a17, 0x006c_b028_0430_e90c),
                indexed: 3,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("counterparty", .unsigned(32)),
                    NativeParameter("number", .unsigned(32)), NativeParameter("size", .signed(256)),
                    NativeParameter("pricePerLot", .signed(256)),
                ])
        case .socialised:
            return NativeEvent(
                name: "Socialised",
                topic: UInt256(
                    limbs: 0xc7ff_8112_be64_2b30, 0x6d36_725e_b45c_8775, 0x1aac_9c54_edae_d4a5, 0xaf56_cec4_d173_638e),
                indexed: 2,
                parameters: [
                    NativeParameter("account", .unsigned(32)), NativeParameter("payer", .unsigned(32)),
                    NativeParameter("amount", .signed(256)),
                ])
        }
    }

    /// Which contract's log it is.
    var contract: VenueContract {
        switch self {
        case .underlyingAdded, .instrumentListed, .statusChanged, .parameterSet: .instruments
        case .reported, .indexUpdated, .markUpdated, .breaker: .oracle
        case .orderPlaced, .triggerSet, .orderTriggered, .orderMatched, .orderResized, .orderRemoved, .quotesPulled,
            .auctionCleared:
            .book
        case .accountOpened, .sessionKeySet, .deposited, .withdrawn, .transferred, .filled, .positionChanged,
            .fundingAccrued, .fundingPaid, .expirySettled, .positionSettled, .exercised, .assigned, .badDebt:
            .clearing
        case .liquidationStep, .liquidationFilled, .auctionBid, .insurancePaid, .deleveraged, .socialised: .liquidation
        }
    }
}
