/* SPDX-License-Identifier: MIT */
/* test_xdp_bare_rings.c - the kernel refuses bad descriptors, counts
 * them, and sends the good one that follows. */
#include "xdp_end.h"

#include <poll.h>
#include <string.h>

static int spy;
static struct xdp_end end;
static uint32_t number;

#define SIZE ((uint64_t)XDP_FRAMES * end.memory.frame_size)
#define GOOD ((uint64_t)8192)

static void publish(uint64_t addr, uint32_t length, uint32_t options)
{
	struct netring_xdp_ring *ring = netring_xdp_tx_ring(&end.xdp.tx);
	struct netring_xdp_desc *desc;

	if (!netring_xdp_ring_seek(ring, 1))
		must(-1, "a slot of the tx ring");
	desc = netring_xdp_ring_desc(ring, 0);
	desc->addr = addr;
	desc->len = length;
	desc->options = options;
	netring_xdp_ring_commit(ring, 1);
}

/* What was sent, and what was refused of late kernels, comes back. */
static uint32_t reap(void)
{
	struct netring_xdp_ring *ring =
		netring_xdp_completion_ring(&end.xdp.tx);
	uint32_t count = netring_xdp_ring_seek(ring, UINT32_MAX);

	netring_xdp_ring_commit(ring, count);
	return count;
}

static void kick(void)
{
	int i;

	for (i = 0; i < 8; i++) /* a bad one may end a call */
		must(netring_xdp_tx_kick(&end.xdp.tx), "kick");
}

/* @bad: the kernel counts it, the far end does not see it. */
static void vector(uint64_t addr, uint32_t length, uint32_t options, int bad,
		   const char *what)
{
	uint64_t before = xdp_stats(&end.xdp).tx_invalid;
	struct spied seen = { 0 };
	uint32_t want = 2u - (uint32_t)bad;

	if (!bad)
		wire_frame(end.umem.memory_ + addr, length, WIRE_TYPE,
			   number++);
	publish(addr, length, options);
	wire_frame(end.umem.memory_ + GOOD, 100, WIRE_TYPE, number++);
	publish(GOOD, 100, 0);
	kick();
	spy_count(spy, &seen, want, xdp_patience());
	ok(seen.frames == want && seen.last == number - 1 && !seen.damaged &&
		   !seen.foreign && !seen.unordered && spy_quiet(spy, 1),
	   "%s: %s", what,
	   bad ? "the good one after it arrives" : "both arrive");
	is((long long)(xdp_stats(&end.xdp).tx_invalid - before), bad,
	   "tx_invalid");
	is(netring_xdp_ring_waiting(netring_xdp_tx_ring(&end.xdp.tx)), 0,
	   "nothing waits");
	ok(reap() >= want, "completed");
}

static void vectors(uint32_t frame_size)
{
	diag("frames of %u", frame_size);
	vector(0, 64, 0, 0, "the first byte");
	vector((uint64_t)0 - 2, 64, 0, 1, "across the beginning");
	vector(16384, 9001, 0, 1, "too large");
	vector(SIZE - 64, 64, 0, 0, "exactly to the end");
	vector(SIZE, 64, 0, 1, "after the end");
	vector(SIZE + 4096, 64, 0, 1, "far after the end");
	vector(SIZE - 32, 64, 0, 1, "across the end");
	vector(20480 - 32, 64, 0, 1, "across 4096 bytes");
	vector(18432 - 32, 64, 0, frame_size == 2048, "across 2048 bytes");
	vector(4096, 64, 0x80000000, 1, "unknown options");
}

/* A full ring, and no kick but poll(). */
static void by_poll(void)
{
	struct pollfd p = { netring_xdp_fd(&end.xdp), POLLOUT, 0 };
	struct netring_xdp_ring *ring = netring_xdp_tx_ring(&end.xdp.tx);
	struct spied seen = { 0 };
	uint32_t i, slots = netring_xdp_ring_seek(ring, UINT32_MAX);
	int64_t deadline = netring_clock_ms() + xdp_patience();

	is(slots, 64, "the tx ring is all ours");
	for (i = 0; i < slots; i++) {
		wire_frame(end.umem.memory_ + 2048 * i, 64, WIRE_TYPE, i);
		publish(2048 * i, 64, 0);
	}
	is(netring_xdp_ring_seek(ring, 1), 0, "it is full");
	is(netring_xdp_ring_waiting(ring), slots, "all wait");
	while (reap(), spy_count(spy, &seen, slots, 1) < slots &&
			       netring_clock_ms() < deadline)
		(void)poll(&p, 1, 1);
	spied_ok(&seen, slots, "sent by poll alone");
	is(poll(&p, 1, xdp_patience()), 1, "then it is writable");
	ok(p.revents == POLLOUT, "so poll says");
	is(netring_xdp_ring_seek(ring, slots), slots, "and ours again");
}

int main(void)
{
	int i, ways;

	xdp_wire(0);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	ways = xdp_flags();
	for (i = 0; i < 2 * ways; i++) {
		memset(&end, 0, sizeof(end));
		end.memory.frame_size = i < ways ? 2048 : 4096;
		end.socket.mode = NETRING_XDP_TX;
		end.socket.tx_ring = 64;
		end.socket.flags = xdp_ways[i % ways].flags |
				   NETRING_XDP_KEEP_COMPLETIONS;
		number = 0;
		xdp_open(&end, NULL);
		vectors(end.memory.frame_size);
		by_poll();
		is(xdp_close(&end), 0, "close: the books know of none");
	}
	return done_testing();
}
