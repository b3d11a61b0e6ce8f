// Written by Scripts/generate-functions; not edited by hand.

import Foundations

extension Real {
    /// π.
    static var pi: Real {
        Real(high: 0xc90f_daa2_2168_c234, low: 0xc4c6_628b_80dc_1cd1, exponent: 1)
    }
    /// 1e-18.
    static var wadUnit: Real {
        Real(high: 0x9392_ee8e_921d_5d07, low: 0x3aff_322e_6243_9fcf, exponent: -60)
    }
    /// ln 2.
    static var ln2: Real {
        Real(high: 0xb172_17f7_d1cf_79ab, low: 0xc9e3_b398_03f2_f6af, exponent: -1)
    }
    /// 1 ÷ ln 2.
    static var log2e: Real {
        Real(high: 0xb8aa_3b29_5c17_f0bb, low: 0xbe87_fed0_691d_3e89, exponent: 0)
    }
    /// √2.
    static var sqrt2: Real {
        Real(high: 0xb504_f333_f9de_6484, low: 0x597d_89b3_754a_be9f, exponent: 0)
    }
    /// 1 ÷ √(2π).
    static var inverseSqrtTwoPi: Real {
        Real(high: 0xcc42_299e_a1b2_8468, low: 0x7e59_e280_5d5c_7180, exponent: -2)
    }
    /// 2.515517. Abramowitz and Stegun, 26.2.23.
    static var quantileA0: Real {
        Real(high: 0xa0fe_3b03_e20c_cff2, low: 0x1b3a_eee9_5747_0eb2, exponent: 1)
    }
    /// 0.802853. Abramowitz and Stegun, 26.2.23.
    static var quantileA1: Real {
        Real(high: 0xcd87_c632_7ed8_4d33, low: 0x8f79_8527_1bcd_bbe0, exponent: -1)
    }
    /// 0.010328. Abramowitz and Stegun, 26.2.23.
    static var quantileA2: Real {
        Real(high: 0xa936_c58e_eae9_ee45, low: 0xc358_afc4_7e49_b1fb, exponent: -7)
    }
    /// 1.432788. Abramowitz and Stegun, 26.2.23.
    static var quantileB1: Real {
        Real(high: 0xb765_98e1_0cf5_b1c8, low: 0x6488_3fd5_0225_742e, exponent: 0)
    }
    /// 0.189269. Abramowitz and Stegun, 26.2.23.
    static var quantileB2: Real {
        Real(high: 0xc1cf_bb94_9624_9a13, low: 0x3c1c_e6c0_93d9_6638, exponent: -3)
    }
    /// 0.001308. Abramowitz and Stegun, 26.2.23.
    static var quantileB3: Real {
        Real(high: 0xab71_3272_4313_7b07, low: 0x075b_3e14_37c5_692b, exponent: -10)
    }
}

extension Wide {
    /// ln 2.
    static var ln2: Wide {
        Wide(
            low: UInt256(
                limbs: 0xed2e_ae35_c138_2144, 0x5595_52fb_4afa_1b10, 0xe7b8_7620_6deb_ac98, 0x8a0d_175b_8baa_fa2b),
            high: UInt256(
                limbs: 0x40f3_4326_7298_b62d, 0xc9e3_b398_03f2_f6af, 0xb172_17f7_d1cf_79ab, 0x0000_0000_0000_0000))
    }
    /// √2.
    static var sqrt2: Wide {
        Wide(
            low: UInt256(
                limbs: 0x1ee9_50bc_8738_f695, 0x5163_fcdf_b907_b672, 0x95f9_0608_7571_4587, 0xda2f_590b_0667_322a),
            high: UInt256(
                limbs: 0x3ade_c175_1277_5099, 0xb2fb_1366_ea95_7d3e, 0x6a09_e667_f3bc_c908, 0x0000_0000_0000_0001))
    }
    /// 1 ÷ √(2π).
    static var inverseSqrtTwoPi: Wide {
        Wide(
            low: UInt256(
                limbs: 0xeb14_2779_70be_1513, 0x23f5_d3ab_b374_e88d, 0x9df8_ac55_447d_3db7, 0xc047_1b48_0263_9d2e),
            high: UInt256(
                limbs: 0xd382_9f30_5127_06d8, 0x3f2c_f140_2eae_38bf, 0x6621_14cf_50d9_4234, 0x0000_0000_0000_0000))
    }
}
