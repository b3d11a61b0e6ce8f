#ifndef CONDOR_KECCAK_H
#define CONDOR_KECCAK_H

#include <stddef.h>
#include <stdint.h>

/// Keccak-f[1600] on 25 lanes, lane x + 5·y, in host byte order. FIPS 202, section 3.3.
void condor_keccak_f1600(uint64_t *lanes);

/// The same without the processor's newer instructions: what the compiler makes of plain C. For comparison.
void condor_keccak_f1600_portable(uint64_t *lanes);

/// What hashes several messages at once.
enum condor_keccak_kernel { CONDOR_KECCAK_SINGLE, CONDOR_KECCAK_AVX2, CONDOR_KECCAK_AVX512 };

/// The best kernel that this processor has.
enum condor_keccak_kernel condor_keccak_best_kernel(void);

/// Keccak-256 of `count` messages that lie one behind the other in `bytes`, each up to its offset in `ends`, which
/// ascend. Writes four lanes a message to `digests`, in host byte order. `kernel` must be one that the processor has: any
/// up to the best.
void condor_keccak256_many(
    const uint8_t *bytes, const size_t *ends, size_t count, uint64_t *digests, enum condor_keccak_kernel kernel);

#endif
