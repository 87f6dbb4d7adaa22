/* SPDX-License-Identifier: MIT */
/* slow.c - what a test waits for, and does, on an emulated machine. */
#include "live.h"

#include <stdlib.h>

/* How many times slower than a machine of one's own this one is said to be. */
static int slower(void)
{
	const char *slow = getenv("NETRING_SLOW");
	int factor = slow ? atoi(slow) : 1;

	return factor > 0 ? factor : 1;
}

int live_slack_ms(void)
{
	return 20 * slower();
}

int live_quiet_ms(int ms)
{
	return ms + live_slack_ms() - 20;
}

uint32_t live_share(uint32_t count)
{
	return count / (uint32_t)slower();
}
