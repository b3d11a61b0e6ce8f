#include "CAllocator.h"
#include <jemalloc/jemalloc.h>
#include <stdint.h>

// The state's tables are read at random places: in pages of 2 MiB each miss of the cache is not one of the address translation as
// well, which is a fifth of the time of an order.
const char *malloc_conf = "thp:always";

unsigned long condor_heap_bytes(void) {
    // Statistics are those of the last epoch.
    uint64_t epoch = 1;
    size_t allocated = 0, size = sizeof allocated;
    mallctl("epoch", 0, 0, &epoch, sizeof epoch);
    mallctl("stats.allocated", &allocated, &size, 0, 0);
    return allocated;
}
