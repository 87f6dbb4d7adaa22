/* SPDX-License-Identifier: MIT */
/* test_xdp_queues.c - one memory for sockets on two queues of an interface. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

static struct xdp_end ends[2], far;
static struct netring_xdp far2; /* of the far end's second queue */

/* Frames to the near end's @queue. */
static void send_by(int queue, uint32_t first, uint32_t count)
{
	struct netring_xdp *xdp = queue ? &far2 : &far.xdp;

	is(xdp_queue(xdp, first, count, 200), count, "queue %d: send %u", queue,
	   count);
	is(netring_xdp_tx_flush(&xdp->tx), 0, "flush");
}

static void open_shared(int i, const struct netring_xdp_config *cfg)
{
	ends[i].socket = *cfg;
	ends[i].socket.umem = &ends[0].umem;
	must(netring_xdp_open(&ends[i].xdp, &ends[i].socket), "second (%s)",
	     netring_step_name(ends[i].xdp.step));
}

/* At the far end a socket that sends for each queue, sharing, too. In generic
 * mode veth counts from one on what native mode counts from zero on. */
static void open_far(const struct xdp_way *way)
{
	struct netring_xdp_config cfg;

	memset(&far, 0, sizeof(far));
	far.socket.interface = FAR;
	far.socket.mode = NETRING_XDP_TX;
	xdp_open(&far, NULL);
	cfg = far.socket;
	cfg.queue = way->attach == NETRING_XDP_GENERIC ? 2 : 1;
	must(netring_xdp_open(&far2, &cfg), "far queue 1 (%s)",
	     netring_step_name(far2.step));
}

static void receives(int i, uint32_t first, uint32_t count, const char *what)
{
	struct tally t = { 0 };

	xdp_tally(&t, &ends[i].xdp, count, xdp_patience());
	tally_ok(&t, count, what);
	is(t.low, first, "its own ones");
}

static void carry(int spy, const char *what)
{
	struct spied seen = { 0 };
	int i;

	send_by(0, 0, 100);
	send_by(1, 1000, 100);
	receives(0, 0, 100, "queue 0");
	receives(1, 1000, 100, "queue 1");
	for (i = 0; i < 2; i++) {
		memset(&seen, 0, sizeof(seen));
		xdp_give(spy, &seen, &ends[i].xdp, 0, 300, 200);
		spied_ok(&seen, 300, i ? "sent by queue 1" : "sent by queue 0");
		is(netring_xdp_tx_drain(&ends[i].xdp.tx,
					netring_clock_ms() + xdp_patience()),
		   0, "drained");
	}
	xdp_books(&ends[0].umem, what);
}

static void two_queues(const struct xdp_way *way)
{
	struct netring_xdp_config cfg;
	struct netring_xdp third;
	int spy;

	memset(ends, 0, sizeof(ends));
	diag("%s: two queues", way->name);
	ends[0].socket.rx_frames = ends[0].socket.tx_frames = 256;
	xdp_open(&ends[0], way);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	cfg = ends[0].socket;
	is(netring_xdp_open(&third, &cfg), -EBUSY, "the same queue again");
	is(third.step, NETRING_STEP_CONFIG, "told as a mistake");
	cfg.queue = 3;
	is(netring_xdp_open(&third, &cfg), -EINVAL, "a queue that is not");
	is(third.step, NETRING_STEP_BIND, "the kernel says so");
	cfg.queue = 1;
	open_shared(1, &cfg);
	open_far(way);
	carry(spy, "both queues");
	/* the one that registered the memory goes first, then comes again */
	is(netring_xdp_close(&ends[0].xdp), 0, "close the first");
	send_by(1, 2000, 100);
	receives(1, 2000, 100, "the other goes on");
	must(netring_xdp_open(&ends[0].xdp, &ends[0].socket), "open again (%s)",
	     netring_step_name(ends[0].xdp.step));
	carry(spy, "both again");
	is(netring_xdp_close(&ends[1].xdp), 0, "close the second");
	send_by(0, 3000, 100);
	receives(0, 3000, 100, "the first goes on");
	is(netring_xdp_close(&far2), 0, "close");
	is(xdp_close(&far), 0, "close");
	is(xdp_close(&ends[0]), 0, "close");
	is(xdp_frames(&ends[0].umem, NETRING_UMEM_FREE), XDP_FRAMES,
	   "all frames are free");
	spy_flush(spy, 1);
}

int main(void)
{
	int i;

	xdp_wire_queues(1, 3);
	for (i = 0; i < XDP_WAYS; i++)
		two_queues(&xdp_ways[i]);
	return done_testing();
}
