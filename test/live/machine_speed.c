/* SPDX-License-Identifier: MIT */
/* machine_speed.c - what a test waits for, and does, on an emulated machine. */
#include "live.h"

#include <stdlib.h>

int live_slower(void)
{
	const char *slow = getenv("NETRING_SLOW");
	int factor = slow ? atoi(slow) : 1;

	return factor > 0 ? factor : 1;
}

int live_slack_ms(void)
{
	return 20 * live_slower();
}

int live_quiet_ms(int ms)
{
	return ms + live_slack_ms() - 20;
}

uint32_t live_share(uint32_t count)
{
	return count / (uint32_t)live_slower();
}
