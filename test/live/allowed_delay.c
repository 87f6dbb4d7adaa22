/* SPDX-License-Identifier: MIT */
/* allowed_delay.c - how late a test may be, and how long it was held up. */
#define _GNU_SOURCE
#include "live.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The number that is the @field-th of a file's first line, from 0; 0 where the
 * kernel has none. By system calls: stdio would allocate. */
static unsigned long long number(const char *path, int field)
{
	char line[256] = "", *at = line;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0)
		line[0] = 0;
	if (fd >= 0)
		close(fd);
	for (; field; field--) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	return strtoull(at, NULL, 10);
}

/* How long other processes had the processor while this one could have run, and
 * the host's other machines any of them. */
static int64_t held_up_ms(void)
{
	unsigned long long tick = 1000 / (unsigned long)sysconf(_SC_CLK_TCK);

	return (int64_t)(number("/proc/self/schedstat", 1) / 1000000 +
			 number("/proc/stat", 8) * tick);
}

static int64_t held_up_at_start = -1;

int64_t live_start_ms(void)
{
	return live_start_us() / 1000;
}

int64_t live_start_us(void)
{
	held_up_at_start = held_up_ms();
	return live_us();
}

int live_late_ms(void)
{
	int64_t held_up = held_up_ms() - held_up_at_start;

	if (held_up_at_start < 0 || held_up < 0)
		held_up = 0;
	return live_slack_ms() + (int)held_up;
}
