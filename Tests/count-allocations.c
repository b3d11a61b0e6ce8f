// Counts what a program allocates by malloc and its kin (C++'s new goes to jemalloc itself): preloaded before the program's
// allocator, it says how many allocations there were when the program ends.
#include <jemalloc/jemalloc.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_ulong count;

// jemalloc's own names, so that nothing has to be looked up. They take no size of 0.
static void *allocate(size_t size, int flags) {
    count++;
    return mallocx(size ? size : 1, flags);
}

void *malloc(size_t size) { return allocate(size, 0); }
void *calloc(size_t n, size_t size) {
    size_t bytes;
    return __builtin_mul_overflow(n, size, &bytes) ? NULL : allocate(bytes, MALLOCX_ZERO);
}
void *realloc(void *old, size_t size) {
    if (!old) return allocate(size, 0);
    count++;
    return rallocx(old, size ? size : 1, 0);
}
void *memalign(size_t alignment, size_t size) { return allocate(size, MALLOCX_ALIGN(alignment)); }
void *aligned_alloc(size_t alignment, size_t size) { return allocate(size, MALLOCX_ALIGN(alignment)); }
int posix_memalign(void **out, size_t alignment, size_t size) {
    *out = allocate(size, MALLOCX_ALIGN(alignment));
    return *out ? 0 : ENOMEM;
}

__attribute__((destructor)) static void say(void) { fprintf(stderr, "allocations: %lu\n", count); }
