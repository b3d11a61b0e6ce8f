#ifndef CONDOR_KECCAK_H
#define CONDOR_KECCAK_H

#include <stdint.h>

/// Keccak-f[1600] on 25 lanes, lane x + 5·y, in host byte order. FIPS 202, section 3.3.
void condor_keccak_f1600(uint64_t *lanes);

#endif
