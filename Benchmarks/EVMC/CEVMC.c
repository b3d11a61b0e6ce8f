/* The loader and the host. The world is one table of places, an account or a slot of one, with an undo list for calls
   that revert. */
#define _GNU_SOURCE
#include "CEVMC.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "EVMCInterface.h"

/* MARK: Places */

typedef struct {
    EVMCAddress address;
    bool isSlot;
    bool isWarm;
    EVMCWord slot;
    EVMCWord original, current, transient;
} Place;

/* A place as it was before a change. */
typedef struct {
    size_t index;
    Place before;
} Undo;

struct CEVMCRunner {
    void *library;
    EVMCMachine *machine;
    uint8_t *code;
    size_t codeSize;
    Place *initial;
    size_t initialCount, initialCapacity;

    Place *places;
    size_t placeCount, placeCapacity;
    /* Open addressing: one more than an index of `places`, 0 where empty. Twice as many as places, a power of two. */
    uint32_t *table;
    Undo *undo;
    size_t undoCount, undoCapacity;

    EVMCResult last;
    int revision;
    int64_t gasLimit;
    size_t logCount;
    bool isUnsupported;
};

static const EVMCWord zero;

/* Out of memory ends a benchmark. */
static void *grown(void *memory, size_t size) {
    void *result = realloc(memory, size);
    if (!result) {
        fputs("CEVMC: out of memory\n", stderr);
        abort();
    }
    return result;
}

static bool isZero(const EVMCWord *word) { return memcmp(word, &zero, 32) == 0; }
static bool isEqual(const EVMCWord *left, const EVMCWord *right) { return memcmp(left, right, 32) == 0; }

static EVMCAddress filled(uint8_t byte) {
    EVMCAddress address;
    memset(&address, byte, sizeof address);
    return address;
}

static size_t bucket(const CEVMCRunner *runner, const EVMCAddress *address, const EVMCWord *slot) {
    uint64_t parts[6] = {0};
    memcpy(parts, slot, 32);
    memcpy(parts + 4, address->bytes + 4, 16);
    uint64_t hash = 0;
    for (int i = 0; i < 6; i++) hash = (hash ^ parts[i]) * 0x9E3779B97F4A7C15u, hash ^= hash >> 29;
    return hash & (2 * runner->placeCapacity - 1);
}

static void index_(CEVMCRunner *runner, size_t place) {
    size_t mask = 2 * runner->placeCapacity - 1;
    size_t at = bucket(runner, &runner->places[place].address, &runner->places[place].slot);
    while (runner->table[at]) at = (at + 1) & mask;
    runner->table[at] = (uint32_t)place + 1;
}

static void clear(CEVMCRunner *runner, size_t capacity) {
    if (capacity != runner->placeCapacity) {
        runner->places = grown(runner->places, capacity * sizeof(Place));
        runner->table = grown(runner->table, 2 * capacity * sizeof(uint32_t));
        runner->placeCapacity = capacity;
    }
    memset(runner->table, 0, 2 * capacity * sizeof(uint32_t));
}

/* The account, or with `slot` one of its slots; made when it is not there. Valid until the next one is made. */
static Place *place(CEVMCRunner *runner, const EVMCAddress *address, const EVMCWord *slot) {
    const EVMCWord *key = slot ? slot : &zero;
    size_t mask = 2 * runner->placeCapacity - 1;
    for (size_t at = bucket(runner, address, key); runner->table[at]; at = (at + 1) & mask) {
        Place *found = &runner->places[runner->table[at] - 1];
        if (found->isSlot == (slot != NULL) && isEqual(&found->slot, key) && !memcmp(&found->address, address, 20))
            return found;
    }
    if (runner->placeCount == runner->placeCapacity) {
        clear(runner, 2 * runner->placeCapacity);
        for (size_t i = 0; i < runner->placeCount; i++) index_(runner, i);
    }
    Place *made = &runner->places[runner->placeCount];
    *made = (Place){.address = *address, .isSlot = slot != NULL, .slot = *key};
    index_(runner, runner->placeCount++);
    return made;
}

/* Keeps the place as it is now for a revert. */
static void remember(CEVMCRunner *runner, const Place *place) {
    if (runner->undoCount == runner->undoCapacity) {
        runner->undoCapacity = runner->undoCapacity ? 2 * runner->undoCapacity : 256;
        runner->undo = grown(runner->undo, runner->undoCapacity * sizeof(Undo));
    }
    runner->undo[runner->undoCount++] = (Undo){(size_t)(place - runner->places), *place};
}

static int touch(CEVMCRunner *runner, Place *place) {
    if (place->isWarm) return 1;
    remember(runner, place);
    place->isWarm = true;
    return 0;
}

/* MARK: The host */

static bool hasCode(const EVMCAddress *address) {
    EVMCAddress contract = filled(0xcc);
    return memcmp(address, &contract, 20) == 0;
}

static bool accountExists(void *world, const EVMCAddress *address) { return hasCode(address); }

static EVMCWord storage(void *world, const EVMCAddress *address, const EVMCWord *slot) {
    return place(world, address, slot)->current;
}

static int setStorage(void *world, const EVMCAddress *address, const EVMCWord *slot, const EVMCWord *value) {
    Place *found = place(world, address, slot);
    const EVMCWord original = found->original, current = found->current;
    if (isEqual(&current, value)) return EVMC_STORED_OTHERWISE;
    remember(world, found);
    found->current = *value;
    if (isEqual(&original, &current))
        return isZero(&original) ? EVMC_STORED_0_0_Z : isZero(value) ? EVMC_STORED_X_X_0 : EVMC_STORED_X_X_Z;
    if (isZero(&original)) return isZero(value) ? EVMC_STORED_0_Y_0 : EVMC_STORED_OTHERWISE;
    if (isZero(&current)) return isEqual(&original, value) ? EVMC_STORED_X_0_X : EVMC_STORED_X_0_Z;
    if (isZero(value)) return EVMC_STORED_X_Y_0;
    return isEqual(&original, value) ? EVMC_STORED_X_Y_X : EVMC_STORED_OTHERWISE;
}

static EVMCWord balance(void *world, const EVMCAddress *address) { return zero; }

static size_t codeSize(void *world, const EVMCAddress *address) {
    return hasCode(address) ? ((CEVMCRunner *)world)->codeSize : 0;
}

static EVMCWord codeHash(void *world, const EVMCAddress *address) {
    if (hasCode(address)) ((CEVMCRunner *)world)->isUnsupported = true;
    return zero;
}

static size_t copyCode(void *world, const EVMCAddress *address, size_t offset, uint8_t *target, size_t size) {
    CEVMCRunner *runner = world;
    if (!hasCode(address) || offset >= runner->codeSize) return 0;
    size_t count = size < runner->codeSize - offset ? size : runner->codeSize - offset;
    memcpy(target, runner->code + offset, count);
    return count;
}

static bool selfdestruct(void *world, const EVMCAddress *address, const EVMCAddress *beneficiary) { return true; }

static bool isPrecompiled(const EVMCAddress *address) {
    EVMCAddress first = filled(0);
    return memcmp(address, &first, 19) == 0 && address->bytes[19] >= 1 && address->bytes[19] <= 10;
}

static const EVMCHost host;

static EVMCResult call(void *world, const EVMCMessage *message) {
    CEVMCRunner *runner = world;
    EVMCResult result = {.status = EVMC_STATUS_SUCCESS, .gasLeft = message->gas};
    if (message->kind >= EVMC_KIND_CREATE || isPrecompiled(&message->codeAddress)) {
        runner->isUnsupported = true;
        return (EVMCResult){.status = EVMC_STATUS_FAILURE};
    }
    if (!hasCode(&message->codeAddress)) return result;
    size_t checkpoint = runner->undoCount;
    result = runner->machine->execute(
        runner->machine, &host, world, runner->revision, message, runner->code, runner->codeSize);
    while (result.status != EVMC_STATUS_SUCCESS && runner->undoCount > checkpoint) {
        const Undo *undo = &runner->undo[--runner->undoCount];
        runner->places[undo->index] = undo->before;
    }
    return result;
}

static EVMCTransaction transaction(void *world) {
    EVMCTransaction transaction = {
        .origin = filled(0x11), .number = 1, .timestamp = 1, .gasLimit = ((CEVMCRunner *)world)->gasLimit};
    transaction.chainID.bytes[31] = 1;
    transaction.blobBaseFee.bytes[31] = 1;
    return transaction;
}

static EVMCWord blockHash(void *world, int64_t number) { return zero; }

static void log_(
    void *world, const EVMCAddress *address, const uint8_t *data, size_t size, const EVMCWord *topics, size_t count) {
    ((CEVMCRunner *)world)->logCount++;
}

static int accessAccount(void *world, const EVMCAddress *address) {
    return isPrecompiled(address) || touch(world, place(world, address, NULL));
}

static int accessStorage(void *world, const EVMCAddress *address, const EVMCWord *slot) {
    return touch(world, place(world, address, slot));
}

static EVMCWord transientStorage(void *world, const EVMCAddress *address, const EVMCWord *slot) {
    return place(world, address, slot)->transient;
}

static void setTransientStorage(void *world, const EVMCAddress *address, const EVMCWord *slot, const EVMCWord *value) {
    Place *found = place(world, address, slot);
    remember(world, found);
    found->transient = *value;
}

static const EVMCHost host = {
    accountExists, storage, setStorage, balance, codeSize, codeHash, copyCode, selfdestruct, call, transaction, blockHash,
    log_, accessAccount, accessStorage, transientStorage, setTransientStorage};

/* MARK: Loading */

/* The name of the library's factory: evmc_create_ and the file's name without "lib" and what follows the first dot, with
   underscores for hyphens; plain evmc_create is the second guess, as the EVMC loader does it. */
static EVMCMachine *create(void *library, const char *path) {
    const char *slash = strrchr(path, '/');
    const char *file = slash ? slash + 1 : path;
    if (strncmp(file, "lib", 3) == 0) file += 3;
    char symbol[256];
    int length = snprintf(symbol, sizeof symbol, "evmc_create_%.*s", (int)strcspn(file, "."), file);
    EVMCMachine *(*factory)(void) = NULL;
    if (length < (int)sizeof symbol) {
        for (char *c = symbol; *c; c++)
            if (*c == '-') *c = '_';
        *(void **)&factory = dlsym(library, symbol);
    }
    if (!factory) *(void **)&factory = dlsym(library, "evmc_create");
    return factory ? factory() : NULL;
}

CEVMCRunner *cevmcOpen(const char *name, char *reason, size_t reasonSize) {
    CEVMCRunner *runner = grown(NULL, sizeof *runner);
    memset(runner, 0, sizeof *runner);
    char *text = grown(NULL, strlen(name) + 1), *options = strcpy(text, name);
    char *path = strsep(&options, ",");
    runner->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!runner->library) {
        snprintf(reason, reasonSize, "%s", dlerror());
        goto failed;
    }
    runner->machine = create(runner->library, path);
    if (!runner->machine) {
        snprintf(reason, reasonSize, "%s makes no virtual machine: it has neither evmc_create_NAME nor evmc_create", path);
        goto failed;
    }
    if (runner->machine->version != EVMC_VERSION) {
        snprintf(reason, reasonSize, "%s speaks EVMC %d, not %d", path, runner->machine->version, EVMC_VERSION);
        goto failed;
    }
    while (options) {
        char *value = strsep(&options, ","), *option = strsep(&value, "=");
        if (!runner->machine->setOption || runner->machine->setOption(runner->machine, option, value ? value : "")) {
            snprintf(reason, reasonSize, "%s does not take the option '%s'", path, option);
            goto failed;
        }
    }
    free(text);
    clear(runner, 1024);
    return runner;
failed:
    free(text);
    cevmcClose(runner);
    return NULL;
}

void cevmcClose(CEVMCRunner *runner) {
    if (runner->last.release) runner->last.release(&runner->last);
    if (runner->machine) runner->machine->destroy(runner->machine);
    if (runner->library) dlclose(runner->library);
    free(runner->code);
    free(runner->initial);
    free(runner->places);
    free(runner->table);
    free(runner->undo);
    free(runner);
}

const char *cevmcName(const CEVMCRunner *runner) { return runner->machine->name; }
const char *cevmcRelease(const CEVMCRunner *runner) { return runner->machine->release; }

/* MARK: Calling */

void cevmcSetCode(CEVMCRunner *runner, const uint8_t *code, size_t size) {
    runner->code = grown(runner->code, size + 1);
    memcpy(runner->code, code, size);
    runner->codeSize = size;
    runner->initialCount = 0;
}

void cevmcSetSlot(CEVMCRunner *runner, const uint8_t *slot, const uint8_t *value) {
    if (runner->initialCount == runner->initialCapacity) {
        runner->initialCapacity = runner->initialCapacity ? 2 * runner->initialCapacity : 16;
        runner->initial = grown(runner->initial, runner->initialCapacity * sizeof(Place));
    }
    Place *entry = &runner->initial[runner->initialCount++];
    *entry = (Place){.address = filled(0xcc), .isSlot = true};
    memcpy(&entry->slot, slot, 32);
    memcpy(&entry->original, value, 32);
    entry->current = entry->original;
}

static uint64_t processorTime(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

CEVMCOutcome cevmcCall(CEVMCRunner *runner, int revision, const uint8_t *input, size_t inputSize, uint64_t gas) {
    if (runner->last.release) runner->last.release(&runner->last);
    clear(runner, runner->placeCapacity);
    runner->placeCount = runner->undoCount = runner->logCount = 0;
    for (size_t i = 0; i < runner->initialCount; i++)
        *place(runner, &runner->initial[i].address, &runner->initial[i].slot) = runner->initial[i];
    /* The contract, its caller, and the beneficiary at zero are warm from the start. */
    const EVMCAddress warm[] = {filled(0xcc), filled(0x11), filled(0)};
    for (int i = 0; i < 3; i++) place(runner, &warm[i], NULL)->isWarm = true;
    runner->revision = revision;
    runner->gasLimit = (int64_t)gas;
    runner->isUnsupported = false;
    const EVMCMessage message = {
        .kind = EVMC_KIND_CALL, .gas = (int64_t)gas, .recipient = warm[0], .sender = warm[1], .input = input,
        .inputSize = inputSize, .codeAddress = warm[0]};
    uint64_t start = processorTime();
    runner->last = call(runner, &message);
    uint64_t elapsed = processorTime() - start;
    return (CEVMCOutcome){
        .status = runner->last.status, .gasUsed = gas - (uint64_t)runner->last.gasLeft, .output = runner->last.output,
        .outputSize = runner->last.outputSize, .logCount = runner->logCount, .nanoseconds = elapsed,
        .isUnsupported = runner->isUnsupported};
}
