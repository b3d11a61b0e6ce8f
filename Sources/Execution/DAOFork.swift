import Foundations
import State

extension BlockProcessor {
    /// Moves the ether of the DAO and its children to the contract that pays it back, before the first transaction of
    /// the fork's block. https://eips.ethereum.org/EIPS/eip-779
    public mutating func applyDAOFork() {
        let receiver = processor.journal.load(DAOFork.address(DAOFork.refund))
        for account in DAOFork.accounts {
            let sender = processor.journal.load(DAOFork.address(account))
            _ = processor.journal.transfer(from: sender, to: receiver, processor.journal.balance(sender))
        }
        _ = processor.journal.finishTransaction(clearsEmptyAccounts: false)
    }
}

/// Who lost and who received in the DAO fork; addresses as their 32, 64 and 64 bits.
private enum DAOFork {
    typealias Parts = (high: UInt64, middle: UInt64, low: UInt64)

    static func address(_ parts: Parts) -> Address {
        Address(UInt256(limbs: parts.low, parts.middle, parts.high, 0))
    }

    static var refund: Parts { (0xbf4e_d7b2, 0x7f1d_6665_46e3_0d74, 0xd50d_173d_20bc_a754) }

    static var accounts: [Parts] {
        [
            (0xd4fe_7bc3, 0x1ced_b7bf_b8a3_45f3, 0x1e66_8033_056b_2728),
            (0xb3fb_0e5a, 0xba0e_20e5_c49d_252d, 0xfd30_e102_b171_a425),
            (0x2c19_c7f9, 0xae8b_751e_37ae_b2d9, 0x3a69_9722_395a_e18f),
            (0xecd1_35fa, 0x4f61_a655_311e_8623, 0x8c92_adcd_7795_55d2),
            (0x1975_bd06, 0xd486_162d_5dc2_9779, 0x8dfc_41ed_d5d1_60a7),
            (0xa3ac_f3a1, 0xe16b_1d7c_315e_2351, 0x0fdd_7847_b482_34f6),
            (0x319f_70ba, 0xb684_5585_f412_ec77, 0x24b7_44fe_c609_5c85),
            (0x0670_6dd3, 0xf2c9_abf0_a21d_dcc6, 0x941d_9b86_f059_6936),
            (0x5c85_3689, 0x8fbb_74fc_7445_8149, 0x02fd_0842_2eac_56d0),
            (0x6966_ab0d, 0x4853_5309_5148_a215, 0x5858_910e_0965_b6f9),
            (0x7795_43a0, 0x491a_837c_a36c_e8c6, 0x35d6_154e_3c49_11a6),
            (0x2a5e_d960, 0x395e_2a49_b1c7_58ce, 0xf4aa_1521_3cfd_874c),
            (0x5c6e_67cc, 0xd584_9c0d_2921_9c4f, 0x95f1_a7a9_3b3f_5dc5),
            (0x9c50_426b, 0xe05d_b97f_5d64_fc54, 0xbf89_eff9_47f0_a321),
            (0x2004_50f0, 0x6520_bdd6_c527_622a, 0x2733_3338_4d87_0efb),
            (0xbe85_39bf, 0xe837_b67d_1282_b2b1, 0xd61c_3f72_3966_f049),
            (0x6b0c_4d41, 0xba9a_b8d8_cfb5_d379, 0xc69a_612f_2ced_8ecb),
            (0xf138_5fb2, 0x4aad_0cd7_4328_2408, 0x5e42_aff9_0886_fef5),
            (0xd1ac_8b1e, 0xf1b6_9ff5_1d1d_401a, 0x476e_7e61_2414_f091),
            (0x8163_e7fb, 0x499e_90f8_544e_a62b, 0xbf80_d21c_d26d_9efd),
            (0x51e0_ddd9, 0x9983_64a2_eb38_5886, 0x79f0_d2c4_2653_e4a6),
            (0x627a_0a96, 0x0c07_9c21_c34f_7612, 0xd5d2_30e0_1b4a_d4c7),
            (0xf0b1_aa0e, 0xb660_7544_48a7_937c, 0x022e_30aa_692f_e0c5),
            (0x24c4_d950, 0xdfd4_dd19_02bb_ed35, 0x0814_4a54_542b_ba94),
            (0x9f27_daea, 0x7aca_0aa0_4462_20b9, 0x8d02_8715_e3bc_803d),
            (0xa5dc_5acd, 0x6a79_68a4_554d_89d6, 0x5e59_b7fd_3bff_0f90),
            (0xd9ae_f3a1, 0xe38a_39c1_6b31_d1ac, 0xe71b_ca8e_f58d_315b),
            (0x63ed_5a27, 0x2de2_f6d9_6840_8b4a, 0xcb90_24f4_cc20_8ebf),
            (0x6f67_04e5, 0xa103_32af_6672_e50b, 0x3d97_54dc_460d_fa4d),
            (0x77ca_7b50, 0xb6cd_7e2f_3fa0_08e2, 0x4ab7_93fd_56cb_15f6),
            (0x492e_a3bb, 0x0f33_1552_1c31_f273, 0xe565_b868_fc09_0f17),
            (0x0ff3_0d6d, 0xe14a_8224_aa97_b78a, 0xea53_88d1_c51c_1f00),
            (0x9ea7_79f9, 0x07f0_b315_b364_b0cf, 0xc39a_0fde_5b02_a416),
            (0xceae_b481, 0x747c_a6c5_40a0_00c1, 0xf364_1f8c_ef16_1fa7),
            (0xcc34_673c, 0x6c40_e791_0518_9856, 0x7a12_22da_f90b_e287),
            (0x579a_80d9, 0x09f3_46fb_fb11_8949, 0x3f52_1d7f_48d5_2238),
            (0xe308_bd1a, 0xc5fd_a103_9673_59b2, 0x712d_d89d_effb_7973),
            (0x4cb3_1628, 0x079f_b14e_4bc3_cd5e, 0x30c2_f748_9b00_960c),
            (0xac1e_cab3, 0x2727_358d_ba89_62a0, 0xf3b2_6173_1aad_9723),
            (0x4fd6_ace7, 0x47f0_6ece_9c49_699c, 0x7cab_c62d_0221_1f75),
            (0x440c_59b3, 0x25d2_997a_134c_2c7c, 0x60a8_c616_1121_2bad),
            (0x4486_a3d6, 0x8fac_6967_006d_7a51, 0x7b88_9fd3_f98c_102b),
            (0x9c15_b548, 0x78ba_618f_494b_38f0, 0xae74_43db_6af6_48ba),
            (0x27b1_37a8, 0x5656_544b_1ccb_5a0f, 0x2e56_1a57_03c6_a68f),
            (0x21c7_fdb9, 0xed8d_291d_79ff_d82e, 0xb2c4_356e_c0d8_1241),
            (0x23b7_5c2f, 0x6791_eef4_9c69_684d, 0xb4c6_c1f9_3bf4_9a50),
            (0x1ca6_abd1, 0x4d30_affe_533b_24d7, 0xa21b_ff4c_2d5e_1f3b),
            (0xb963_7156, 0xd330_c0d6_05a7_91f1, 0xc31b_a589_0582_fe1c),
            (0x6131_c42f, 0xa982_e569_2910_7413, 0xa9d5_26fd_9940_5560),
            (0x1591_fc0f, 0x688c_81fb_eb17_f542, 0x6a16_2a70_24d4_30c2),
            (0x542a_9515, 0x200d_14b6_8e93_4e98, 0x30d9_1645_a980_dd7a),
            (0xc4bb_d073, 0x882d_d2ad_d242_4cf4, 0x7d35_2134_05b0_1324),
            (0x7824_95b7, 0xb335_5efb_2833_d56e, 0xcb34_dc22_ad7d_fcc4),
            (0x58b9_5c9a, 0x9d5d_2682_5e70_a82b, 0x6adb_139d_3fd8_29eb),
            (0x3ba4_d81d, 0xb016_dc28_90c8_1f3a, 0xcec2_454b_ff5a_ada5),
            (0xb520_42c8, 0xca3f_8aa2_46fa_79c3, 0xfeaa_3d95_9347_c0ab),
            (0xe4ae_1efd, 0xfc53_b738_93af_4911, 0x3d86_94a0_57b9_c0d1),
            (0x3c02_a7bc, 0x0391_e86d_91b7_d144, 0xe61c_2c01_a25a_79c5),
            (0x0737_a6b8, 0x37f9_7f46_ebad_e41b, 0x9bc3_e1c5_09c8_5c53),
            (0x97f4_3a37, 0xf595_ab5d_d318_fb46, 0xe7a1_55ea_e057_317a),
            (0x52c5_317c, 0x848b_a20c_7504_cb2c, 0x8052_abd1_fde2_9d03),
            (0x4863_2267, 0x80fe_7c03_5645_4236, 0xd3b1_c879_2785_748d),
            (0x5d2b_2e6f, 0xcbe3_b11d_26b5_25e0, 0x85ff_818d_ae33_2479),
            (0x5f9f_3392, 0xe9f6_2f63_b8ea_c0be, 0xb555_41fc_8627_f42c),
            (0x057b_5673, 0x6d32_b866_16a1_0f61, 0x9859_c6cd_6f59_092a),
            (0x9aa0_08f6, 0x5de0_b923_a2a4_f020, 0x12ad_034a_5e2e_2192),
            (0x304a_554a, 0x310c_7e54_6dfe_4346, 0x69c6_2820_b7d8_3490),
            (0x914d_1b8b, 0x43e9_2723_e64f_d0a0, 0x6f5b_db8d_d9b1_0c79),
            (0x4deb_0033, 0xbb26_bc53_4b19_7e61, 0xd19e_0733_e567_9784),
            (0x07f5_c1e1, 0xbc2c_93e0_402f_2334, 0x1973_a0e0_43f7_bf8a),
            (0x35a0_51a0, 0x010a_ba70_5c90_08d7, 0xa7ef_f6fb_88f6_ea7b),
            (0x4fa8_0232, 0x4e92_9786_dbda_3b88, 0x20dc_7834_e913_4a2a),
            (0x9da3_97b9, 0xe807_5530_1a3b_3217, 0x3283_a91c_0ef6_c87e),
            (0x8d9e_db30, 0x54ce_5c57_74a4_20ac, 0x37eb_ae0a_c023_43c6),
            (0x0101_f3be, 0x8ebb_4bbd_39a2_e3b9, 0xa363_9d42_5983_2fd9),
            (0x5dc2_8b15, 0xdffe_d940_48d7_3806, 0xce4b_7a46_12a1_d48f),
            (0xbcf8_99e6, 0xc7d9_d5a2_15ab_1e34, 0x44c8_6806_fa85_4c76),
            (0x12e6_26b0, 0xeebf_e86a_56d6_33b9, 0x864e_389b_45dc_b260),
            (0xa2f1_ccba, 0x9395_d7fc_b155_bba8, 0xbc92_db9b_afae_ade7),
            (0xec8e_5775, 0x6626_fdc0_7c63_ad2e, 0xafbd_28d0_8e7b_0ca5),
            (0xd164_b088, 0xbd91_08b6_0d0c_a375, 0x1da4_bceb_207b_0782),
            (0x6231_b6d0, 0xd5e7_7fe0_01c2_a460, 0xbd95_84fe_e60d_409b),
            (0x1cba_23d3, 0x43a9_83e9_b5cf_d194, 0x96b9_a970_1ada_385f),
            (0xa82f_360a, 0x8d34_55c5_c413_6697, 0x5bde_739c_37bf_eb8a),
            (0x9fcd_2dea, 0xff37_2a39_cc67_9d5c, 0x5e4d_e7ba_fb0b_1339),
            (0x005f_5cee, 0x7a43_331d_5a3d_3eec, 0x7130_5925_a62f_34b6),
            (0x0e0d_a709, 0x33f4_c784_9fc0_d203, 0xf5d1_d43b_9ae4_532d),
            (0xd131_637d, 0x5275_fd1a_68a3_200f, 0x4ad2_5c71_a2a9_522e),
            (0xbc07_118b, 0x9ac2_90e4_622f_5e77, 0xa085_3539_789e_ffbe),
            (0x47e7_aa56, 0xd6bd_f3f3_6be3_4619, 0x660d_e612_7542_0af8),
            (0xacd8_7e28, 0xb0c9_d125_4e86_8b81, 0xcba4_cc20_d9a3_2225),
            (0xadf8_0dae, 0xc7ba_8dcf_1539_2f1a, 0xc611_fff6_5d94_f880),
            (0x5524_c55f, 0xb03c_f21f_5494_44cc, 0xbecb_664d_0aca_d706),
            (0x40b8_03a9, 0xabce_16f5_0f36_a77b, 0xa411_80eb_9002_3925),
            (0xfe24_cdd8, 0x6481_21a4_3a7c_86d2, 0x89be_4dd2_951e_d49f),
            (0x1780_2f43, 0xa013_7c50_6ba9_2291, 0x391a_8a8f_207f_487d),
            (0x2534_8807, 0x8a4e_df4d_6f42_f113, 0xd1e6_2836_a942_cf1a),
            (0x86af_3e96, 0x26fc_e195_7c82_e88c, 0xbf04_ddf3_a2ed_7915),
            (0xb136_7076, 0x42a4_ea12_fb4b_ae82, 0x0f03_d256_2ebf_f487),
            (0xdbe9_b615, 0xa3ae_8709_af8b_9333, 0x6ce9_b477_e4ac_0940),
            (0xf14c_1407, 0x5d6c_4ed8_4b86_798a, 0xf095_6dee_f673_65b5),
            (0xca54_4e5c, 0x4687_d109_611d_0f8f, 0x928b_53a2_5af7_2448),
            (0xaeeb_8ff2, 0x7288_bdab_c0fa_5ebb, 0x731b_6f40_9507_516c),
            (0xcbb9_d370, 0x3e65_1b0d_496c_defb, 0x8b92_c25a_eb21_71f7),
            (0x6d87_5782, 0x88b6_cb55_49d5_076a, 0x2074_56a1_f6a6_3dc0),
            (0xb2c6_f0df, 0xbb71_6ac5_62e2_d85d, 0x6cb2_f8d5_ee87_603e),
            (0xaccc_230e, 0x8a6e_5be9_160b_8cdf, 0x2864_dd2a_001c_28b6),
            (0x2b34_55ec, 0x7fed_f16e_6462_68bf, 0x8884_6bd7_a231_9bb2),
            (0x4613_f3bc, 0xa5c4_4ea0_6337_a9e4, 0x39fb_c6d4_2e50_1d0a),
            (0xd343_b217, 0xde44_030a_faa2_75f5, 0x4d31_a931_7c7f_441e),
            (0x84ef_4b23, 0x5707_9cd7_a7c6_9fd7, 0xa37c_d060_9a67_9106),
            (0xda2f_ef9e, 0x4a32_3098_8ff1_7df2, 0x1654_40f3_7e8b_1708),
            (0xf4c6_4518, 0xea10_f995_918a_4541, 0x58c6_b614_07ea_345c),
            (0x7602_b46d, 0xf539_0e43_2ef1_c307, 0xd4f2_c9ff_6d65_cc97),
            (0xbb9b_c244, 0xd798_123f_de78_3fcc, 0x1c72_d3bb_8c18_9413),
            (0x8076_40a1, 0x3483_f8ac_783c_557f, 0xcdf2_7be1_1ea4_ac7a),
        ]
    }
}
