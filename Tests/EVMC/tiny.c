/* A virtual machine of a dozen opcodes in an EVMC library, for the test of Benchmarks/programs.py --evmc: enough to read
   and write storage, log, call and return, at Cancun's prices. Words are never computed with. */
#include <stdlib.h>
#include <string.h>

#include "EVMCInterface.h"

enum { STACK = 64, MEMORY = 256 };

typedef struct {
    EVMCMachine machine;
    bool isCostly;
} Tiny;

static size_t number(const EVMCWord *word) { return (size_t)word->bytes[30] << 8 | word->bytes[31]; }

static void release(const EVMCResult *result) { free((void *)result->output); }

static EVMCResult halted(int status) { return (EVMCResult){.status = status}; }

static EVMCResult execute(
    EVMCMachine *machine, const EVMCHost *host, void *world, int revision, const EVMCMessage *message,
    const uint8_t *code, size_t codeSize) {
    EVMCWord stack[STACK];
    uint8_t memory[MEMORY] = {0};
    size_t height = 0, words = 0;
    int64_t gas = message->gas, refund = 0;
    for (size_t at = 0; at < codeSize; at++) {
        uint8_t opcode = code[at];
        EVMCWord *top = stack + height - 1;
        const EVMCAddress *self = &message->recipient;
        if (height + 1 >= STACK) return halted(EVMC_STATUS_FAILURE);
        size_t end = 0;
        switch (opcode) {
        case 0x00: return (EVMCResult){.gasLeft = gas, .refund = refund};
        case 0x35: /* CALLDATALOAD */
            gas -= 3;
            for (size_t i = 0, from = number(top); i < 32; i++)
                top->bytes[i] = from + i < message->inputSize ? message->input[from + i] : 0;
            break;
        case 0x50: gas -= 2, height--; break;
        case 0x52: /* MSTORE */
            gas -= 3;
            end = number(top) + 32;
            if (end > MEMORY) return halted(EVMC_STATUS_FAILURE);
            memcpy(memory + number(top), top[-1].bytes, 32);
            height -= 2;
            break;
        case 0x54: /* SLOAD */
            gas -= host->accessStorage(world, self, top) ? 100 : 2100;
            *top = host->storage(world, self, top);
            break;
        case 0x55: { /* SSTORE, as EIP-2929 and EIP-3529 price it */
            if (!host->accessStorage(world, self, top)) gas -= 2100;
            int change = host->setStorage(world, self, top, top - 1);
            gas -= change == EVMC_STORED_0_0_Z ? 20000 : change == EVMC_STORED_X_X_Z || change == EVMC_STORED_X_X_0 ? 2900 : 100;
            height -= 2;
            break;
        }
        case 0x5a: { /* GAS */
            gas -= 2;
            EVMCWord word = {{0}};
            for (int i = 0; i < 8; i++) word.bytes[31 - i] = (uint8_t)(gas >> 8 * i);
            stack[height++] = word;
            break;
        }
        case 0x5c: /* TLOAD */
            gas -= 100;
            *top = host->transientStorage(world, self, top);
            break;
        case 0x5d: /* TSTORE */
            gas -= 100;
            host->setTransientStorage(world, self, top, top - 1);
            height -= 2;
            break;
        case 0x5f ... 0x7f: { /* PUSH0 to PUSH32 */
            size_t size = opcode - 0x5f;
            gas -= size ? 3 : 2;
            memset(&stack[height], 0, 32);
            if (at + size >= codeSize) return halted(EVMC_STATUS_FAILURE);
            memcpy(stack[height++].bytes + 32 - size, code + at + 1, size);
            at += size;
            break;
        }
        case 0xa0 ... 0xa1: /* LOG0, LOG1 */
            gas -= 375 + 375 * (opcode - 0xa0) + 8 * (int64_t)number(top - 1);
            end = number(top) + number(top - 1);
            if (end > MEMORY) return halted(EVMC_STATUS_FAILURE);
            host->log(world, self, memory + number(top), number(top - 1), top - 2, opcode - 0xa0);
            height -= 2 + (opcode - 0xa0);
            break;
        case 0xf1: { /* CALL without value or data, of all but a 64th of the gas */
            EVMCMessage call = *message;
            memcpy(&call.recipient, top[-1].bytes + 12, 20);
            gas -= host->accessAccount(world, &call.recipient) ? 100 : 2600;
            call.codeAddress = call.recipient, call.sender = *self, call.depth++, call.inputSize = 0;
            int64_t most = gas - gas / 64, wanted = (int64_t)number(top);
            call.gas = wanted < most ? wanted : most;
            gas -= call.gas;
            EVMCResult result = host->call(world, &call);
            gas += result.gasLeft, refund += result.refund;
            if (result.release) result.release(&result);
            height -= 6;
            memset(&stack[height - 1], 0, 32);
            stack[height - 1].bytes[31] = result.status == EVMC_STATUS_SUCCESS;
            break;
        }
        case 0xf3: case 0xfd: { /* RETURN, REVERT */
            end = number(top) + number(top - 1);
            if (end > MEMORY) return halted(EVMC_STATUS_FAILURE);
            if (number(top - 1) && (end + 31) / 32 > words) gas -= 3 * (int64_t)((end + 31) / 32 - words);
            if (gas < 0) return halted(EVMC_STATUS_OUT_OF_GAS);
            uint8_t *output = malloc(number(top - 1) + 1);
            memcpy(output, memory + number(top), number(top - 1));
            return (EVMCResult){
                .status = opcode == 0xfd ? EVMC_STATUS_REVERT : EVMC_STATUS_SUCCESS,
                .gasLeft = gas - ((Tiny *)machine)->isCostly, .refund = opcode == 0xfd ? 0 : refund, .output = output,
                .outputSize = number(top - 1), .release = release};
        }
        default: return halted(EVMC_STATUS_UNDEFINED_INSTRUCTION);
        }
        if ((end + 31) / 32 > words) gas -= 3 * (int64_t)((end + 31) / 32 - words), words = (end + 31) / 32;
        if (gas < 0) return halted(EVMC_STATUS_OUT_OF_GAS);
    }
    return (EVMCResult){.gasLeft = gas, .refund = refund};
}

static void destroy(EVMCMachine *machine) { free(machine); }

static uint32_t capabilities(EVMCMachine *machine) { return 1; }

/* `costly=yes` takes a gas too much, which the benchmark must notice. */
static int setOption(EVMCMachine *machine, const char *name, const char *value) {
    if (strcmp(name, "costly")) return 1;
    if (strcmp(value, "yes")) return 2;
    ((Tiny *)machine)->isCostly = true;
    return 0;
}

EVMCMachine *evmc_create_tiny_vm(void) {
    Tiny *made = malloc(sizeof *made);
    memcpy(made, &(Tiny){{EVMC_VERSION, "tiny", "1", destroy, execute, capabilities, setOption}, false}, sizeof *made);
    return &made->machine;
}
