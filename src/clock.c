/* SPDX-License-Identifier: MIT */
/* clock.c - the clock of every deadline. */
#include "sys.h"

#include <netring/base.h>

int64_t netring_clock_ms(void)
{
	struct timespec now = { 0, 0 };

	/* cannot fail: every kernel of this library has CLOCK_MONOTONIC */
	(void)sys_clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
