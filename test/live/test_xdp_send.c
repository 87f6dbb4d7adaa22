/* SPDX-License-Identifier: MIT */
/* test_xdp_send.c - what is sent arrives, whole, once, in order. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

static int spy;
static struct xdp_end end;

static void open_it(const struct xdp_way *way)
{
	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
}

/* Nothing is under way, nothing lost, nothing else counted. */
static void settled(uint32_t count, const char *what)
{
	int64_t deadline = netring_clock_ms() + xdp_patience();
	struct netring_xdp_stats s;

	is(netring_xdp_tx_drain(&end.xdp.tx, deadline), 0, "%s: drained", what);
	s = xdp_stats(&end.xdp);
	is((long long)s.queued, count, "queued");
	is((long long)s.sent, count, "sent");
	is((long long)(s.invalid + s.too_short + s.too_long + s.link_down +
		       s.tx_invalid),
	   0, "no counter of errors moved");
	xdp_books(&end.umem, what);
	is(xdp_close(&end), 0, "close: none was lost");
}

static void many(const struct xdp_way *way, uint32_t count, uint32_t length)
{
	struct spied seen = { 0 };

	open_it(way);
	xdp_give(spy, &seen, &end.xdp, 0, count, length);
	spied_ok(&seen, count, way->name);
	settled(count, way->name);
}

/* A kick sends 32 in copy mode: flush must go on. */
static void one_flush(const struct xdp_way *way)
{
	struct spied seen = { 0 };

	open_it(way);
	is(xdp_queue(&end.xdp, 0, 200, 300), 200, "200 are queued");
	is(netring_xdp_tx_pending(&end.xdp.tx), 200, "pending");
	ok(spy_quiet(spy, 1), "nothing leaves without a flush");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "one flush");
	spy_count(spy, &seen, 200, xdp_patience());
	spied_ok(&seen, 200, "by one flush");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "nothing is left for another");
	settled(200, way->name);
}

/* Reserved at once, committed in another order, some given up. */
static void out_of_order(const struct xdp_way *way)
{
	struct netring_xdp_frame frames[30];
	struct spied seen = { 0 };
	uint32_t i, number = 0;

	open_it(way);
	for (i = 0; i < 30; i++)
		must(netring_xdp_tx_reserve(&end.xdp.tx, &frames[i]),
		     "reserve");
	for (i = 30; i--;) {
		if (i % 3 == 0) {
			netring_xdp_tx_discard(&end.xdp.tx, &frames[i]);
			continue;
		}
		wire_frame(frames[i].data, 100 + i, WIRE_TYPE, number++);
		must(netring_xdp_tx_commit(&end.xdp.tx, &frames[i], 100 + i),
		     "commit");
	}
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	spy_count(spy, &seen, number, xdp_patience());
	spied_ok(&seen, number, "in the order of the commits");
	ok(spy_quiet(spy, 1), "and no discarded one");
	settled(number, way->name);
}

/* The shortest and the longest that may be. */
static void extremes(const struct xdp_way *way)
{
	static const uint32_t lengths[] = { NETRING_XDP_SHORTEST, 15, 59, 1514,
					    1500 + NETRING_XDP_OVER_MTU };
	struct netring_xdp_frame frame;
	uint8_t want[2048];
	uint32_t i;

	open_it(way);
	must(net_mtu(FAR, 1504), "a virtual cable takes a tag less");
	for (i = 0; i < 5; i++) {
		wire_frame(want, lengths[i], WIRE_TYPE, i);
		if (lengths[i] == 1522) /* that long with two tags only */
			memcpy(want + 12, "\x88\xa8\x00\x05\x81\x00\x00\x06",
			       8);
		must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
		is(frame.capacity, 2048, "a frame is all for the packet");
		memcpy(frame.data, want, lengths[i]);
		is(netring_xdp_tx_commit(&end.xdp.tx, &frame, lengths[i]), 0,
		   "%u bytes", lengths[i]);
		is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
		ok(spy_is(spy, want, lengths[i]), "arrive as they were");
	}
	settled(5, way->name);
	must(net_mtu(FAR, 1500), "as it was");
}

int main(void)
{
	int i;

	xdp_wire(1);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	for (i = 0; i < XDP_WAYS; i++) {
		many(&xdp_ways[i], 4096, 64);
		many(&xdp_ways[i], 4096, 1514);
		many(&xdp_ways[i], 1, 60);
		one_flush(&xdp_ways[i]);
		out_of_order(&xdp_ways[i]);
		extremes(&xdp_ways[i]);
	}
	return done_testing();
}
