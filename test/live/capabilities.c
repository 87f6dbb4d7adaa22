/* SPDX-License-Identifier: MIT */
/* capabilities.c - a process of another user, with some capabilities only. */
#define _GNU_SOURCE
#include "capabilities.h"

#include "results.h"
#include "wire.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

void caps_only(uint64_t caps)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2];

	(void)prctl(PR_SET_KEEPCAPS, 1);
	(void)!setresuid(CAPS_NOBODY, CAPS_NOBODY, CAPS_NOBODY);
	memset(data, 0, sizeof(data));
	data[0].permitted = data[0].effective = (uint32_t)caps;
	data[1].permitted = data[1].effective = (uint32_t)(caps >> 32);
	must(syscall(SYS_capset, &header, data) < 0 ? -errno : 0, "capset");
}

void caps_run(void (*work)(void *result), void *result, size_t size)
{
	int fds[2];
	pid_t pid;

	must(pipe(fds), "a pipe");
	pid = fork();
	if (!pid) {
		work(result);
		_exit(write(fds[1], result, size) != (ssize_t)size);
	}
	close(fds[1]);
	ok(read(fds[0], result, size) == (ssize_t)size,
	   "a process of its own tells");
	close(fds[0]);
	wire_wait(pid);
}
