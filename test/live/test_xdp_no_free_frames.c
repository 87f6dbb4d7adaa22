/* SPDX-License-Identifier: MIT */
/* test_xdp_no_free_frames.c - a reader that can receive nothing is told
 * and goes on: all frames are away, or its interface is. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

#define FRAMES 8

static struct xdp_end end;

static void open_it(const struct xdp_way *way)
{
	memset(&end, 0, sizeof(end));
	end.memory.size = FRAMES * NETRING_CONFIG_XDP_FRAME_SIZE;
	end.memory.rx_frames = FRAMES / 2;
	xdp_open(&end, way);
}

/* All frames for receiving are kept: no packet can come, whatever is sent.
 * Given back, they are received into again. */
static void all_away(const struct xdp_way *way)
{
	struct netring_xdp_packet kept[FRAMES / 2];
	struct tally t = { 0 };
	int i, n = 0;
	int64_t start;

	open_it(way);
	xdp_wire_lot(0, FRAMES / 2, 100);
	while (n < FRAMES / 2 &&
	       netring_xdp_rx_wait(&end.xdp.rx, xdp_patience()) > 0) {
		(void)netring_xdp_rx_next(&end.xdp.rx);
		while (netring_xdp_rx_packet(&end.xdp.rx, &kept[n]))
			is(netring_xdp_rx_keep(&end.xdp.rx, &kept[n++]), 0,
			   "%s: kept", way->name);
		netring_xdp_rx_release(&end.xdp.rx);
	}
	is(n, FRAMES / 2, "%s: all frames are kept", way->name);
	start = live_start_ms();
	is(netring_xdp_rx_wait(&end.xdp.rx, NETRING_FOREVER), 0,
	   "%s: the wait ends", way->name);
	ok(netring_clock_ms() - start < 500 + live_late_ms(), "%s: soon",
	   way->name);
	for (i = 0; i < n; i++)
		is(netring_umem_free(&end.umem, kept[i].addr), 0,
		   "%s: given back", way->name);
	(void)netring_xdp_rx_wait(&end.xdp.rx, 0);
	xdp_take(&t, &end.xdp, 100, FRAMES / 2, 100);
	tally_ok(&t, FRAMES / 2, way->name);
	(void)xdp_close(&end);
}

/* The interface is gone, and so is the socket that reopen did not bring back:
 * every call has an answer. */
static void all_gone(const struct xdp_way *way)
{
	struct netring_xdp_frame frame;
	struct netring_xdp_packet pkt;
	struct wire_flood flood = { .interface = FAR,
				    .first = 200,
				    .count = FRAMES / 2,
				    .length = 100 };
	struct tally t = { 0 };

	open_it(way);
	must(net_delete(NEAR), "delete");
	is(netring_xdp_reopen(&end.xdp), -ENODEV, "%s: not there", way->name);
	is(netring_xdp_rx_next(&end.xdp.rx), 0, "no batch");
	is(netring_xdp_rx_packet(&end.xdp.rx, &pkt), 0, "no packet");
	netring_xdp_rx_release(&end.xdp.rx);
	ok(netring_xdp_rx_wait(&end.xdp.rx, 1) < 0, "an error of the wait");
	is(netring_xdp_tx_reserve(&end.xdp.tx, &frame), -EAGAIN, "no slot");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "nothing to flush");
	is(netring_xdp_tx_reap(&end.xdp.tx), 0, "nothing completed");
	live_wire();
	must(netring_xdp_reopen(&end.xdp), "reopen");
	must(netring_xdp_program_attach(&end.steer), "attach");
	/* by a socket of the new interface */
	must(wire_burst(&flood), "send");
	is(xdp_tally(&t, &end.xdp, FRAMES / 2, xdp_patience()), FRAMES / 2,
	   "%s: receives again", way->name);
	tally_ok(&t, FRAMES / 2, way->name);
	(void)xdp_close(&end);
}

int main(void)
{
	int i;

	xdp_wire(1);
	/* busy polling makes no difference here */
	for (i = 0; i < XDP_WAYS; i++)
		if (!xdp_ways[i].flags)
			all_away(&xdp_ways[i]);
	for (i = 0; i < XDP_WAYS; i++)
		if (!xdp_ways[i].flags)
			all_gone(&xdp_ways[i]);
	return done_testing();
}
