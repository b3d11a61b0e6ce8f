#include "CAllocator.h"
#include <jemalloc/jemalloc.h>
#include <stdint.h>

unsigned long condor_heap_bytes(void) {
    // Statistics are those of the last epoch.
    uint64_t epoch = 1;
    size_t allocated = 0, size = sizeof allocated;
    mallctl("epoch", 0, 0, &epoch, sizeof epoch);
    mallctl("stats.allocated", &allocated, &size, 0, 0);
    return allocated;
}
