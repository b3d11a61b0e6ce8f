// Keccak-f[1600] as macros, for one state or for several at once: LANE is uint64_t or a vector of them, one element for
// each state. Source: FIPS 202, section 3.3.

#ifndef CONDOR_KECCAK_PERMUTATION_H
#define CONDOR_KECCAK_PERMUTATION_H

#include <stdint.h>

static const uint64_t round_constants[24] = {
    0x0000000000000001u, 0x0000000000008082u, 0x800000000000808au, 0x8000000080008000u,
    0x000000000000808bu, 0x0000000080000001u, 0x8000000080008081u, 0x8000000000008009u,
    0x000000000000008au, 0x0000000000000088u, 0x0000000080008009u, 0x000000008000000au,
    0x000000008000808bu, 0x800000000000008bu, 0x8000000000008089u, 0x8000000000008003u,
    0x8000000000008002u, 0x8000000000000080u, 0x000000000000800au, 0x800000008000000au,
    0x8000000080008081u, 0x8000000000008080u, 0x0000000080000001u, 0x8000000080008008u,
};

#define ROL(x, n) (((x) << (n)) | ((x) >> (64 - (n))))

// One round from lanes a<y><x> to lanes e<y><x>.
#define ROUND(a, e, constant)                                                                                          \
    do {                                                                                                               \
        LANE c0 = a##00 ^ a##10 ^ a##20 ^ a##30 ^ a##40;                                                               \
        LANE c1 = a##01 ^ a##11 ^ a##21 ^ a##31 ^ a##41;                                                               \
        LANE c2 = a##02 ^ a##12 ^ a##22 ^ a##32 ^ a##42;                                                               \
        LANE c3 = a##03 ^ a##13 ^ a##23 ^ a##33 ^ a##43;                                                               \
        LANE c4 = a##04 ^ a##14 ^ a##24 ^ a##34 ^ a##44;                                                               \
        LANE d0 = c4 ^ ROL(c1, 1);                                                                                     \
        LANE d1 = c0 ^ ROL(c2, 1);                                                                                     \
        LANE d2 = c1 ^ ROL(c3, 1);                                                                                     \
        LANE d3 = c2 ^ ROL(c4, 1);                                                                                     \
        LANE d4 = c3 ^ ROL(c0, 1);                                                                                     \
        LANE b0, b1, b2, b3, b4;                                                                                       \
        b0 = a##00 ^ d0;                                                                                               \
        b1 = ROL(a##11 ^ d1, 44);                                                                                      \
        b2 = ROL(a##22 ^ d2, 43);                                                                                      \
        b3 = ROL(a##33 ^ d3, 21);                                                                                      \
        b4 = ROL(a##44 ^ d4, 14);                                                                                      \
        e##00 = b0 ^ (~b1 & b2) ^ (constant);                                                                          \
        e##01 = b1 ^ (~b2 & b3);                                                                                       \
        e##02 = b2 ^ (~b3 & b4);                                                                                       \
        e##03 = b3 ^ (~b4 & b0);                                                                                       \
        e##04 = b4 ^ (~b0 & b1);                                                                                       \
        b0 = ROL(a##03 ^ d3, 28);                                                                                      \
        b1 = ROL(a##14 ^ d4, 20);                                                                                      \
        b2 = ROL(a##20 ^ d0, 3);                                                                                       \
        b3 = ROL(a##31 ^ d1, 45);                                                                                      \
        b4 = ROL(a##42 ^ d2, 61);                                                                                      \
        e##10 = b0 ^ (~b1 & b2);                                                                                       \
        e##11 = b1 ^ (~b2 & b3);                                                                                       \
        e##12 = b2 ^ (~b3 & b4);                                                                                       \
        e##13 = b3 ^ (~b4 & b0);                                                                                       \
        e##14 = b4 ^ (~b0 & b1);                                                                                       \
        b0 = ROL(a##01 ^ d1, 1);                                                                                       \
        b1 = ROL(a##12 ^ d2, 6);                                                                                       \
        b2 = ROL(a##23 ^ d3, 25);                                                                                      \
        b3 = ROL(a##34 ^ d4, 8);                                                                                       \
        b4 = ROL(a##40 ^ d0, 18);                                                                                      \
        e##20 = b0 ^ (~b1 & b2);                                                                                       \
        e##21 = b1 ^ (~b2 & b3);                                                                                       \
        e##22 = b2 ^ (~b3 & b4);                                                                                       \
        e##23 = b3 ^ (~b4 & b0);                                                                                       \
        e##24 = b4 ^ (~b0 & b1);                                                                                       \
        b0 = ROL(a##04 ^ d4, 27);                                                                                      \
        b1 = ROL(a##10 ^ d0, 36);                                                                                      \
        b2 = ROL(a##21 ^ d1, 10);                                                                                      \
        b3 = ROL(a##32 ^ d2, 15);                                                                                      \
        b4 = ROL(a##43 ^ d3, 56);                                                                                      \
        e##30 = b0 ^ (~b1 & b2);                                                                                       \
        e##31 = b1 ^ (~b2 & b3);                                                                                       \
        e##32 = b2 ^ (~b3 & b4);                                                                                       \
        e##33 = b3 ^ (~b4 & b0);                                                                                       \
        e##34 = b4 ^ (~b0 & b1);                                                                                       \
        b0 = ROL(a##02 ^ d2, 62);                                                                                      \
        b1 = ROL(a##13 ^ d3, 55);                                                                                      \
        b2 = ROL(a##24 ^ d4, 39);                                                                                      \
        b3 = ROL(a##30 ^ d0, 41);                                                                                      \
        b4 = ROL(a##41 ^ d1, 2);                                                                                       \
        e##40 = b0 ^ (~b1 & b2);                                                                                       \
        e##41 = b1 ^ (~b2 & b3);                                                                                       \
        e##42 = b2 ^ (~b3 & b4);                                                                                       \
        e##43 = b3 ^ (~b4 & b0);                                                                                       \
        e##44 = b4 ^ (~b0 & b1);                                                                                       \
    } while (0)

#define PERMUTATION                                                                                                    \
    LANE a00 = s[0], a01 = s[1], a02 = s[2], a03 = s[3], a04 = s[4];                                                   \
    LANE a10 = s[5], a11 = s[6], a12 = s[7], a13 = s[8], a14 = s[9];                                                   \
    LANE a20 = s[10], a21 = s[11], a22 = s[12], a23 = s[13], a24 = s[14];                                              \
    LANE a30 = s[15], a31 = s[16], a32 = s[17], a33 = s[18], a34 = s[19];                                              \
    LANE a40 = s[20], a41 = s[21], a42 = s[22], a43 = s[23], a44 = s[24];                                              \
    LANE e00, e01, e02, e03, e04;                                                                                      \
    LANE e10, e11, e12, e13, e14;                                                                                      \
    LANE e20, e21, e22, e23, e24;                                                                                      \
    LANE e30, e31, e32, e33, e34;                                                                                      \
    LANE e40, e41, e42, e43, e44;                                                                                      \
    for (int round = 0; round < 24; round += 2) {                                                                      \
        ROUND(a, e, round_constants[round]);                                                                           \
        ROUND(e, a, round_constants[round + 1]);                                                                       \
    }                                                                                                                  \
    s[0] = a00; s[1] = a01; s[2] = a02; s[3] = a03; s[4] = a04;                                                        \
    s[5] = a10; s[6] = a11; s[7] = a12; s[8] = a13; s[9] = a14;                                                        \
    s[10] = a20; s[11] = a21; s[12] = a22; s[13] = a23; s[14] = a24;                                                   \
    s[15] = a30; s[16] = a31; s[17] = a32; s[18] = a33; s[19] = a34;                                                   \
    s[20] = a40; s[21] = a41; s[22] = a42; s[23] = a43; s[24] = a44;

#endif
