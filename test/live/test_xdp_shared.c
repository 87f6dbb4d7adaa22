/* SPDX-License-Identifier: MIT */
/* test_xdp_shared.c - one memory for sockets on two interfaces: from one to the
 * other without a copy. */
#include "xdp_end.h"

#include <string.h>

#define NEAR2 "nr2"
#define FAR2 "nr3"
#define PACKETS 600u

static struct xdp_end ends[2];

static void open_shared(int i, const struct netring_xdp_config *cfg)
{
	ends[i].socket = *cfg;
	ends[i].socket.umem = &ends[0].umem;
	must(netring_xdp_open(&ends[i].xdp, &ends[i].socket), "second (%s)",
	     netring_step_name(ends[i].xdp.step));
}

/* Each goes from one socket to the other, and its frame back to where it
 * belongs. */
static uint32_t forward(uint32_t count)
{
	struct netring_xdp *in = &ends[0].xdp, *out = &ends[1].xdp;
	struct netring_xdp_packet pkt;
	uint32_t n = 0, done;

	for (done = 0; done < count; done += 60) {
		xdp_wire_lot(done, 60, 400);
		while (n < done + 60 &&
		       netring_xdp_rx_wait(&in->rx, xdp_patience()) > 0) {
			netring_xdp_rx_next(&in->rx);
			while (netring_xdp_rx_packet(&in->rx, &pkt))
				n += !netring_xdp_tx_forward(&out->tx, &pkt);
			netring_xdp_rx_release(&in->rx);
			must(netring_xdp_tx_flush(&out->tx), "flush");
		}
	}
	return n;
}

static void two_interfaces(const struct xdp_way *way)
{
	struct netring_xdp_config cfg;
	struct spied seen = { 0 };
	int spy = must(spy_open(FAR2, 0), "a look at the other far end");

	memset(ends, 0, sizeof(ends));
	diag("%s: two interfaces", way->name);
	ends[0].socket.rx_frames = ends[0].socket.tx_frames = 256;
	xdp_open(&ends[0], way);
	cfg = ends[0].socket;
	cfg.interface = NEAR2;
	cfg.program = NULL;
	open_shared(1, &cfg);
	is(forward(PACKETS), PACKETS, "forward");
	spy_count(spy, &seen, PACKETS, xdp_patience());
	spied_ok(&seen, PACKETS, "at the other interface's far end");
	is(netring_xdp_tx_drain(&ends[1].xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	xdp_books(&ends[0].umem, "forwarded");
	is(xdp_frames(&ends[0].umem, NETRING_UMEM_TX), 0, "none under way");
	seen = (struct spied){ 0 };
	xdp_give(spy, &seen, &ends[1].xdp, 0, 100, 400);
	spied_ok(&seen, 100, "and what it sends itself");
	is(netring_xdp_close(&ends[0].xdp), 0, "close the one in between");
	xdp_give(spy, &seen, &ends[1].xdp, 100, 100, 400);
	spied_ok(&seen, 200, "the other goes on");
	is(netring_xdp_tx_drain(&ends[1].xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	is(netring_xdp_close(&ends[1].xdp), 0, "close");
	is(xdp_close(&ends[0]), 0, "close again, and the program");
	is(xdp_frames(&ends[0].umem, NETRING_UMEM_FREE), XDP_FRAMES,
	   "all frames are free");
}

int main(void)
{
	int i;

	xdp_wire(1);
	live_pair(NEAR2, FAR2);
	for (i = 0; i < XDP_WAYS; i++)
		two_interfaces(&xdp_ways[i]);
	return done_testing();
}
