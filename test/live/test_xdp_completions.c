/* SPDX-License-Identifier: MIT */
/* test_xdp_completions.c - completions left where they are, then taken: each
 * frame comes back once, and sending goes on. */
#include "xdp.h"

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
			 NETRING_UMEM_USER;
		netring_xdp_tx_discard(&end.xdp.tx, &frame);
	}
	is(n, count, "%u come back", count);
	is(wrong, 0, "in their order, with their bytes, ours");
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

/* The same frame, again and again, without a reserve. */
static void again(const struct xdp_way *way)
{
	struct netring_xdp_frame frame;
	struct spied seen = { 0 };
	int64_t deadline;
	uint32_t i;
	int r = 0;

	open_it(way, 1, 1);
	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	for (i = 0; i < 100; i++) {
		wire_frame(frame.data, 80, WIRE_TYPE, i);
		must(netring_xdp_tx_commit(&end.xdp.tx, &frame, 80), "commit");
		must(netring_xdp_tx_flush(&end.xdp.tx), "flush");
		deadline = netring_clock_ms() + xdp_patience();
		while (!(r = netring_xdp_tx_next_completion(&end.xdp.tx,
							    &frame)) &&
		       netring_clock_ms() < deadline)
			live_sleep_ms(1);
		if (r != 1)
			break;
	}
	is(r, 1, "%s: a completed frame is sent again", way->name);
	spy_count(spy, &seen, 100, xdp_patience());
	spied_ok(&seen, 100, "a hundred times");
	netring_xdp_tx_discard(&end.xdp.tx, &frame);
	xdp_books(&end.umem, way->name);
	is(xdp_close(&end), 0, "close: none was lost");
}

int main(void)
{
	int i;

	xdp_wire(0);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	for (i = 0; i < 2; i++) {
		left(&xdp_ways[i], 256, 256);
		left(&xdp_ways[i], 256, 32);
		left(&xdp_ways[i], 32, 256);
		again(&xdp_ways[i]);
	}
	return done_testing();
}
