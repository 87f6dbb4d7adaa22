/* SPDX-License-Identifier: MIT */
/* test_xdp_commit_refuses.c - commit refuses what the kernel would drop. */
#define _GNU_SOURCE
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

static int spy;
static struct xdp_end end;
static uint32_t number;

/* A good one must arrive, and be the only one. */
static void good(const char *after)
{
	struct spied seen = { 0 };

	is(xdp_queue(&end.xdp, number++, 1, 100), 1, "after %s: queue", after);
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	spy_count(spy, &seen, 1, xdp_patience());
	ok(seen.frames == 1 && seen.last == number - 1 && !seen.damaged &&
		   !seen.foreign && spy_quiet(spy, 1),
	   "after %s: a good one arrives, nothing else", after);
	if (seen.last != number - 1 || seen.foreign || seen.damaged)
		diag("  %u frames, the last %lld of %u, %u foreign, %u damaged",
		     seen.frames, (long long)seen.last, number - 1,
		     seen.foreign, seen.damaged);
	xdp_books(&end.umem, after);
}

/* @shift: where in, or off, its frame the packet begins. */
static void refuse(uint64_t shift, uint32_t length, int want, const char *what)
{
	uint32_t free = xdp_frames(&end.umem, NETRING_UMEM_FREE);
	struct netring_xdp_frame frame;

	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	frame.addr += shift;
	is(netring_xdp_tx_commit(&end.xdp.tx, &frame, length), want, "%s",
	   what);
	is(netring_xdp_tx_pending(&end.xdp.tx), 0, "it is not pending");
	is(xdp_frames(&end.umem, NETRING_UMEM_FREE), free,
	   "its frame is free again");
	good(what);
}

static void lengths(void)
{
	struct netring_xdp_stats s;

	refuse(0, 0, -EINVAL, "no byte");
	refuse(0, 1, -EINVAL, "a byte");
	refuse(0, 13, -EINVAL, "13 bytes");
	refuse(0, 1523, -EMSGSIZE, "MTU + 23");
	refuse(0, 2048, -EMSGSIZE, "a whole frame");
	refuse(0, 2049, -EMSGSIZE, "more than a frame");
	refuse(0, 9001, -EMSGSIZE, "9001 bytes");
	refuse(0, UINT32_MAX, -EMSGSIZE, "all that 32 bits can say");
	refuse(1000, 1049, -EMSGSIZE, "across the end of the frame");
	refuse(2047, 14, -EMSGSIZE, "from the last byte on");
	s = xdp_stats(&end.xdp);
	is((long long)s.too_short, 3, "too short: counted");
	is((long long)s.too_long, 7, "too long: counted");
	is((long long)(s.tx_invalid + s.invalid), 0, "the kernel saw none");
}

/* Within its frame it may begin anywhere. */
static void shifted(void)
{
	struct netring_xdp_frame frame;
	struct spied seen = { 0 };
	uint32_t shift;

	for (shift = 1; shift < 2048 - 64; shift += 97) {
		must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
		frame.addr += shift;
		wire_frame(frame.data + shift, 64, WIRE_TYPE, shift);
		must(netring_xdp_tx_commit(&end.xdp.tx, &frame, 64), "commit");
	}
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	spy_count(spy, &seen, 21, xdp_patience());
	spied_ok(&seen, 21, "anywhere in a frame");
	good("shifted ones");
}

/* The limit is the MTU's, as it was at open, reopen or the last look. */
static void other_mtu(void)
{
	must(net_mtu(FAR, 3000), "MTU");
	must(net_mtu(NEAR, 1900), "MTU");
	refuse(0, 1523, -EMSGSIZE, "a higher MTU, before a look");
	is(netring_xdp_health(&end.xdp), 0, "a look");
	refuse(0, 1923, -EMSGSIZE, "MTU 1900: 1923 bytes");
	is(xdp_queue(&end.xdp, number++, 1, 1900), 1, "1900 bytes");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	is(spy_flush(spy, 50), 1, "they arrive");
	must(net_mtu(NEAR, 3000), "MTU");
	must(netring_xdp_reopen(&end.xdp), "reopen");
	refuse(0, 2049, -EMSGSIZE, "MTU 3000: more than a frame");
	refuse(100, 1949, -EMSGSIZE, "MTU 3000: across the frame's end");
	/* what has become too long is dropped, here by veth, and it goes on;
	 * below 1280 bytes IPv6 would end, and come back with packets */
	must(net_mtu(NEAR, 1300), "MTU");
	must(net_mtu(FAR, 1300), "MTU");
	is(xdp_queue(&end.xdp, 0, 40, 1500), 40, "too long for a lower MTU");
	is(netring_xdp_tx_drain(&end.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "the kernel is done with them");
	is(spy_flush(spy, 20), 0, "none arrives");
	is((long long)xdp_stats(&end.xdp).refused, 40, "each is refused");
	must(net_mtu(FAR, 1500), "MTU");
	good("a lower MTU");
}

/* What is not the caller's to send. */
static void not_ours(void)
{
	uint64_t size = (uint64_t)XDP_FRAMES * 2048;
	struct netring_xdp_frame frame, other;

	must(netring_xdp_tx_reserve(&end.xdp.tx, &frame), "reserve");
	other = frame;
	other.addr = size;
	is(netring_xdp_tx_commit(&end.xdp.tx, &other, 100), -EBADF,
	   "a frame after the end");
	other.addr = (uint64_t)0 - 2;
	is(netring_xdp_tx_commit(&end.xdp.tx, &other, 100), -EBADF,
	   "a frame before the beginning");
	other.addr = frame.addr ^ 2048;
	is(netring_xdp_tx_commit(&end.xdp.tx, &other, 100), -EBADF,
	   "a frame that was not reserved");
	wire_frame(frame.data, 100, WIRE_TYPE, number++);
	is(netring_xdp_tx_commit(&end.xdp.tx, &frame, 100), 0, "its own");
	is(netring_xdp_tx_commit(&end.xdp.tx, &frame, 100), -EBADF,
	   "the same once more");
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "flush");
	is(spy_flush(spy, 50), 1, "one arrives");
	good("what is not ours");
}

int main(void)
{
	int i, ways;

	xdp_wire(0);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	ways = xdp_flags();
	for (i = 0; i < ways; i++) {
		memset(&end, 0, sizeof(end));
		end.socket.flags = xdp_ways[i].flags;
		end.socket.mode = NETRING_XDP_TX;
		must(net_mtu(NEAR, 1500), "MTU");
		xdp_open(&end, NULL);
		lengths();
		shifted();
		other_mtu();
		not_ours();
		xdp_close(&end);
	}
	return done_testing();
}
