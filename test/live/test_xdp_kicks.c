/* SPDX-License-Identifier: MIT */
/* test_xdp_kicks.c - how many kicks it takes to send 200 frames, and what
 * tx_budget, SPIN and a small send buffer do to that. */
#include "xdp_end.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SOL_XDP_ 283
#define MAX_TX_SKB_BUDGET 9 /* newer than most headers */
#define AF_XDP_ 44

static int spy;
static struct xdp_end end;

/* Since Linux 6.17; a socket without tx ring is told otherwise. */
static int has_budget(void)
{
	int fd = socket(AF_XDP_, SOCK_RAW | SOCK_CLOEXEC, 0);
	uint32_t budget = 32;
	int r = setsockopt(fd, SOL_XDP_, MAX_TX_SKB_BUDGET, &budget,
			   sizeof(budget));

	r = r < 0 && errno == ENOPROTOOPT ? 0 : 1;
	close(fd);
	return r;
}

static void open_it(uint32_t flags, uint32_t budget)
{
	memset(&end, 0, sizeof(end));
	end.socket.mode = NETRING_XDP_TX;
	end.socket.flags = flags;
	end.socket.tx_budget = budget;
	xdp_open(&end, NULL);
}

/* 200 at once; how many kicks the kernel wanted to be repeated. */
static int repeated(const char *what)
{
	struct spied seen = { 0 };

	is(xdp_queue(&end.xdp, 0, 200, 100), 200, "%s: queue", what);
	is(netring_xdp_tx_flush(&end.xdp.tx), 0, "one flush");
	spy_count(spy, &seen, 200, xdp_patience());
	spied_ok(&seen, 200, what);
	is(netring_xdp_tx_drain(&end.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	xdp_books(&end.umem, what);
	return (int)xdp_stats(&end.xdp).retried;
}

/* One kick only, then the next: what it says is what the far end sees. */
static void one_by_one(const char *what, uint32_t budget)
{
	struct netring_xdp_ring *ring = netring_xdp_tx_ring(&end.xdp.tx);
	uint32_t before = 0, i, slots = netring_xdp_ring_seek(ring, 200);
	struct netring_xdp_desc *desc;
	struct spied seen = { 0 };

	for (i = 0; i < 200 && i < slots; i++) {
		desc = netring_xdp_ring_desc(ring, i);
		desc->addr = 2048 * i;
		desc->len = 100;
		desc->options = 0;
		wire_frame(end.umem.memory_ + desc->addr, 100, WIRE_TYPE, i);
	}
	netring_xdp_ring_commit(ring, 200);
	for (i = 0; i < 20 && seen.frames < 200; i++) {
		must(netring_xdp_tx_kick(&end.xdp.tx), "kick");
		spy_count(spy, &seen, 200, 20);
		if (seen.frames - before > budget)
			break;
		before = seen.frames;
	}
	spied_ok(&seen, 200, what);
	between(i, (200 + budget - 1) / budget, 200 / 16 + 1,
		"%u frames a kick at most", budget);
}

static void budgets(uint32_t flags)
{
	static const uint32_t refused[] = { 1, 31, 513, UINT32_MAX };
	uint32_t i;
	int r;

	open_it(flags, 0);
	between(repeated("default"), 200 / 32, 2 * 200 / 16,
		"again and again: a kick takes 32");
	xdp_close(&end);
	if (!has_budget()) {
		open_it(flags, 256);
		between(repeated("budget 256"), 200 / 32, 2 * 200 / 16,
			"as by default: this kernel has none");
		xdp_close(&end);
		skip("not in this kernel", "a budget");
		return;
	}
	open_it(flags, 256);
	is(repeated("budget 256"), 0, "all by one kick");
	xdp_close(&end);
	open_it(flags, 100);
	is(repeated("budget 100"), 1, "all by two kicks");
	xdp_close(&end);
	for (i = 0; i < 4; i++) {
		end.socket.tx_budget = refused[i];
		r = netring_xdp_open(&end.xdp, &end.socket);
		ok(r < 0 && end.xdp.step == NETRING_STEP_OPTION,
		   "a budget of %u is refused: %s", refused[i], strerror(-r));
		netring_xdp_close(&end.xdp);
	}
}

/* The least that a socket may have: a few frames are under way at once. */
static void small_buffer(void)
{
	uint8_t frame[1514];
	struct spied seen = { 0 };
	uint32_t i, failed = 0;
	int least = 1;

	open_it(0, 0);
	must(setsockopt(netring_xdp_fd(&end.xdp), SOL_SOCKET, SO_SNDBUF, &least,
			sizeof(least)),
	     "SO_SNDBUF");
	for (i = 0; i < 200; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		failed += netring_xdp_tx_send(&end.xdp.tx, frame, sizeof(frame),
					      netring_clock_ms() +
						      xdp_patience()) != 0;
		spy_count(spy, &seen, i + 1, 0);
	}
	is(failed, 0, "a small send buffer: sent");
	is(netring_xdp_tx_drain(&end.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "drained");
	spy_count(spy, &seen, 200, xdp_patience());
	spied_ok(&seen, 200, "a small send buffer");
	xdp_books(&end.umem, "small buffer");
	xdp_close(&end);
}

static void spin(const struct xdp_way *way)
{
	struct tally t = { 0 };
	struct spied seen = { 0 };

	memset(&end, 0, sizeof(end));
	end.socket.flags = NETRING_XDP_SPIN;
	xdp_open(&end, way);
	ok(netring_xdp_active(&end.xdp) & NETRING_XDP_SPIN, "%s: SPIN",
	   way->name);
	is(netring_xdp_rx_kick(&end.xdp.rx), 0, "a kick for the fill ring");
	xdp_take(&t, &end.xdp, 0, 1000, 100);
	tally_ok(&t, 1000, "received");
	xdp_give(spy, &seen, &end.xdp, 0, 1000, 100);
	spied_ok(&seen, 1000, "sent");
	xdp_close(&end);
}

int main(void)
{
	int i;

	xdp_wire(1);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	budgets(0);
	budgets(NETRING_XDP_SPIN);
	budgets(NETRING_XDP_BUSY_POLL);
	open_it(NETRING_XDP_KEEP_COMPLETIONS, 0);
	one_by_one("kick by kick", 32);
	xdp_close(&end);
	small_buffer();
	for (i = 0; i < XDP_WAYS; i++)
		spin(&xdp_ways[i]);
	return done_testing();
}
