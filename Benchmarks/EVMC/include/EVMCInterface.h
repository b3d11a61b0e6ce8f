/* The EVMC 12 binary interface, as far as a benchmark needs it: how a host and an Ethereum virtual machine in a shared
   library call each other. Our own declarations of the published layout, https://evmc.ethereum.org: the order and the
   widths of the fields are the interface, the names are ours. */
#ifndef EVMC_INTERFACE_H
#define EVMC_INTERFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EVMC_VERSION = 12 };

/* 256 bits, the most significant byte first. */
typedef struct { uint8_t bytes[32]; } EVMCWord;
typedef struct { uint8_t bytes[20]; } EVMCAddress;

enum { EVMC_KIND_CALL = 0, EVMC_KIND_DELEGATECALL = 1, EVMC_KIND_CALLCODE = 2, EVMC_KIND_CREATE = 3 };
enum { EVMC_FLAG_STATIC = 1 };

enum {
    EVMC_STATUS_SUCCESS = 0,
    EVMC_STATUS_FAILURE = 1,
    EVMC_STATUS_REVERT = 2,
    EVMC_STATUS_OUT_OF_GAS = 3,
    EVMC_STATUS_UNDEFINED_INSTRUCTION = 5
};

typedef struct {
    int kind;
    uint32_t flags;
    int32_t depth;
    int64_t gas;
    EVMCAddress recipient;
    EVMCAddress sender;
    const uint8_t *input;
    size_t inputSize;
    EVMCWord value;
    EVMCWord salt;
    EVMCAddress codeAddress;
    const uint8_t *code;
    size_t codeSize;
} EVMCMessage;

typedef struct {
    EVMCWord gasPrice;
    EVMCAddress origin;
    EVMCAddress beneficiary;
    int64_t number;
    int64_t timestamp;
    int64_t gasLimit;
    EVMCWord randomness;
    EVMCWord chainID;
    EVMCWord baseFee;
    EVMCWord blobBaseFee;
    const EVMCWord *blobHashes;
    size_t blobHashCount;
    const void *initcodes;
    size_t initcodeCount;
} EVMCTransaction;

typedef struct EVMCResult {
    int status;
    int64_t gasLeft;
    int64_t refund;
    const uint8_t *output;
    size_t outputSize;
    /* Frees the output; may be null. */
    void (*release)(const struct EVMCResult *result);
    EVMCAddress created;
    uint8_t padding[4];
} EVMCResult;

/* What a store does to a slot: its value when the transaction began, now, and then. X, Y, Z differ and are not zero. */
enum {
    EVMC_STORED_OTHERWISE = 0,
    EVMC_STORED_0_0_Z = 1,
    EVMC_STORED_X_X_0 = 2,
    EVMC_STORED_X_X_Z = 3,
    EVMC_STORED_X_0_Z = 4,
    EVMC_STORED_X_Y_0 = 5,
    EVMC_STORED_X_0_X = 6,
    EVMC_STORED_0_Y_0 = 7,
    EVMC_STORED_X_Y_X = 8
};

/* The host's side, which the virtual machine calls. `world` is the host's own. */
typedef struct {
    bool (*accountExists)(void *world, const EVMCAddress *);
    EVMCWord (*storage)(void *world, const EVMCAddress *, const EVMCWord *slot);
    int (*setStorage)(void *world, const EVMCAddress *, const EVMCWord *slot, const EVMCWord *value);
    EVMCWord (*balance)(void *world, const EVMCAddress *);
    size_t (*codeSize)(void *world, const EVMCAddress *);
    EVMCWord (*codeHash)(void *world, const EVMCAddress *);
    size_t (*copyCode)(void *world, const EVMCAddress *, size_t offset, uint8_t *target, size_t size);
    bool (*selfdestruct)(void *world, const EVMCAddress *, const EVMCAddress *beneficiary);
    EVMCResult (*call)(void *world, const EVMCMessage *);
    EVMCTransaction (*transaction)(void *world);
    EVMCWord (*blockHash)(void *world, int64_t number);
    void (*log)(void *world, const EVMCAddress *, const uint8_t *data, size_t size, const EVMCWord *topics, size_t count);
    /* Both answer 1 for what was touched before in the transaction, and 0 for the first time. */
    int (*accessAccount)(void *world, const EVMCAddress *);
    int (*accessStorage)(void *world, const EVMCAddress *, const EVMCWord *slot);
    EVMCWord (*transientStorage)(void *world, const EVMCAddress *, const EVMCWord *slot);
    void (*setTransientStorage)(void *world, const EVMCAddress *, const EVMCWord *slot, const EVMCWord *value);
} EVMCHost;

/* The virtual machine's side. Revisions count the forks from Frontier = 0; Cancun is 12, Osaka 14. */
typedef struct EVMCMachine {
    const int version;
    const char *name;
    const char *release;
    void (*destroy)(struct EVMCMachine *);
    EVMCResult (*execute)(
        struct EVMCMachine *, const EVMCHost *, void *world, int revision, const EVMCMessage *, const uint8_t *code,
        size_t codeSize);
    uint32_t (*capabilities)(struct EVMCMachine *);
    /* 0 when the option is taken, 1 for an unknown name, 2 for a bad value; may be null. */
    int (*setOption)(struct EVMCMachine *, const char *name, const char *value);
} EVMCMachine;

#endif
