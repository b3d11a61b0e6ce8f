// Several messages at once, one in each element of a vector. A lane that has finished its message takes the next one, so
// that messages of different lengths keep all lanes busy.

#include "keccak.h"
#include "permutation.h"

#include <string.h>

enum { RATE = 136, RATE_WORDS = RATE / 8, WIDEST = 8 };

/// Where one message stands.
struct lane {
    const uint8_t *next;
    size_t remaining;
    size_t message;
    int is_last;
    uint8_t padded[RATE];
};

/// The block to absorb next: in place, or the rest of the message with its padding.
static const uint8_t *next_block(struct lane *lane) {
    const uint8_t *block = lane->next;
    if (lane->remaining >= RATE) {
        lane->next += RATE;
        lane->remaining -= RATE;
        return block;
    }
    if (lane->remaining > 0) memcpy(lane->padded, block, lane->remaining);
    memset(lane->padded + lane->remaining, 0, RATE - lane->remaining);
    lane->padded[lane->remaining] = 1;
    lane->padded[RATE - 1] |= 0x80;
    lane->is_last = 1;
    return lane->padded;
}

static inline __attribute__((always_inline)) uint64_t word_at(const uint8_t *block, int word) {
    uint64_t value;
    memcpy(&value, block + 8 * word, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

/// Absorbs the last blocks of one message into a state that may have absorbed others.
static void finish_single(uint64_t *state, struct lane *lane, uint64_t *digests) {
    while (1) {
        const uint8_t *block = next_block(lane);
        for (int word = 0; word < RATE_WORDS; word++) state[word] ^= word_at(block, word);
        condor_keccak_f1600(state);
        if (lane->is_last) break;
    }
    memcpy(digests + 4 * lane->message, state, 32);
}

struct messages {
    const uint8_t *bytes;
    const size_t *ends;
    size_t count;
    size_t next;
};

/// Gives a lane the next message; 0 when there is none.
static int take(struct lane *lane, struct messages *messages) {
    if (messages->next == messages->count) return 0;
    size_t start = messages->next == 0 ? 0 : messages->ends[messages->next - 1];
    lane->next = messages->bytes + start;
    lane->remaining = messages->ends[messages->next] - start;
    lane->message = messages->next++;
    lane->is_last = 0;
    return 1;
}

#if defined(__x86_64__)

// Absorbs a block into each of `width` states and permutes them. The states are interleaved: word w of state i stands at
// w · width + i. `kept` has all bits set for a state that goes on and none for one that begins.
typedef void kernel(uint64_t *states, const uint8_t *const *blocks, const uint64_t *kept);

typedef uint64_t vector4 __attribute__((vector_size(32)));
typedef uint64_t vector8 __attribute__((vector_size(64)));

#define WORDS4(w) {word_at(blocks[0], w), word_at(blocks[1], w), word_at(blocks[2], w), word_at(blocks[3], w)}
#define WORDS8(w)                                                                                                      \
    {word_at(blocks[0], w), word_at(blocks[1], w), word_at(blocks[2], w), word_at(blocks[3], w),                       \
     word_at(blocks[4], w), word_at(blocks[5], w), word_at(blocks[6], w), word_at(blocks[7], w)}

#define ABSORB(WORDS)                                                                                                  \
    LANE *s = (LANE *)states;                                                                                          \
    LANE mask = *(const LANE *)kept;                                                                                   \
    for (int word = 0; word < RATE_WORDS; word++) {                                                                    \
        LANE words = WORDS(word);                                                                                      \
        s[word] = (s[word] & mask) ^ words;                                                                            \
    }                                                                                                                  \
    for (int word = RATE_WORDS; word < 25; word++) s[word] &= mask;

#define LANE vector4
__attribute__((target("avx2"))) static void four_avx2(
    uint64_t *states, const uint8_t *const *blocks, const uint64_t *kept) {
    ABSORB(WORDS4)
    PERMUTATION
}

// The same width with AVX-512's rotations and three-operand logic: as fast per message as eight, and done sooner.
__attribute__((target("avx512f,avx512vl"))) static void four_avx512(
    uint64_t *states, const uint8_t *const *blocks, const uint64_t *kept) {
    ABSORB(WORDS4)
    PERMUTATION
}
#undef LANE

#define LANE vector8
__attribute__((target("avx512f,avx512vl"))) static void eight_avx512(
    uint64_t *states, const uint8_t *const *blocks, const uint64_t *kept) {
    ABSORB(WORDS8)
    PERMUTATION
}
#undef LANE

static const uint8_t no_block[RATE];

static void hash_in_lanes(struct messages *messages, uint64_t *digests, kernel *permute, int width) {
    uint64_t states[25 * WIDEST] __attribute__((aligned(64)));
    uint64_t kept[WIDEST] __attribute__((aligned(64)));
    const uint8_t *blocks[WIDEST];
    struct lane lanes[WIDEST];
    int is_busy[WIDEST];
    int busy = 0;
    // What is kept is masked, never read before it is written but for this.
    memset(states, 0, sizeof states);
    for (int i = 0; i < width; i++) {
        is_busy[i] = take(&lanes[i], messages);
        busy += is_busy[i];
        kept[i] = 0;
        blocks[i] = no_block;
    }
    // The last message alone is sooner done by itself.
    while (busy > 1) {
        for (int i = 0; i < width; i++) {
            if (is_busy[i]) blocks[i] = next_block(&lanes[i]);
        }
        permute(states, blocks, kept);
        for (int i = 0; i < width; i++) {
            kept[i] = ~(uint64_t)0;
            if (!is_busy[i] || !lanes[i].is_last) continue;
            uint64_t *digest = digests + 4 * lanes[i].message;
            for (int word = 0; word < 4; word++) digest[word] = states[word * width + i];
            kept[i] = 0;
            if (take(&lanes[i], messages)) continue;
            is_busy[i] = 0;
            blocks[i] = no_block;
            busy--;
        }
    }
    for (int i = 0; i < width; i++) {
        if (!is_busy[i]) continue;
        uint64_t state[25];
        for (int word = 0; word < 25; word++) state[word] = states[word * width + i] & kept[i];
        finish_single(state, &lanes[i], digests);
    }
}

enum condor_keccak_kernel condor_keccak_best_kernel(void) {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl")) return CONDOR_KECCAK_AVX512;
    return __builtin_cpu_supports("avx2") ? CONDOR_KECCAK_AVX2 : CONDOR_KECCAK_SINGLE;
}

#else
enum condor_keccak_kernel condor_keccak_best_kernel(void) { return CONDOR_KECCAK_SINGLE; }
#endif

void condor_keccak256_many(
    const uint8_t *bytes, const size_t *ends, size_t count, uint64_t *digests, enum condor_keccak_kernel kernel) {
    struct messages messages = {bytes, ends, count, 0};
#if defined(__x86_64__)
    if (count > 1 && kernel == CONDOR_KECCAK_AVX2) return hash_in_lanes(&messages, digests, four_avx2, 4);
    if (count > 1 && kernel == CONDOR_KECCAK_AVX512) {
        return count > 4 ? hash_in_lanes(&messages, digests, eight_avx512, 8)
                         : hash_in_lanes(&messages, digests, four_avx512, 4);
    }
#else
    (void)kernel;
#endif
    struct lane lane;
    while (take(&lane, &messages)) {
        uint64_t state[25] = {0};
        finish_single(state, &lane, digests);
    }
}
