/* SPDX-License-Identifier: MIT */
/* test_xdp_tx_full.c - a full tx ring, round and round; poll() and it. */
#include "xdp_end.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

static int spy;
static struct xdp_end end;

static int writable(void)
{
	struct pollfd p = { netring_xdp_fd(&end.xdp), POLLOUT, 0 };

	return poll(&p, 1, 0) == 1 && p.revents & POLLOUT;
}

/* Until it is full, then again and again, ten times round. */
static void rounds(const struct xdp_way *way, uint32_t tx, uint32_t completion,
		   uint32_t frames)
{
	uint32_t least = tx < completion ? tx : completion;
	struct netring_xdp_frame frame;
	struct spied seen = { 0 };
	uint32_t i, n, wrong = 0, number = 0;

	memset(&end, 0, sizeof(end));
	end.memory.size = (size_t)frames * 2048;
	end.socket.mode = NETRING_XDP_TX;
	end.socket.tx_ring = tx;
	end.socket.completion_ring = completion;
	end.socket.flags = way->flags;
	xdp_open(&end, NULL);
	if (frames < least)
		least = frames;
	for (i = 0; i < 10; i++) {
		n = xdp_queue(&end.xdp, number, 10000, 60 + i);
		wrong += n != least;
		wrong += netring_xdp_tx_reserve(&end.xdp.tx, &frame) != -EAGAIN;
		wrong += netring_xdp_tx_pending(&end.xdp.tx) != n;
		wrong += netring_xdp_tx_flush(&end.xdp.tx) != 0;
		number += n;
		spy_count(spy, &seen, number, xdp_patience());
	}
	is(wrong, 0, "%s: tx %u, completion %u, %u frames: %u, then it is full",
	   way->name, tx, completion, frames, least);
	spied_ok(&seen, number, "ten times round");
	ok(writable(), "poll says that the tx ring has room");
	ok(spy_quiet(spy, 1), "and nothing else leaves");
	xdp_books(&end.umem, "then");
	is(xdp_close(&end), 0, "close: none was lost");
}

/* Slots that were never flushed are lost by close, and it says so. */
static void close_tells(void)
{
	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_TX;
	xdp_open(&end, NULL);
	is(xdp_queue(&end.xdp, 0, 7, 60), 7, "queue");
	is(xdp_close(&end), 7, "close: 7 were never handed over");
	ok(spy_quiet(spy, 20), "indeed");
	is(xdp_frames(&end.umem, NETRING_UMEM_FREE), XDP_FRAMES,
	   "but their frames are free");
	is(netring_xdp_close(&end.xdp), 0, "close again");
}

int main(void)
{
	int i, ways;

	xdp_wire(0);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	ways = xdp_flags();
	for (i = 0; i < ways; i++) {
		rounds(&xdp_ways[i], 512, 512, 1024);
		rounds(&xdp_ways[i], 64, 512, 1024);
		rounds(&xdp_ways[i], 512, 64, 1024);
		rounds(&xdp_ways[i], 512, 512, 48);
		rounds(&xdp_ways[i], 1, 1, 4);
		rounds(&xdp_ways[i], 4, 2, 1);
	}
	close_tells();
	return done_testing();
}
