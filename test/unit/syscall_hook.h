/* SPDX-License-Identifier: MIT */
/* syscall_hook.h - system calls by number, which a test answers. */
#ifndef NETRING_TEST_SYSCALL_HOOK_H
#define NETRING_TEST_SYSCALL_HOOK_H

#include <sys/syscall.h>

/* Instead of syscall(2), where it is set; returns as that does. */
extern long (*direct)(long number, const long words[6]);

/* The C library's, past the test. */
long __real_syscall(long number, ...);

#endif
