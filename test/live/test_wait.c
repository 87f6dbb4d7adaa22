/* SPDX-License-Identifier: MIT */
/* test_wait.c - time is kept, idle is idle, the caller's own poll works. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

static void send_some(uint32_t first, uint32_t count)
{
	must(wire_burst(&(struct wire_flood){ .interface = FAR,
					      .first = first,
					      .count = count,
					      .length = 100 }),
	     "sending");
}

/* A caller that is slower than the packets: the ring is never empty. */
static void be_slow(void)
{
	int64_t end = live_us() + 50;

	while (live_us() < end)
		;
}

static void time_is_kept(struct netring_capture *cap, const char *where,
			 int quiet)
{
	struct netring_packet pkt;
	int64_t start = live_start_ms();
	int r;

	while ((r = netring_capture_receive(cap, &pkt, start + 200)) == 1 &&
	       netring_clock_ms() < start + 1000)
		be_slow();
	is(r, 0, "%s: receive() ends at its deadline", where);
	between(netring_clock_ms() - start, 200, 200 + live_late_ms(), "in ms");
	start = live_start_ms();
	r = netring_capture_receive(cap, &pkt, 0);
	between(r, 0, 1, "receive() with deadline 0");
	between(netring_clock_ms() - start, 0, live_late_ms(), "at once");
	if (!quiet)
		return;
	start = live_start_ms();
	is(netring_capture_wait(cap, 200), 0, "%s: wait() ends", where);
	between(netring_clock_ms() - start, 199, 200 + live_late_ms(), "in ms");
	start = live_start_ms();
	is(netring_capture_wait(cap, 0), 0, "wait(0) only looks");
	between(netring_clock_ms() - start, 0, live_late_ms(), "in ms");
}

static void deadlines(uint32_t flags)
{
	struct wire_flood flood = { .interface = FAR,
				    .rate = 30000,
				    .length = 100 };
	uint32_t page = (uint32_t)getpagesize();
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .block_size = page };
	struct netring_capture cap;
	pid_t sender;

	diag("%s: deadlines", mode_name(flags));
	live_open(&cap, &cfg);
	time_is_kept(&cap, "quiet", 1);
	sender = wire_start(&flood);
	time_is_kept(&cap, "flooded", 0);
	netring_capture_close(&cap);
	cfg.direction = NETRING_DIRECTION_OUT;
	live_open(&cap, &cfg);
	time_is_kept(&cap, "flooded by what is not wanted", 0);
	netring_capture_close(&cap);
	wire_stop(sender);
}

/* Sleeps, and processor time, of a wait on a quiet interface. */
static void idle(struct netring_capture *cap, int ms, const char *when)
{
	long sleeps = live_sleeps();
	int64_t cpu = live_cpu_us();

	is(netring_capture_wait(cap, ms), NETRING_EVENT_TIMEOUT, "%s", when);
	between(live_sleeps() - sleeps, 0, 3, "sleeps");
	between(live_cpu_us() - cpu, 0, 250 * live_slack_ms(),
		"processor time, us");
}

static void forgotten(struct netring_capture *cap)
{
	struct netring_batch one, two;
	struct netring_packet a, b;
	struct tally t = { 0 };

	send_some(0, 5);
	is(netring_capture_wait(cap, 500), NETRING_EVENT_PACKETS, "packets");
	is(netring_capture_next(cap, &one), 1, "a batch");
	is(netring_batch_next(&one, &a), 1, "its first packet");
	is(netring_capture_next(cap, &two), 1, "not released: again");
	is(netring_batch_next(&two, &b), 1, "its first packet");
	ok(a.data == b.data && one.sequence == two.sequence,
	   "is the same as before");
	send_some(5, 40);
	live_sleep_ms(30);
	is(netring_capture_next(cap, &two), 1, "held while more comes");
	while (netring_batch_next(&two, &b))
		tally_packet(&t, &b);
	netring_capture_release(cap);
	netring_capture_release(cap); /* the second does nothing */
	tally_batches(&t, cap, 45, 500);
	tally_ok(&t, 45, "held and given back");
	idle(cap, 100, "then a wait is idle");
}

/* Level-triggered: ready until taken, and then not. */
static void own_poll(struct netring_capture *cap)
{
	struct epoll_event event = { .events = NETRING_CAPTURE_EVENTS };
	int epoll = epoll_create1(EPOLL_CLOEXEC), n = 0;
	struct pollfd fd = { .fd = netring_capture_fd(cap),
			     .events = NETRING_CAPTURE_EVENTS };
	struct tally t = { 0 };

	must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd.fd, &event), "epoll");
	is(poll(&fd, 1, 50), 0, "poll: nothing there");
	send_some(0, 10);
	is(poll(&fd, 1, 500), 1, "poll: packets");
	is(epoll_wait(epoll, &event, 1, 500), 1, "epoll too");
	is(netring_capture_wait(cap, 0), NETRING_EVENT_PACKETS, "wait(0)");
	tally_batches(&t, cap, 10, 100);
	tally_ok(&t, 10, "after poll()");
	is(poll(&fd, 1, 50), 0, "poll: all taken");
	is(epoll_wait(epoll, &event, 1, 50), 0, "epoll too");

	must(net_down(NEAR), "down");
	is(epoll_wait(epoll, &event, 1, 500), 1, "epoll: the link is down");
	is(netring_capture_wait(cap, 0), NETRING_EVENT_LINK_DOWN, "wait(0)");
	for (; epoll_wait(epoll, &event, 1, 50) > 0 && n < 10; n++)
		(void)netring_capture_wait(cap, 0);
	is(n, 0, "and epoll is quiet");
	must(net_up(NEAR), "up");
	for (n = 0; poll(&fd, 1, 20) > 0 && n < 10; n++)
		(void)netring_capture_wait(cap, 0);
	between(n, 0, 1, "up again, quiet again");
	close(epoll);
}

static void patience(uint32_t flags)
{
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .protocol = WIRE_TYPE };
	struct netring_capture cap;

	diag("%s: idle, held, polled by the caller", mode_name(flags));
	live_open(&cap, &cfg);
	idle(&cap, 1000, "an idle second");
	forgotten(&cap);
	own_poll(&cap);
	netring_capture_close(&cap);
}

int main(void)
{
	int i;

	live_begin();
	live_wire();
	for (i = 0; i < MODES; i++) {
		deadlines(mode_flags[i]);
		patience(mode_flags[i]);
	}
	return done_testing();
}
