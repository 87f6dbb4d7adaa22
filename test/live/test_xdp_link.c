/* SPDX-License-Identifier: MIT */
/* test_xdp_link.c - the link goes down, up, away, and comes back, idle. */
#define _GNU_SOURCE
#include "foreign_programs.h"
#include "xdp_end.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000

static struct xdp_end end;
static uint32_t number; /* of the next frame */
static int spy = -1;

/* Frames each way, seen at the other end. */
static void works(const char *when)
{
	static uint32_t lot = XDP_LOT / 4;
	struct spied seen = { 0 };
	struct tally t = { 0 };
	/* made anew, too, as the far end may have been */
	struct wire_flood burst = { .interface = FAR,
				    .first = number,
				    .count = lot,
				    .length = 100,
				    .direct = 1 };

	must(wire_burst(&burst), "send from the far end");
	xdp_tally(&t, &end.xdp, lot, xdp_patience());
	tally_ok(&t, lot, when);
	is(t.low, number, "the right ones");
	if (spy >= 0)
		close(spy);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	xdp_give(spy, &seen, &end.xdp, number, lot, 100);
	spied_ok(&seen, lot, "and the other way");
	xdp_books(&end.umem, when);
	number += lot;
}

/* What rx_wait() says within @ms, and how often. */
struct told {
	int timeout, packets, down, gone, other;
	long sleeps;
	int64_t cpu_us;
};

static struct told listen(int ms)
{
	int64_t until = netring_clock_ms() + ms, now;
	struct told t;

	memset(&t, 0, sizeof(t));
	t.sleeps = live_sleeps();
	t.cpu_us = live_cpu_us();
	while ((now = netring_clock_ms()) < until &&
	       t.timeout + t.packets + t.down + t.gone + t.other < 1000) {
		switch (netring_xdp_rx_wait(&end.xdp.rx, (int)(until - now))) {
		case 0:
			t.timeout++;
			break;
		case 1:
			t.packets++;
			break;
		case -ENETDOWN:
			t.down++;
			break;
		case -ENODEV:
			t.gone++;
			break;
		default:
			t.other++;
		}
	}
	t.sleeps = live_sleeps() - t.sleeps;
	t.cpu_us = live_cpu_us() - t.cpu_us;
	return t;
}

static void no_spin(const struct told *t, const char *when)
{
	between(t->sleeps, 0, 20, "%s: no spin: sleeps", when);
	between(t->cpu_us, 0, 1000 * live_slack_ms(), "%s: processor time, us",
		when);
}

static void down_and_up(const struct xdp_way *way)
{
	int r, waited_ms = 0;
	struct told t;

	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	works(way->name);
	is(netring_xdp_health(&end.xdp), 0, "healthy");

	must(net_down(NEAR), "down");
	is(netring_xdp_health(&end.xdp), -ENETDOWN, "down: health");
	t = listen(SECOND + SECOND / 5);
	between(t.down, 1, 3, "down is told, once a second");
	is(t.gone + t.other + t.packets, 0, "and nothing else");
	no_spin(&t, "down");
	is((int)xdp_queue(&end.xdp, number, 4, 100), 4, "frames to send");
	is(netring_xdp_tx_flush(&end.xdp.tx), -ENETDOWN, "down: flush");
	is(netring_xdp_tx_flush(&end.xdp.tx), -ENETDOWN, "again");
	r = netring_xdp_tx_drain(&end.xdp.tx, netring_clock_ms() + 50);
	is(r, 4, "down: drain: they stay");
	ok(xdp_stats(&end.xdp).link_down >= 2, "counted");
	xdp_books(&end.umem, "down");

	must(net_up(NEAR), "up");
	is(netring_xdp_health(&end.xdp), 0, "up: health");
	r = netring_xdp_tx_drain(&end.xdp.tx,
				 netring_clock_ms() + xdp_patience());
	is(r, 0, "up: drain: they went out");
	is(listen(100).timeout, 1, "nothing to tell");
	works("up again");

	must(net_down(FAR), "the far end down");
	/* the kernel tells it from a worker of its own, later */
	for (r = 0; !r && waited_ms < 3000; waited_ms += 20) {
		live_sleep_ms(20);
		r = netring_xdp_health(&end.xdp);
	}
	is(r, -ENETDOWN, "no carrier is down, too");
	must(net_up(FAR), "up");
	works("far end up again");
	xdp_close(&end);
}

/* Another interface of that name: its socket is made anew, its memory, its
 * counters and its program are not. */
static void deleted(const struct xdp_way *way, int down_first)
{
	struct netring_xdp_stats before, after;
	struct told t;

	memset(&end, 0, sizeof(end));
	end.socket.flags = NETRING_XDP_PROMISC;
	xdp_open(&end, way);
	works(way->name);
	is(netring_xdp_health(&end.xdp), 0, "healthy");
	before = xdp_stats(&end.xdp);
	if (down_first)
		must(net_down(NEAR), "down");
	must(net_delete(NEAR), "delete");
	is(netring_xdp_health(&end.xdp), -ENODEV, "gone: health");
	is(netring_xdp_rx_wait(&end.xdp.rx, NETRING_FOREVER), -ENODEV,
	   "gone: rx_wait() ends");
	t = listen(SECOND + SECOND / 5);
	between(t.gone, 1, 3, "told again, once a second");
	is(t.down + t.other + t.packets, 0, "and nothing else");
	no_spin(&t, "gone");
	is((int)xdp_queue(&end.xdp, number, 4, 100), 4, "frames to send");
	is(netring_xdp_tx_flush(&end.xdp.tx), -ENODEV, "gone: flush");
	is(netring_xdp_tx_drain(&end.xdp.tx, netring_clock_ms() + SECOND),
	   -ENODEV, "gone: drain");
	xdp_books(&end.umem, "gone");
	is(netring_xdp_reopen(&end.xdp), -ENODEV, "no interface to open");
	is(end.xdp.step, NETRING_STEP_INTERFACE, "step");
	xdp_books(&end.umem, "and then");
	is(netring_xdp_program_attach(&end.steer), -ENODEV, "nor to attach");
	is(end.steer.step, NETRING_STEP_INTERFACE, "step");
	is(netring_xdp_health(&end.xdp), -EBADF, "closed: health");

	live_wire();
	is(netring_xdp_reopen(&end.xdp), 0, "made anew: reopen");
	is(netring_xdp_program_attach(&end.steer), 0, "attach");
	is(netring_xdp_program_attached(&end.steer), way->attach, "as before");
	is(net_promiscuity(NEAR), 1, "promiscuous again");
	is(netring_xdp_health(&end.xdp), 0, "healthy");
	works("made anew");
	after = xdp_stats(&end.xdp);
	is((long long)(after.received - before.received), XDP_LOT / 4,
	   "received goes on");
	is((long long)(after.sent - before.sent), XDP_LOT / 4, "sent goes on");
	ok(after.tx_ring_empty >= before.tx_ring_empty,
	   "the kernel's, too: %llu, then %llu",
	   (unsigned long long)before.tx_ring_empty,
	   (unsigned long long)after.tx_ring_empty);
	is((long long)(after.queued - before.queued), XDP_LOT / 4 + 4,
	   "queued, too: 4 were lost");
	xdp_close(&end);
	is(xdp_frames(&end.umem, NETRING_UMEM_FREE), XDP_FRAMES,
	   "all frames are free after close");
	is(net_promiscuity(NEAR), 0, "and the interface as it was");
}

/* Someone removes it in the middle of a wait. */
static void deleted_while_waiting(const struct xdp_way *way)
{
	int64_t start;
	pid_t pid;
	int r;

	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	pid = fork();
	if (!pid) {
		live_sleep_ms(100);
		_exit(-net_delete(NEAR));
	}
	start = live_start_ms();
	while ((r = netring_xdp_rx_wait(&end.xdp.rx, NETRING_FOREVER)) ==
	       -ENETDOWN)
		;
	is(r, -ENODEV, "%s: deleted during a wait", way->name);
	between(netring_clock_ms() - start, 90,
		100 + 2 * SECOND + live_late_ms(), "told soon, ms");
	wire_wait(pid);
	live_wire();
	xdp_close(&end);
}

int main(void)
{
	xdp_wire(1);
	down_and_up(&xdp_ways[0]);
	down_and_up(&xdp_ways[2]);
	deleted(&xdp_ways[0], 0);
	deleted(&xdp_ways[2], 1);
	deleted_while_waiting(&xdp_ways[3]);
	return done_testing();
}
