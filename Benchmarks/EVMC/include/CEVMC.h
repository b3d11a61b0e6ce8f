/* Loads a virtual machine from an EVMC library and calls one contract in an otherwise empty world. */
#ifndef CEVMC_H
#define CEVMC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct CEVMCRunner CEVMCRunner;

/* `library` is a path, with options behind it: PATH[,NAME[=VALUE]]… as other EVMC tools write it. Null on failure, with
   the reason in `reason`. */
CEVMCRunner *cevmcOpen(const char *library, char *reason, size_t reasonSize);
void cevmcClose(CEVMCRunner *);
/* The name and release that the virtual machine gives itself. */
const char *cevmcName(const CEVMCRunner *);
const char *cevmcRelease(const CEVMCRunner *);

/* The world: a contract at 0xcc…cc, called by 0x11…11, in block 1 of chain 1. The code is copied. */
void cevmcSetCode(CEVMCRunner *, const uint8_t *code, size_t size);
/* One slot of the contract before the call, both words with the most significant byte first. */
void cevmcSetSlot(CEVMCRunner *, const uint8_t *slot, const uint8_t *value);

typedef struct {
    /* As EVMC counts: 0 success, 2 revert, others a halt. */
    int status;
    uint64_t gasUsed;
    /* Valid until the next call. */
    const uint8_t *output;
    size_t outputSize;
    size_t logCount;
    /* This thread's processor time. */
    uint64_t nanoseconds;
    /* The program asked for what this world does not have: a precompiled contract or a creation. */
    bool isUnsupported;
} CEVMCOutcome;

/* Calls the contract in a fresh world; only the call is timed. */
CEVMCOutcome cevmcCall(CEVMCRunner *, int revision, const uint8_t *input, size_t inputSize, uint64_t gas);

#endif
