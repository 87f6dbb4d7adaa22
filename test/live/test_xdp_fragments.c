/* SPDX-License-Identifier: MIT */
/* test_xdp_fragments.c - packets longer than a frame come and go whole, in up
 * to 17 fragments; more are refused. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

static int spy;
static struct xdp_end end;

static void open_it(const struct xdp_way *way, uint32_t flags)
{
	memset(&end, 0, sizeof(end));
	end.socket.flags = flags;
	end.program.flags = NETRING_XDP_PROGRAM_FRAGMENTS;
	xdp_open(&end, way);
}

/* A numbered packet cut at each @piece bytes: 0, or what commit said. */
static int give(uint32_t number, uint32_t length, uint32_t piece)
{
	static uint8_t whole[65536];
	struct netring_xdp_frame frame;
	uint32_t at, n;
	int r = 0;

	wire_frame(whole, length, WIRE_TYPE, number);
	for (at = 0; at < length && !r; at += n) {
		n = length - at < piece ? length - at : piece;
		must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
		memcpy(frame.data, whole + at, n);
		r = at + n < length ?
			    netring_xdp_tx_commit_more(&end.xdp.tx, &frame, n) :
			    netring_xdp_tx_commit(&end.xdp.tx, &frame, n);
	}
	return r;
}

static void send_all(uint32_t length, uint32_t piece, uint32_t count)
{
	uint32_t fragments = (length + piece - 1) / piece, i, wrong = 0;
	struct spied seen = { 0 };

	for (i = 0; i < count; i++) {
		wrong += give(i, length, piece) != 0;
		if (i % 4 == 3 || i == count - 1) {
			wrong += netring_xdp_tx_flush(&end.xdp.tx) != 0;
			spy_count(spy, &seen, i + 1, xdp_patience());
		}
	}
	is(wrong, 0, "%u bytes in %u fragments: sent", length, fragments);
	spied_ok(&seen, count, "they arrive");
	is(netring_xdp_tx_drain(&end.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "all fragments are completed");
	xdp_books(&end.umem, "sent");
}

static void receive_all(uint32_t length, uint32_t count)
{
	struct netring_xdp_stats was = xdp_stats(&end.xdp), s;
	struct tally t = { 0 };

	xdp_take(&t, &end.xdp, 0, count, length);
	tally_ok(&t, count, "received");
	s = xdp_stats(&end.xdp);
	is((long long)(s.received - was.received),
	   (long long)count * ((length + 1791) / 1792), "%u bytes in %u each",
	   length, (length + 1791) / 1792);
	xdp_books(&end.umem, "received");
}

/* What is refused takes its earlier fragments with it, and nothing else. */
static void refused(void)
{
	uint32_t free = xdp_frames(&end.umem, NETRING_UMEM_FREE);
	struct netring_xdp_frame frame;
	struct spied seen = { 0 };

	is(give(0, 18 * 300, 300), -EMSGSIZE, "18 fragments");
	is(give(0, 9023, 2048), -EMSGSIZE, "MTU + 23 in 5 fragments");
	is(give(0, 13, 5), -EINVAL, "13 bytes in 3 fragments");
	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	is(netring_xdp_tx_commit_more(&end.xdp.tx, &frame, 0), -EINVAL,
	   "a fragment of none");
	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	is(netring_xdp_tx_commit_more(&end.xdp.tx, &frame, 2049), -EMSGSIZE,
	   "a fragment longer than its frame");
	is(netring_xdp_tx_pending(&end.xdp.tx), 0, "nothing is pending");
	is(xdp_frames(&end.umem, NETRING_UMEM_FREE), free, "all are free");
	/* an unfinished packet is not published, what was before it is */
	is(give(0, 3000, 1500), 0, "a whole one");
	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	wire_frame(frame.data, 2000, WIRE_TYPE, 1);
	is(netring_xdp_tx_commit_more(&end.xdp.tx, &frame, 1000), 0,
	   "the beginning of another");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	is(spy_count(spy, &seen, 1, xdp_patience()), 1, "the whole one leaves");
	ok(spy_quiet(spy, 5), "the other does not");
	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	is(netring_xdp_tx_commit(&end.xdp.tx, &frame, UINT32_MAX), -EMSGSIZE,
	   "its end is refused");
	is(give(1, 3000, 1500), 0, "another whole one");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	spy_count(spy, &seen, 2, xdp_patience());
	spied_ok(&seen, 2, "good ones before and after");
	ok(spy_quiet(spy, 5), "nothing else");
	is(netring_xdp_tx_drain(&end.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	xdp_books(&end.umem, "refused");
}

/*
 * Bare: the kernel drops a packet that cannot be, whole, and sends the next.
 * Its completions, whose frames no book knows, are counted as invalid.
 */
static void bare(uint32_t fragments, uint32_t bad, const char *what)
{
	struct netring_xdp_ring *ring = netring_xdp_tx_ring(&end.xdp.tx);
	struct netring_xdp_desc *desc = NULL;
	struct spied seen = { 0 };
	uint32_t i;

	if (netring_xdp_ring_seek(ring, fragments + 1) <= fragments)
		must(-EAGAIN, "slots");
	for (i = 0; i <= fragments; i++) {
		desc = netring_xdp_ring_desc(ring, i);
		desc->addr = (XDP_FRAMES - 30 + i) * 2048;
		memset(netring_umem_data(&end.umem, desc->addr), 0, 128);
		if (i == bad)
			desc->addr = XDP_FRAMES * 2048;
		desc->len = 128;
		desc->options = i + 1 < fragments ? NETRING_XDP_MORE : 0;
	}
	wire_frame(netring_umem_data(&end.umem, desc->addr), 128, WIRE_TYPE, 0);
	netring_xdp_ring_commit(ring, fragments + 1);
	for (i = 0; i < 8; i++)
		must(netring_xdp_tx_kick(&end.xdp.tx), "kick");
	spy_count(spy, &seen, 1, xdp_patience());
	ok(seen.frames == 1 && !seen.damaged, "%s: the good one", what);
	seen.foreign += (uint32_t)spy_flush(spy, 5);
	if (live_before(7, 2)) /* 6.18.15 sends the rest, 6.18.44 does not */
		diag("%u others", seen.foreign);
	else
		is(seen.foreign, 0, "nothing else");
}

/* Without the flag the kernel drops them, and counts. */
static void without(const struct xdp_way *way)
{
	struct netring_xdp_frame frame;
	struct tally t = { 0 };

	open_it(way, 0);
	xdp_wire_lot(0, 10, 3400);
	xdp_take(&t, &end.xdp, 100, 10, 1514);
	tally_ok(&t, 10, "without FRAGMENTS: those that fit a frame");
	is((long long)xdp_stats(&end.xdp).rx_dropped, 10, "others are dropped");
	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	is(netring_xdp_tx_commit_more(&end.xdp.tx, &frame, 100), -EOPNOTSUPP,
	   "and none can be sent");
	xdp_books(&end.umem, "without");
	xdp_close(&end);
}

int main(void)
{
	int i;

	xdp_wire(1);
	if (live_before(5, 18))
		skip_all("not in this kernel", "fragments");
	must(net_mtu(FAR, 9000), "MTU");
	must(net_mtu(NEAR, 9000), "MTU");
	spy = must(spy_open(FAR, 0), "a look at the far end");
	for (i = 0; i < XDP_WAYS; i++) {
		open_it(&xdp_ways[i], NETRING_XDP_FRAGMENTS);
		if (!(netring_xdp_active(&end.xdp) & NETRING_XDP_FRAGMENTS)) {
			skip("not in this kernel", "%s: fragments",
			     xdp_ways[i].name);
			xdp_close(&end);
			continue;
		}
		diag("%s", xdp_ways[i].name);
		receive_all(3400, 500);
		receive_all(9014, 300);
		receive_all(100, 100);
		send_all(3400, 2048, 100);
		send_all(9014, 2048, 100);
		send_all(9014, 531, 50);
		send_all(100, 14, 50);
		send_all(100, 100, 50);
		refused();
		bare(20, UINT32_MAX, "after one of 20 fragments, bare");
		bare(2, 1, "after one whose second cannot be");
		bare(4, 0, "after one whose first cannot be");
		bare(1, 0, "after one that cannot be");
		xdp_close(&end);
		without(&xdp_ways[i]);
	}
	return done_testing();
}
