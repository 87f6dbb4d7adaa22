/* SPDX-License-Identifier: MIT */
/* test_xdp_completions.c - completions left where they are, then taken: each
 * frame comes back once, and sending goes on. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

static int spy;
static struct xdp_end end;

static void open_it(const struct xdp_way *way, uint32_t tx, uint32_t completion)
{
	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_TX;
	end.socket.tx_ring = tx;
	end.socket.completion_ring = completion;
	end.socket.flags = way->flags | NETRING_XDP_KEEP_COMPLETIONS;
	xdp_open(&end, NULL);
}

/* All that was sent comes back, in its order, with its bytes. */
static uint32_t take_back(uint32_t first, uint32_t count)
{
	int64_t deadline = netring_clock_ms() + xdp_patience();
	struct netring_xdp_frame frame;
	uint32_t n = 0, wrong = 0;
	int r;

	while (n < count && netring_clock_ms() < deadline) {
		r = netring_xdp_tx_next_completion(&end.xdp.tx, &frame);
		must(r, "next completion");
		if (!r) {
			live_sleep_ms(1);
			continue;
		}
		wrong += wire_number(frame.data, 80) != first + n++;
		wrong += netring_umem_owner(&end.umem, frame.addr) !=
			 NETRING_UMEM_FREE;
	}
	is(n, count, "%u come back", count);
	is(wrong, 0, "in their order, with their bytes, and are free");
	is(netring_xdp_tx_next_completion(&end.xdp.tx, &frame), 0, "no more");
	return n;
}

static void left(const struct xdp_way *way, uint32_t tx, uint32_t completion)
{
	struct spied seen = { 0 };
	struct netring_xdp_frame frame;
	uint32_t i, n, number = 0;

	open_it(way, tx, completion);
	for (i = 0; i < 3; i++) {
		n = 0; /* round by round, since the tx ring may be smaller */
		while (n < completion && xdp_queue(&end.xdp, number + n, 1, 80))
			if (++n % tx == 0)
				must(netring_xdp_tx_flush(&end.xdp.tx),
				     "flush");
		is(n, completion, "%s, tx %u, completion %u: until it is full",
		   way->name, tx, completion);
		is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
		spy_count(spy, &seen, number + n, xdp_patience());
		spied_ok(&seen, number + n, "all arrive");
		is(netring_xdp_tx_reserve(&end.xdp.tx, &frame), -EAGAIN,
		   "not one more");
		is(netring_xdp_tx_reap(&end.xdp.tx), 0, "nothing is reaped");
		is(netring_xdp_tx_pending(&end.xdp.tx), n, "all are pending");
		xdp_books(&end.umem, "then");
		take_back(number, n);
		is(xdp_frames(&end.umem, NETRING_UMEM_FREE), XDP_FRAMES,
		   "all free");
		number += n;
	}
	is((long long)xdp_stats(&end.xdp).sent, number, "sent");
	is(xdp_close(&end), 0, "close: none was lost");
}

/* One frame, one slot, again and again. */
static void alone(const struct xdp_way *way)
{
	struct spied seen = { 0 };
	uint32_t i;

	open_it(way, 1, 1);
	for (i = 0; i < 20; i++) {
		xdp_give(spy, &seen, &end.xdp, i, 1, 80);
		take_back(i, 1);
	}
	spied_ok(&seen, 20, "through rings of one");
	xdp_books(&end.umem, way->name);
	is(xdp_close(&end), 0, "close: none was lost");
}

int main(void)
{
	int i, ways;

	xdp_wire(0);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	ways = xdp_flags();
	for (i = 0; i < ways; i++) {
		left(&xdp_ways[i], 256, 256);
		left(&xdp_ways[i], 256, 32);
		left(&xdp_ways[i], 32, 256);
		alone(&xdp_ways[i]);
	}
	return done_testing();
}
