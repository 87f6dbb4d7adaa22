/* SPDX-License-Identifier: MIT */
/* test_xdp_wait.c - waiting to receive: woken at once, at the timeout, or by a
 * signal, and never a spin. */
#define _GNU_SOURCE
#include "xdp_end.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct xdp_end end;

static void timeouts(const struct xdp_way *way)
{
	static const int ms[] = { 0, 1, 30, 200 };
	int64_t start, took;
	long sleeps;
	int i;

	for (i = 0; i < 4; i++) {
		start = live_us();
		sleeps = live_sleeps();
		is(netring_xdp_rx_wait(&end.xdp.rx, ms[i]), 0, "%d ms: nothing",
		   ms[i]);
		took = live_us() - start;
		ok(took >= ms[i] * 1000, "not before");
		ok(took < (ms[i] + 50 * live_slack_ms()) * 1000,
		   "nor much later");
		ok(live_sleeps() - sleeps < 30, "asleep, not in a spin");
	}
	if (way != xdp_ways) /* once is enough */
		return;
	/* longer than it waits between two looks at the link */
	start = live_us();
	is(netring_xdp_rx_wait(&end.xdp.rx, 1200), 0, "1200 ms: nothing");
	ok(live_us() - start >= 1200000, "not before");
}

/* Someone else sends, some time after the wait began. */
static void woken(int timeout, uint32_t count)
{
	struct tally t = { 0 };
	pid_t pid = fork();

	if (!pid) {
		live_sleep_ms(20);
		xdp_wire_lot(0, count, 100);
		_exit(0);
	}
	is(netring_xdp_rx_wait(&end.xdp.rx, timeout), 1,
	   "%u packets end a wait of %d ms", count, timeout);
	is(netring_xdp_rx_wait(&end.xdp.rx, timeout), 1,
	   "and another, since they are there");
	is(wire_wait(pid), 0, "sent");
	xdp_tally(&t, &end.xdp, count, xdp_patience());
	tally_ok(&t, count, "waited for");
}

/* More than the ring has slots, before anybody waits. */
static void ring_full(void)
{
	struct pollfd p = { netring_xdp_fd(&end.xdp), POLLIN, 0 };
	struct tally t = { 0 };

	xdp_wire_lot(0, 64, 100);
	is(poll(&p, 1, xdp_patience()), 1, "poll");
	is(p.revents, POLLIN, "says that there is something");
	is(netring_xdp_rx_wait(&end.xdp.rx, NETRING_FOREVER), 1,
	   "a full ring: no wait");
	live_sleep_ms(5);
	is(xdp_tally(&t, &end.xdp, 32, xdp_patience()), 32, "what it holds");
	is((long long)xdp_stats(&end.xdp).rx_ring_full, 32, "but no more");
	is(poll(&p, 1, 0), 0, "then poll is silent");
	is(netring_xdp_rx_wait(&end.xdp.rx, 20), 0, "and the wait times out");
}

static void on_signal(int number)
{
	(void)number;
}

static void interrupted(void)
{
	struct sigaction action;
	struct tally t = { 0 };

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_signal;
	sigaction(SIGUSR1, &action, NULL);
	if (!fork()) {
		live_sleep_ms(30);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	is(netring_xdp_rx_wait(&end.xdp.rx, NETRING_FOREVER), -EINTR,
	   "a signal ends it, and is told");
	while (wait(NULL) > 0)
		;
	xdp_take(&t, &end.xdp, 0, 100, 100);
	tally_ok(&t, 100, "nothing is lost by that");
}

int main(void)
{
	int i;

	xdp_wire(1);
	for (i = 0; i < XDP_WAYS; i++) {
		memset(&end, 0, sizeof(end));
		end.socket.mode = NETRING_XDP_RX;
		end.socket.rx_ring = 32;
		diag("%s", xdp_ways[i].name);
		xdp_open(&end, &xdp_ways[i]);
		timeouts(&xdp_ways[i]);
		woken(xdp_patience(), 1);
		woken(NETRING_FOREVER, 32);
		interrupted();
		ring_full();
		xdp_books(&end.umem, xdp_ways[i].name);
		xdp_close(&end);
	}
	return done_testing();
}
