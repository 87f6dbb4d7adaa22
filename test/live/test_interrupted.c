/* SPDX-License-Identifier: MIT */
/* test_interrupted.c - a signal ends every wait of a capture, FOREVER too. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void on_alarm(int number)
{
	(void)number;
	signals++;
}

/* Every 20 ms: one that comes just before a wait is followed by another. */
static void alarms(int on)
{
	struct itimerval timer = { { 0, on ? 20000 : 0 },
				   { 0, on ? 20000 : 0 } };

	signals = 0;
	setitimer(ITIMER_REAL, &timer, NULL);
}

static void ends(struct netring_capture *cap, const char *when)
{
	struct netring_packet pkt;
	int r;

	alarms(1);
	is(netring_capture_wait(cap, NETRING_FOREVER), -EINTR, "%s: wait()",
	   when);
	is(netring_capture_receive(cap, &pkt, NETRING_FOREVER), -EINTR,
	   "receive()");
	is(netring_capture_receive(cap, &pkt, netring_clock_ms() + 100000),
	   -EINTR, "and with a deadline");
	r = netring_capture_wait(cap, 100000);
	alarms(0);
	is(r, -EINTR, "wait() with a timeout");
}

static void waits(uint32_t flags)
{
	struct sigaction act = { .sa_handler = on_alarm,
				 .sa_flags = SA_RESTART };
	struct netring_capture cap;
	struct tally t = { 0 };

	sigaction(SIGALRM, &act, NULL);
	live_open(&cap, &(struct netring_capture_config){ .interface = NEAR,
							  .retire_ms = 1,
							  .flags = flags });
	ends(&cap, mode_name(flags));
	must(net_down(NEAR), "down");
	is(netring_capture_wait(&cap, 1000), NETRING_EVENT_LINK_DOWN, "down");
	ends(&cap, "down");
	must(net_up(NEAR), "up");
	must(wire_burst(&(struct wire_flood){
		     .interface = FAR, .count = 20, .length = 100 }),
	     "sending");
	tally_receive(&t, &cap, 20, 500);
	tally_ok(&t, 20, "nothing is lost");
	netring_capture_close(&cap);
}

int main(void)
{
	live_begin();
	alarm(0); /* the signal is this test's own; test/one has an end, too */
	live_wire();
	waits(0);
	waits(NETRING_CAPTURE_IMMEDIATE);
	return done_testing();
}
