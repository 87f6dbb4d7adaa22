/* SPDX-License-Identifier: MIT */
/* test_xdp_sizes.c - rings of 1 to 32768 slots carry packets both ways; others
 * are refused. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

#define PACKETS 200u

static int spy;
static struct xdp_end end;

static void slots(const struct xdp_way *way, uint32_t rx, uint32_t fill,
		  uint32_t tx, uint32_t completion)
{
	static uint8_t map[PACKETS];
	struct tally t = { .map = map, .size = PACKETS };
	struct spied seen = { 0 };

	memset(map, 0, sizeof(map));
	memset(&end, 0, sizeof(end));
	end.socket.rx_ring = rx;
	end.socket.fill_ring = fill;
	end.socket.tx_ring = tx;
	end.socket.completion_ring = completion;
	xdp_open(&end, way);
	is(netring_xdp_ring_seek(netring_xdp_tx_ring(&end.xdp.tx), UINT32_MAX),
	   tx, "the tx ring has %u slots", tx);
	is(xdp_frames(&end.umem, NETRING_UMEM_FILL),
	   fill < XDP_FRAMES / 2 ? fill : XDP_FRAMES / 2,
	   "the fill ring has as many frames as it holds");
	xdp_take(&t, &end.xdp, 0, PACKETS, 100);
	xdp_give(spy, &seen, &end.xdp, 0, PACKETS, 100);
	diag("%s: rx %u, fill %u, tx %u, completion %u", way->name, rx, fill,
	     tx, completion);
	tally_ok(&t, PACKETS, "received");
	spied_ok(&seen, PACKETS, "sent");
	xdp_books(&end.umem, "then");
	is(netring_xdp_tx_drain(&end.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	xdp_close(&end);
}

static void refused(uint32_t rx, uint32_t fill, uint32_t tx,
		    uint32_t completion)
{
	memset(&end, 0, sizeof(end));
	xdp_open(&end, NULL); /* fills in the rest */
	xdp_close(&end);
	end.socket.rx_ring = rx;
	end.socket.fill_ring = fill;
	end.socket.tx_ring = tx;
	end.socket.completion_ring = completion;
	is(netring_xdp_open(&end.xdp, &end.socket), -EINVAL,
	   "rx %u, fill %u, tx %u, completion %u: refused", rx, fill, tx,
	   completion);
	is(end.xdp.step, NETRING_STEP_GEOMETRY, "as a matter of sizes");
	is(netring_xdp_close(&end.xdp), 0, "close all the same");
}

int main(void)
{
	uint32_t n;

	xdp_wire(1);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	for (n = 1; n <= 32768; n *= 2) /* by turns */
		slots(&xdp_ways[n % 3 == 1 ? 0 : 2], n, n, n, n);
	slots(&xdp_ways[0], 1, 32768, 1, 32768);
	slots(&xdp_ways[2], 32768, 1, 32768, 1);
	slots(&xdp_ways[3], 2, 64, 16, 128);
	slots(&xdp_ways[1], 128, 16, 64, 2);
	refused(3, 64, 64, 64);
	refused(64, 65535, 64, 64);
	refused(64, 64, 65536, 64);
	refused(64, 64, 64, 100);
	refused(0x80000000, 64, 64, 64);
	return done_testing();
}
