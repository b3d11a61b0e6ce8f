// Preloaded before a program: from the CONDOR_FAIL_AFTER-th call on, every fdatasync (CONDOR_FAIL=sync) or every pwrite
// (CONDOR_FAIL=write) fails with an I/O error, as on a disk that goes bad.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

static atomic_long calls;

static int fails(const char *kind) {
    const char *wanted = getenv("CONDOR_FAIL"), *after = getenv("CONDOR_FAIL_AFTER");
    if (!wanted || !after || strcmp(wanted, kind)) return 0;
    if (atomic_fetch_add(&calls, 1) < atol(after)) return 0;
    errno = EIO;
    return 1;
}

int fdatasync(int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    return fails("sync") ? -1 : real(descriptor);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    ssize_t (*real)(int, const void *, size_t, off_t) = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
    return fails("write") ? -1 : real(descriptor, bytes, count, offset);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite(descriptor, bytes, count, offset);
}
