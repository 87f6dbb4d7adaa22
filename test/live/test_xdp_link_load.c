/* SPDX-License-Identifier: MIT */
/* test_xdp_link_load.c - links down, up, away and back, under full load. */
/* netring-test: alone */
#define _GNU_SOURCE
#include "foreign_programs.h"
#include "xdp_end.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define DOWNS 10
#define DELETES 4
#define SLICE 20 /* ms of each wait */
#define LENGTH 200

static struct xdp_end end;

/* What a program sees that does no more than the headers tell. */
struct life {
	uint32_t received, queued, steps, waits;
	uint32_t down, gone;	   /* of rx_wait() */
	uint32_t tx_down, tx_gone; /* of flush */
	uint32_t reopened, tries;
	uint32_t damaged, foreign, wrong;
	int last; /* result that should not be */
};

/* Numbered frames for ever, whatever becomes of the link. */
static pid_t flood(void)
{
	struct wire_flood lot = { .interface = FAR,
				  .count = 500,
				  .rate = 50000,
				  .length = LENGTH,
				  .direct = 1 };
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		if (wire_burst(&lot) < 0)
			live_sleep_ms(1);
}

static pid_t trouble(void)
{
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < DOWNS; i++) {
		live_sleep_ms(25);
		must(net_down(i & 1 ? NEAR : FAR), "down");
		live_sleep_ms(i * 7);
		must(net_up(i & 1 ? NEAR : FAR), "up");
	}
	for (i = 0; i < DELETES; i++) {
		live_sleep_ms(60);
		if (i & 1)
			must(net_down(NEAR), "down");
		must(live_delete_under(getppid(), NEAR), "delete");
		live_sleep_ms(i * 15);
		live_wire();
	}
	_exit(0);
}

static void receive(struct life *l)
{
	struct netring_xdp_packet pkt;
	int64_t n;
	int r = netring_xdp_rx_wait(&end.xdp.rx, SLICE);

	l->waits++;
	l->down += r == -ENETDOWN;
	l->gone += r == -ENODEV;
	if (r < 0 && r != -ENETDOWN && r != -ENODEV) {
		l->wrong++;
		l->last = r;
	}
	while (netring_xdp_rx_next(&end.xdp.rx)) {
		while (netring_xdp_rx_packet(&end.xdp.rx, &pkt)) {
			n = wire_number(pkt.data, pkt.len);
			l->damaged += n == -2;
			l->foreign += n == -1;
			l->received++;
		}
		netring_xdp_rx_release(&end.xdp.rx);
	}
}

static void transmit(struct life *l)
{
	int r;

	l->queued += xdp_queue(&end.xdp, l->queued, 16, LENGTH);
	r = netring_xdp_tx_flush(&end.xdp.tx);
	l->tx_down += r == -ENETDOWN;
	l->tx_gone += r == -ENODEV;
	if (r < 0 && r != -ENETDOWN && r != -ENODEV) {
		l->wrong++;
		l->last = r;
	}
}

/* Until there is an interface again. */
static void recover(struct life *l)
{
	int r;

	for (;;) {
		l->tries++;
		r = netring_xdp_reopen(&end.xdp);
		if (r >= 0)
			r = netring_xdp_program_attach(&end.steer);
		if (r >= 0)
			break;
		if (r != -ENODEV && r != -ENETDOWN && r != -EBUSY) {
			l->wrong++;
			l->last = r;
		}
		live_sleep_ms(5);
	}
	l->reopened++;
}

static struct life live_through(pid_t troubled)
{
	struct life l;
	uint32_t told;

	memset(&l, 0, sizeof(l));
	while (waitpid(troubled, NULL, WNOHANG) == 0 ||
	       netring_xdp_health(&end.xdp) < 0) {
		told = l.gone + l.tx_gone;
		receive(&l);
		transmit(&l);
		l.steps++;
		if (l.gone + l.tx_gone > told) {
			xdp_books(&end.umem, "gone");
			recover(&l);
		}
	}
	return l;
}

/* The last frame sent was seen, and a lot of packets comes through. */
static void works(const char *when)
{
	struct wire_flood burst = { .interface = FAR,
				    .first = 1u << 20,
				    .count = XDP_LOT / 4,
				    .length = 100,
				    .direct = 1 };
	int spy = must(spy_open(FAR, 0), "a look at the far end");
	struct spied seen = { 0 };
	struct tally t = { 0 };

	do { /* what the flood left */
		memset(&t, 0, sizeof(t));
		xdp_tally(&t, &end.xdp, UINT32_MAX, 50);
	} while (t.numbered);
	must(wire_burst(&burst), "send from the far end");
	xdp_tally(&t, &end.xdp, XDP_LOT / 4, xdp_patience());
	tally_ok(&t, XDP_LOT / 4, when);
	is(t.low, 1u << 20, "the right ones");
	is(netring_xdp_tx_drain(&end.xdp.tx,
				netring_clock_ms() + xdp_patience()),
	   0, "all that was to be sent is done");
	spy_flush(spy, 10);
	xdp_give(spy, &seen, &end.xdp, 0, XDP_LOT / 4, 100);
	spied_ok(&seen, XDP_LOT / 4, "and the other way");
	close(spy);
}

static void under_load(const struct xdp_way *way)
{
	struct netring_xdp_stats stats;
	int64_t start = netring_clock_ms(), ms;
	struct life l;
	pid_t pid;

	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
	pid = flood();
	l = live_through(trouble());
	ms = netring_clock_ms() - start;
	wire_stop(pid);
	diag("%s: %lld ms, %u steps, %u received, %u queued; down %u and %u, "
	     "gone %u and %u, reopened %u of %u",
	     way->name, (long long)ms, l.steps, l.received, l.queued, l.down,
	     l.tx_down, l.gone, l.tx_gone, l.reopened, l.tries);
	is(l.wrong, 0, "no result but those of the headers (%d)", l.last);
	is(l.damaged + l.foreign, 0, "whole packets");
	ok(l.received > 1000 && l.queued > 1000, "a lot of them");
	between(l.reopened, 1, DELETES, "times made anew");
	/* each told after a wait, or once for an interface */
	between(l.down + l.gone, 0, ms / SLICE + DOWNS + DELETES,
		"waits that told of the link");
	works("and then");
	stats = xdp_stats(&end.xdp);
	is((long long)(stats.queued - l.queued), XDP_LOT / 4,
	   "statistics go on: queued");
	ok(stats.received >= l.received, "and received");
	is((long long)stats.invalid, 0, "nothing that cannot be");
	xdp_books(&end.umem, "at the end");
	xdp_close(&end);
	is(xdp_frames(&end.umem, NETRING_UMEM_FREE), XDP_FRAMES,
	   "all frames are free after close");
}

int main(void)
{
	xdp_wire(1);
	under_load(&xdp_ways[0]);
	under_load(&xdp_ways[2]);
	return done_testing();
}
