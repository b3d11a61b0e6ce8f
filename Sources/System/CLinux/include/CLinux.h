// Linux calls that Swift's Glibc module does not export.
#ifndef CONDOR_CLINUX_H
#define CONDOR_CLINUX_H
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC, without the peer's address.
int condor_accept(int listener);

/// Waits for SIGINT or SIGTERM, which `condor_block_stop_signals` has blocked in this and all later threads.
void condor_block_stop_signals(void);
int condor_wait_for_stop_signal(void);
#endif
