// The same permutation as Sources/Cryptography/KeccakPermutation.swift, in C because Swift has no way to compile one
// function for a newer processor: with BMI's andn and BMI2's rorx it takes 0.82 of the time.

#include "keccak.h"
#include "permutation.h"

#define LANE uint64_t

void condor_keccak_f1600_portable(uint64_t *s) { PERMUTATION }

#if defined(__x86_64__)
__attribute__((target("bmi,bmi2"))) static void with_bmi(uint64_t *s) { PERMUTATION }

void condor_keccak_f1600(uint64_t *s) {
    if (__builtin_cpu_supports("bmi2")) with_bmi(s);
    else condor_keccak_f1600_portable(s);
}
#else
void condor_keccak_f1600(uint64_t *s) { condor_keccak_f1600_portable(s); }
#endif
