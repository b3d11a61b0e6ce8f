// Written by Scripts/generate-curves from the primes and points of the standards named below; not edited by hand.

import Foundations

/// The field of secp256k1's coordinates. SEC 2, 2.4.1.
enum Secp256k1Coordinates: RootParameters {
    static var modulus: UInt256 {
        UInt256(limbs: 0xffff_fffe_ffff_fc2f, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff)
    }
    static var negativeInverse: UInt64 { 0xd838_091d_d225_3531 }
    static var radix: UInt256 {
        UInt256(limbs: 0x0000_0001_0000_03d1, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000)
    }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0x0000_07a2_000e_90a1, 0x0000_0000_0000_0001, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000)
    }
    static var inversionPasses: Int { 17 }
    static var inversionFactor: UInt256 {
        UInt256(limbs: 0x1a22_0000_0000_0000, 0x491d_6135_87bf_943b, 0x262a_0123_4c98_57b7, 0x0000_0000_0002_0000)
    }
    static var rootExponent: UInt256 {
        UInt256(limbs: 0xffff_ffff_bfff_ff0c, 0xffff_ffff_ffff_ffff, 0xffff_ffff_ffff_ffff, 0x3fff_ffff_ffff_ffff)
    }
}

/// The field of secp256k1's scalars. SEC 2, 2.4.1.
enum Secp256k1Order: FieldParameters {
    static var modulus: UInt256 {
        UInt256(limbs: 0xbfd2_5e8c_d036_4141, 0xbaae_dce6_af48_a03b, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff)
    }
    static var negativeInverse: UInt64 { 0x4b0d_ff66_5588_b13f }
    static var radix: UInt256 {
        UInt256(limbs: 0x402d_a173_2fc9_bebf, 0x4551_2319_50b7_5fc4, 0x0000_0000_0000_0001, 0x0000_0000_0000_0000)
    }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0x896c_f214_67d7_d140, 0x7414_96c2_0e7c_f878, 0xe697_f5e4_5bcd_07c6, 0x9d67_1cd5_81c6_9bc5)
    }
    static var inversionPasses: Int { 17 }
    static var inversionFactor: UInt256 {
        UInt256(limbs: 0x6827_0d3b_e1fd_0f4a, 0xce8b_b0e6_1be6_a687, 0xa646_2ff3_53a6_2995, 0xb540_bd22_4e4f_9b3a)
    }
}

/// The field of P-256's coordinates. FIPS 186-4, D.1.2.3.
enum P256Coordinates: RootParameters {
    static var modulus: UInt256 {
        UInt256(limbs: 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_ffff, 0x0000_0000_0000_0000, 0xffff_ffff_0000_0001)
    }
    static var negativeInverse: UInt64 { 0x1 }
    static var radix: UInt256 {
        UInt256(limbs: 0x0000_0000_0000_0001, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_ffff, 0x0000_0000_ffff_fffe)
    }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0x0000_0000_0000_0003, 0xffff_fffb_ffff_ffff, 0xffff_ffff_ffff_fffe, 0x0000_0004_ffff_fffd)
    }
    static var inversionPasses: Int { 17 }
    static var inversionFactor: UInt256 {
        UInt256(limbs: 0xff5a_0000_02f4_0000, 0xfa5d_ffff_fd65_ffff, 0x026b_ffff_ff0d_ffff, 0x0668_0000_009e_0000)
    }
    static var rootExponent: UInt256 {
        UInt256(limbs: 0x0000_0000_0000_0000, 0x0000_0000_4000_0000, 0x4000_0000_0000_0000, 0x3fff_ffff_c000_0000)
    }
}

/// The field of P-256's scalars. FIPS 186-4, D.1.2.3.
enum P256Order: FieldParameters {
    static var modulus: UInt256 {
        UInt256(limbs: 0xf3b9_cac2_fc63_2551, 0xbce6_faad_a717_9e84, 0xffff_ffff_ffff_ffff, 0xffff_ffff_0000_0000)
    }
    static var negativeInverse: UInt64 { 0xccd1_c8aa_ee00_bc4f }
    static var radix: UInt256 {
        UInt256(limbs: 0x0c46_353d_039c_daaf, 0x4319_0552_58e8_617b, 0x0000_0000_0000_0000, 0x0000_0000_ffff_ffff)
    }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0x8324_4c95_be79_eea2, 0x4699_799c_49bd_6fa6, 0x2845_b239_2b6b_ec59, 0x66e1_2d94_f3d9_5620)
    }
    static var inversionPasses: Int { 17 }
    static var inversionFactor: UInt256 {
        UInt256(limbs: 0xbe70_be57_cecb_de83, 0x272d_e207_8d37_bd68, 0xc657_ce69_9213_a068, 0x443a_3d42_8c93_35b9)
    }
}

/// The field of BN254's coordinates. EIP-196.
enum BN254Coordinates: RootParameters {
    static var modulus: UInt256 {
        UInt256(limbs: 0x3c20_8c16_d87c_fd47, 0x9781_6a91_6871_ca8d, 0xb850_45b6_8181_585d, 0x3064_4e72_e131_a029)
    }
    static var negativeInverse: UInt64 { 0x87d2_0782_e486_6389 }
    static var radix: UInt256 {
        UInt256(limbs: 0xd35d_438d_c58f_0d9d, 0x0a78_eb28_f5c7_0b3d, 0x666e_a36f_7879_462c, 0x0e0a_77c1_9a07_df2f)
    }
    static var radixSquared: UInt256 {
        UInt256(limbs: 0xf32c_fc5b_538a_fa89, 0xb5e7_1911_d445_01fb, 0x47ab_1eff_0a41_7ff6, 0x06d8_9f71_cab8_351f)
    }
    static var inversionPasses: Int { 17 }
    static var inversionFactor: UInt256 {
        UInt256(limbs: 0xd330_b361_7404_f53c, 0x5f12_aa9f_d968_87c1, 0xe782_0241_e67f_0488, 0x2029_e539_ef58_b497)
    }
    static var rootExponent: UInt256 {
        UInt256(limbs: 0x4f08_2305_b61f_3f52, 0x65e0_5aa4_5a1c_72a3, 0x6e14_116d_a060_5617, 0x0c19_139c_b84c_680a)
    }
}

/// The field of BLS12-381's coordinates. EIP-2537.
enum BLS12381Coordinates: RootParameters {
    static var modulus: UInt384 {
        UInt384(
            limbs: 0xb9fe_ffff_ffff_aaab, 0x1eab_fffe_b153_ffff, 0x6730_d2a0_f6b0_f624, 0x6477_4b84_f385_12bf,
            0x4b1b_a7b6_434b_acd7, 0x1a01_11ea_397f_e69a)
    }
    static var negativeInverse: UInt64 { 0x89f3_fffc_fffc_fffd }
    static var radix: UInt384 {
        UInt384(
            limbs: 0x7609_0000_0002_fffd, 0xebf4_000b_c40c_0002, 0x5f48_9857_53c7_58ba, 0x77ce_5853_7052_5745,
            0x5c07_1a97_a256_ec6d, 0x15f6_5ec3_fa80_e493)
    }
    static var radixSquared: UInt384 {
        UInt384(
            limbs: 0xf4df_1f34_1c34_1746, 0x0a76_e6a6_09d1_04f1, 0x8de5_476c_4c95_b6d5, 0x67eb_88a9_939d_83c0,
            0x9a79_3e85_b519_952d, 0x1198_8fe5_92ca_e3aa)
    }
    static var inversionPasses: Int { 25 }
    static var inversionFactor: UInt384 {
        UInt384(
            limbs: 0xc75b_87ea_e4c0_78ae, 0x5a05_3a50_01d6_3318, 0x7afc_9aa5_647b_c96a, 0x523e_c3bd_5b17_b648,
            0x5f8a_5432_1815_2dc6, 0x03d6_ad09_5ef6_91c4)
    }
    static var rootExponent: UInt384 {
        UInt384(
            limbs: 0xee7f_bfff_ffff_eaab, 0x07aa_ffff_ac54_ffff, 0xd9cc_34a8_3dac_3d89, 0xd91d_d2e1_3ce1_44af,
            0x92c6_e9ed_90d2_eb35, 0x0680_447a_8e5f_f9a6)
    }
}

extension Secp256k1Curve {
    /// The generator.
    static var generatorCoordinates:
        (x: MontgomeryField<Secp256k1Coordinates>, y: MontgomeryField<Secp256k1Coordinates>)
    {
        (
            .init(
                montgomery: UInt256(
                    limbs: 0xd736_2e5a_487e_2097, 0x231e_2953_29bc_66db, 0x979f_48c0_33fd_129c, 0x9981_e643_e908_9f48)),
            .init(
                montgomery: UInt256(
                    limbs: 0xb15e_a6d2_d3db_abe2, 0x8dfc_5d5d_1f1d_c64d, 0x70b6_b59a_ac19_c136, 0xcf3f_851f_d4a5_82d6))
        )
    }
}

extension P256Curve {
    static var b: MontgomeryField<P256Coordinates> {
        .init(
            montgomery: UInt256(
                limbs: 0xd89c_df62_29c4_bddf, 0xacf0_05cd_7884_3090, 0xe5a2_20ab_f721_2ed6, 0xdc30_061d_0487_4834))
    }
    /// The generator.
    static var generatorCoordinates: (x: MontgomeryField<P256Coordinates>, y: MontgomeryField<P256Coordinates>) {
        (
            .init(
                montgomery: UInt256(
                    limbs: 0x79e7_30d4_18a9_143c, 0x75ba_95fc_5fed_b601, 0x79fb_732b_7762_2510, 0x1890_5f76_a537_55c6)),
            .init(
                montgomery: UInt256(
                    limbs: 0xddf2_5357_ce95_560a, 0x8b4a_b8e4_ba19_e45c, 0xd2e8_8688_dd21_f325, 0x8571_ff18_2588_5d85))
        )
    }
}

extension BLS12381Curve {
    /// The generator.
    static var generatorCoordinates: (x: MontgomeryField<BLS12381Coordinates>, y: MontgomeryField<BLS12381Coordinates>)
    {
        (
            .init(
                montgomery: UInt384(
                    limbs: 0x5cb3_8790_fd53_0c16, 0x7817_fc67_9976_fff5, 0x154f_95c7_143b_a1c1, 0xf0ae_6acd_f3d0_e747,
                    0xedce_6ecc_21db_f440, 0x1201_7741_9e0b_fb75)),
            .init(
                montgomery: UInt384(
                    limbs: 0xbaac_93d5_0ce7_2271, 0x8c22_631a_7918_fd8e, 0xdd59_5f13_5707_25ce, 0x51ac_5829_5040_5194,
                    0x0e1c_8c3f_ad00_59c0, 0x0bbc_3efc_5008_a26a))
        )
    }
}

extension BN254Tower {
    /// (9 + u)^((p − 1)/6).
    static var frobeniusRoot: QuadraticExtension<BN254Tower> {
        .init(
            a: .init(
                montgomery: UInt256(
                    limbs: 0xaf9b_a696_3314_4907, 0xca6b_1d73_87af_b78a, 0x11bd_ed5e_f08a_2087, 0x02f3_4d75_1a1f_3a7c)),
            b: .init(
                montgomery: UInt256(
                    limbs: 0xa222_ae23_4c49_2d72, 0xd00f_02a4_565d_e15b, 0xdc2f_f3a2_53df_c926, 0x10a7_5716_b389_9551)))
    }
}

extension BN254Twist {
    /// 3/(9 + u).
    static var b: QuadraticExtension<BN254Tower> {
        .init(
            a: .init(
                montgomery: UInt256(
                    limbs: 0x3bf9_38e3_77b8_02a8, 0x020b_1b27_3633_535d, 0x26b7_edf0_4975_5260, 0x2514_c632_4384_a86d)),
            b: .init(
                montgomery: UInt256(
                    limbs: 0x38e7_eccc_d1dc_ff67, 0x65f0_b37d_93ce_0d3e, 0xd749_d0dd_22ac_00aa, 0x0141_b9ce_4a68_8d4d)))
    }
}

extension BN254Tower {
    /// The non-adjacent form of 6·t + 2.
    static var loop: (positive: UInt128, negative: UInt128) { (0x2_2002_0042_0080_4028, 0x8288_9008_420a_0480) }
}

extension BLS12381Tower {
    /// (1 + u)^((p − 1)/6).
    static var frobeniusRoot: QuadraticExtension<BLS12381Tower> {
        .init(
            a: .init(
                montgomery: UInt384(
                    limbs: 0x0708_9552_b319_d465, 0xc669_5f92_b50a_8313, 0x97e8_3ccc_d117_228f, 0xa35b_aeca_b2dc_29ee,
                    0x1ce3_93ea_5daa_ce4d, 0x08f2_220f_b0fb_66eb)),
            b: .init(
                montgomery: UInt384(
                    limbs: 0xb2f6_6aad_4ce5_d646, 0x5842_a06b_fc49_7cec, 0xcf48_95d4_2599_d394, 0xc11b_9cba_40a8_e8d0,
                    0x2e38_13cb_e5a0_de89, 0x110e_efda_8884_7faf)))
    }
}

extension BLS12381Tower {
    /// The bits of −t: as few as a non-adjacent form would have.
    static var loop: (positive: UInt128, negative: UInt128) { (0xd201_0000_0001_0000, 0x0) }
}

extension BLS12381Curve {
    /// A cube root of one: (x, y) ↦ (β·x, y) is multiplication by −t² in the group.
    static var cubeRoot: MontgomeryField<BLS12381Coordinates> {
        .init(
            montgomery: UInt384(
                limbs: 0x30f1_361b_798a_64e8, 0xf3b8_ddab_7ece_5a2a, 0x16a8_ca3a_c615_77f7, 0xc26a_2ff8_74fd_029b,
                0x3636_b766_6070_1c6e, 0x051b_a4ab_241b_6160))
    }
}

extension BLS12381Twist {
    /// The generator of the second group. EIP-2537.
    static var generatorCoordinates: (x: QuadraticExtension<BLS12381Tower>, y: QuadraticExtension<BLS12381Tower>) {
        (
            .init(
                a: .init(
                    montgomery: UInt384(
                        limbs: 0xf5f2_8fa2_0294_0a10, 0xb3f5_fb26_87b4_961a, 0xa1a8_93b5_3e2a_e580,
                        0x9894_999d_1a3c_aee9, 0x6f67_b763_1863_366b, 0x0581_9192_4350_bcd7)),
                b: .init(
                    montgomery: UInt384(
                        limbs: 0xa5a9_c075_9e23_f606, 0xaaa0_c59d_bccd_60c3, 0x3bb1_7e18_e286_7806,
                        0x1b1a_b6cc_8541_b367, 0xc2b6_ed0e_f215_8547, 0x1192_2a09_7360_edf3))),
            .init(
                a: .init(
                    montgomery: UInt384(
                        limbs: 0x4c73_0af8_6049_4c4a, 0x597c_fa1f_5e36_9c5a, 0xe7e6_856c_aa0a_635a,
                        0xbbef_b5e9_6e0d_495f, 0x07d3_a975_f0ef_25a2, 0x0083_fd8e_7e80_dae5)),
                b: .init(
                    montgomery: UInt384(
                        limbs: 0xadc0_fc92_df64_b05d, 0x18aa_270a_2b14_61dc, 0x86ad_ac6a_3be4_eba0,
                        0x7949_5c4e_c93d_a33a, 0xe717_5850_a43c_caed, 0x0b2b_c2a1_63de_1bf2)))
        )
    }
    /// τ times the generator, for the secret τ of Ethereum's trusted setup.
    static var setupCoordinates: (x: QuadraticExtension<BLS12381Tower>, y: QuadraticExtension<BLS12381Tower>) {
        (
            .init(
                a: .init(
                    montgomery: UInt384(
                        limbs: 0x6120_a209_9b03_79f9, 0xa2df_815c_b821_0e4e, 0xcb57_be55_77bd_3d4f,
                        0x62da_0ea8_9a0c_93f8, 0x02e0_ee16_968e_150d, 0x171f_09ae_a833_acd5)),
                b: .init(
                    montgomery: UInt384(
                        limbs: 0x11a3_6707_49df_d455, 0x0499_1d7b_3abf_fadc, 0x8544_6a8e_1443_7f41,
                        0x2717_4e7b_4e76_e3f2, 0x7bfa_6dd3_97f6_0a20, 0x02fc_c329_ac07_080f))),
            .init(
                a: .init(
                    montgomery: UInt384(
                        limbs: 0xaa13_0838_793b_2317, 0xe236_dd22_0f89_1637, 0x6502_7829_2576_0980,
                        0xd05c_25f6_0557_ec89, 0x6095_767a_4406_4474, 0x1856_9391_7080_d405)),
                b: .init(
                    montgomery: UInt384(
                        limbs: 0x549f_9e17_5b03_dc0a, 0x32c0_c95a_7710_6cfe, 0x64a7_4eae_5705_d080,
                        0x53de_eaf5_6659_ed9e, 0x09a1_d368_508a_fb93, 0x12cf_3a45_25b5_e9bd)))
        )
    }
    /// What the Frobenius map of the twist multiplies x̄ by: (1 + u)^((1 − p)/3).
    static var frobeniusX: QuadraticExtension<BLS12381Tower> {
        .init(
            a: .init(
                montgomery: UInt384(
                    limbs: 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000, 0x0000_0000_0000_0000,
                    0x0000_0000_0000_0000, 0x0000_0000_0000_0000)),
            b: .init(
                montgomery: UInt384(
                    limbs: 0x890d_c9e4_8675_45c3, 0x2af3_2253_3285_a5d5, 0x5088_0866_309b_7e2c, 0xa20d_1b8c_7e88_1024,
                    0x14e4_f04f_e2db_9068, 0x14e5_6d3f_1564_853a)))
    }
    /// What the Frobenius map of the twist multiplies ȳ by: (1 + u)^((1 − p)/2).
    static var frobeniusY: QuadraticExtension<BLS12381Tower> {
        .init(
            a: .init(
                montgomery: UInt384(
                    limbs: 0x3e2f_585d_a55c_9ad1, 0x4294_213d_86c1_8183, 0x3828_44c8_8b62_3732, 0x92ad_2afd_1910_3e18,
                    0x1d79_4e4f_ac7c_f0b9, 0x0bd5_92fc_7d82_5ec8)),
            b: .init(
                montgomery: UInt384(
                    limbs: 0x7bcf_a7a2_5aa3_0fda, 0xdc17_dec1_2a92_7e7c, 0x2f08_8dd8_6b4e_bef1, 0xd1ca_2087_da74_d4a7,
                    0x2da2_5966_96ce_bc1d, 0x0e2b_7eed_bbfd_87d2)))
    }
}
