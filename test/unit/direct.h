/* SPDX-License-Identifier: MIT */
/* direct.h - what the library asks the kernel for by number, a test answers. */
#ifndef NETRING_TEST_DIRECT_H
#define NETRING_TEST_DIRECT_H

#include <sys/syscall.h>

/* Instead of syscall(2), where it is set; returns as that does. */
extern long (*direct)(long number, const long words[6]);

#endif
