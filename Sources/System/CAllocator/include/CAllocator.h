// Whoever links this has jemalloc for an allocator: a node keeps small things for long among large ones that come and go, and
// glibc's heap grew to five times what was in use.
#ifndef CONDOR_CALLOCATOR_H
#define CONDOR_CALLOCATOR_H

/// Bytes that the allocator has given out and not got back.
unsigned long condor_heap_bytes(void);
#endif
