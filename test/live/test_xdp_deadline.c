/* SPDX-License-Identifier: MIT */
/* test_xdp_deadline.c - sending by copy: send, queue and drain, and how long
 * they wait for a frame. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

static int spy;
static struct xdp_end end;

static void open_it(uint32_t flags, uint32_t slots)
{
	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_TX;
	end.socket.flags = flags;
	end.socket.tx_ring = slots;
	end.socket.completion_ring = slots;
	xdp_open(&end, NULL);
}

static int64_t soon(int ms)
{
	return netring_clock_ms() + ms;
}

/* Each is there before the next. */
static void send_each(uint32_t flags)
{
	uint8_t frame[1514];
	uint32_t i, n = 0, length;

	open_it(flags, 4);
	for (i = 0; i < 300; i++) {
		length = 60 + i * 4;
		wire_frame(frame, length, WIRE_TYPE, i);
		must(netring_xdp_tx_send(&end.xdp.tx, frame, length,
					 soon(xdp_patience())),
		     "send");
		n += (uint32_t)spy_is(spy, frame, length);
	}
	is(n, 300, "each is sent at once, as it was");
	is(netring_xdp_tx_drain(&end.xdp.tx, soon(xdp_patience())), 0,
	   "drained");
	xdp_books(&end.umem, "send");
	is(xdp_close(&end), 0, "close: none was lost");
}

/* Many more than there are slots: queue kicks when it has to. */
static void queue_many(uint32_t flags, uint32_t slots)
{
	struct spied seen = { 0 };
	uint8_t frame[100];
	uint32_t i;
	int r = 0;

	open_it(flags, slots);
	for (i = 0; i < 500 && r >= 0; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		r = netring_xdp_tx_queue(&end.xdp.tx, frame, sizeof(frame),
					 soon(xdp_patience()));
	}
	is(r, 0, "queue 500 through %u slots", slots);
	is(netring_xdp_tx_drain(&end.xdp.tx, soon(xdp_patience())), 0,
	   "drained");
	is(netring_xdp_tx_pending(&end.xdp.tx), 0, "nothing is pending");
	spy_count(spy, &seen, 500, xdp_patience());
	spied_ok(&seen, 500, "queued");
	xdp_books(&end.umem, "queue");
	is(xdp_close(&end), 0, "close: none was lost");
}

static void refused(void)
{
	static uint8_t bytes[3000];
	uint32_t i, n = 0;

	open_it(0, 4);
	wire_frame(bytes, 100, WIRE_TYPE, 0);
	for (i = 0; i < 20; i++) { /* more often than there are slots */
		n += netring_xdp_tx_send(&end.xdp.tx, bytes, 13, 0) == -EINVAL;
		n += netring_xdp_tx_queue(&end.xdp.tx, bytes, 1523, 0) ==
		     -EMSGSIZE;
		n += netring_xdp_tx_send(&end.xdp.tx, bytes, 2049, 0) ==
		     -EMSGSIZE;
	}
	is(n, 60, "refused, again and again");
	is(netring_xdp_tx_send(&end.xdp.tx, bytes, 100, 0), 0, "a good one");
	ok(spy_is(spy, bytes, 100) && spy_quiet(spy, 1), "arrives, no other");
	xdp_close(&end);
}

/* No frame comes back as long as nobody takes completions. */
static void no_frame(void)
{
	struct netring_xdp_frame frame;
	uint8_t bytes[100];
	int64_t start;
	int i, n = 0;

	open_it(NETRING_XDP_KEEP_COMPLETIONS, 4);
	wire_frame(bytes, sizeof(bytes), WIRE_TYPE, 0);
	for (i = 0; i < 4; i++)
		must(netring_xdp_tx_send(&end.xdp.tx, bytes, 100, 0), "send");
	start = netring_clock_ms();
	is(netring_xdp_tx_send(&end.xdp.tx, bytes, 100, 0), -EAGAIN,
	   "no frame, no deadline");
	is(netring_xdp_tx_queue(&end.xdp.tx, bytes, 100, 1), -EAGAIN,
	   "a deadline long ago");
	ok(netring_clock_ms() < start + 50 * live_slack_ms(), "at once");
	start = netring_clock_ms();
	is(netring_xdp_tx_send(&end.xdp.tx, bytes, 100, start + 60), -EAGAIN,
	   "no frame until the deadline");
	between(netring_clock_ms() - start, 60, 60 + 50 * live_slack_ms(),
		"as long as it should");
	start = netring_clock_ms();
	is(netring_xdp_tx_drain(&end.xdp.tx, start + 60), 4,
	   "drain: 4 remain at the deadline");
	between(netring_clock_ms() - start, 60, 60 + 50 * live_slack_ms(),
		"as long as it should");
	is(spy_flush(spy, 20), 4, "four arrived, no more");
	while (netring_xdp_tx_next_completion(&end.xdp.tx, &frame) == 1)
		n++;
	is(n, 4, "they are completed");
	is(netring_xdp_tx_drain(&end.xdp.tx, 0), 0, "none remains");
	is(netring_xdp_tx_send(&end.xdp.tx, bytes, 100, 0), 0,
	   "then there is a frame");
	is(spy_flush(spy, 20), 1, "it arrives");
	is(xdp_close(&end), 1, "one was not taken back");
}

int main(void)
{
	int i, ways;

	xdp_wire(0);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	ways = xdp_flags();
	for (i = 0; i < ways; i++) {
		send_each(xdp_ways[i].flags);
		queue_many(xdp_ways[i].flags, 64);
		queue_many(xdp_ways[i].flags, 1);
	}
	refused();
	no_frame();
	return done_testing();
}
