/* SPDX-License-Identifier: MIT */
/* xdp_send.c - copy into frames, wait for free ones, drain. */
#include "xdp.h"

#define PAUSE_MS 1

/* poll tells of the tx ring, not of completions: so sleep. */
static int pause_until(int64_t deadline)
{
	if (deadline != NETRING_FOREVER && netring_clock_ms() >= deadline)
		return 0;
	(void)sys_poll(NULL, 0, PAUSE_MS);
	return 1;
}

int netring_xdp_tx_queue(struct netring_xdp_tx *tx, const void *data,
			 uint32_t len, int64_t deadline)
{
	struct netring_xdp_frame frame;
	int r;

	while (netring_xdp_tx_reserve(tx, &frame) < 0) {
		r = netring_xdp_tx_flush(tx);
		if (r < 0 && r != -ENETDOWN)
			return r;
		if (netring_xdp_tx_reserve(tx, &frame) >= 0)
			break;
		if (!pause_until(deadline))
			return r < 0 ? r : -EAGAIN;
	}
	if (len <= frame.capacity)
		memcpy(frame.data, data, len);
	return netring_xdp_tx_commit(tx, &frame, len);
}

int netring_xdp_tx_send(struct netring_xdp_tx *tx, const void *data,
			uint32_t len, int64_t deadline)
{
	int r = netring_xdp_tx_queue(tx, data, len, deadline);

	if (r < 0)
		return r;
	r = netring_xdp_tx_flush(tx);
	return r < 0 && r != -ENETDOWN ? r : 0; /* it is queued, and stays */
}

int netring_xdp_tx_drain(struct netring_xdp_tx *tx, int64_t deadline)
{
	int r;

	for (;;) {
		r = netring_xdp_tx_flush(tx);
		if (r < 0 && r != -ENETDOWN)
			return r;
		if (netring_xdp_tx_pending(tx) == tx->open_)
			return 0;
		if (!pause_until(deadline))
			return (int)netring_xdp_tx_pending(tx);
	}
}
