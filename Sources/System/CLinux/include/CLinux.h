// Linux calls that Swift's Glibc module does not export, or not in a form that is stable between versions.
#ifndef CONDOR_CLINUX_H
#define CONDOR_CLINUX_H
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/// accept4 with SOCK_NONBLOCK and SOCK_CLOEXEC, without the peer's address.
int condor_accept(int listener);

/// Lets the kernel find out that a TCP peer is gone: after 60 s of silence, or of sent bytes that nothing confirms.
void condor_expire_dead_peer(int socket);

/// Bytes that the kernel holds for a TCP peer and that the peer has not confirmed.
int condor_unconfirmed_bytes(int socket);

/// Lets this process open as many descriptors as the system allows, and returns how many that is.
unsigned long condor_raise_descriptor_limit(void);

/// Waits for a thread to end, so long at most; 0 when it has ended.
int condor_join(pthread_t thread, int milliseconds);

/// Waits for SIGINT or SIGTERM, which `condor_block_stop_signals` has blocked in this and all later threads.
void condor_block_stop_signals(void);
int condor_wait_for_stop_signal(void);
#endif
