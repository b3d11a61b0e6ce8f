// Linux calls that Swift's Glibc module does not export.
#ifndef CONDOR_CLINUX_H
#define CONDOR_CLINUX_H
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <signal.h>
#endif
