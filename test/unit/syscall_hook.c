/* SPDX-License-Identifier: MIT */
/* syscall_hook.c - system calls by number, which a test answers. */
#include "syscall_hook.h"

#include <stdarg.h>
#include <stddef.h>

long (*direct)(long number, const long words[6]);

long __wrap_syscall(long number, ...);

/* As in the C library, six words are read, however many there are. */
__attribute__((no_sanitize("address"))) long __wrap_syscall(long number, ...)
{
	va_list list;
	long words[6];
	int i;

	va_start(list, number);
	for (i = 0; i < 6; i++)
		words[i] = va_arg(list, long);
	va_end(list);
	return direct ? direct(number, words) :
			__real_syscall(number, words[0], words[1], words[2],
				       words[3], words[4], words[5]);
}
