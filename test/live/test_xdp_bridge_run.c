/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_run.c - AF_XDP: how a bridge is run, stopped, and idle. */
#define _GNU_SOURCE
#include "live.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <unistd.h>

#define LOOK 1000 /* ms: as often run() looks at its flag */

static struct hosts h;
static struct netring_xdp_bridge br;
static volatile int stop;
static uint32_t number;

static void passes(int from, const char *what)
{
	uint8_t frame[100];

	wire_frame(frame, sizeof(frame), WIRE_TYPE, ++number);
	hosts_send(&h, from, frame, sizeof(frame));
	xdp_hosts_take(&br, 1);
	ok(spy_is(h.spy[!from], frame, sizeof(frame)),
	   "%s: a frame from %d passes", what, from);
}

static void on_alarm(int signal)
{
	(void)signal;
	stop = 1;
}

/* A signal @ms from now; once. */
static void alarm_in(int ms)
{
	struct itimerval timer = { .it_value = { ms / 1000,
						 ms % 1000 * 1000 } };

	setitimer(ITIMER_REAL, &timer, NULL);
}

/* run() for as long as it takes: ms. */
static int64_t timed(const volatile int *flag, int fd, const char *what)
{
	int64_t start = netring_clock_ms();

	is(netring_xdp_bridge_run(&br, flag, fd), 0, "%s ends it", what);
	return netring_clock_ms() - start;
}

/* Sets the flag, or the descriptor, from another thread, without a signal. */
struct later {
	int ms;
	int fd;
};

static void *later(void *arg)
{
	const struct later *what = arg;
	uint64_t one = 1;

	live_sleep_ms(what->ms);
	if (what->fd < 0)
		stop = 1;
	else if (write(what->fd, &one, sizeof(one)) < 0)
		return arg;
	return NULL;
}

static void stopped(void)
{
	int fd = must(eventfd(0, EFD_CLOEXEC), "an eventfd");
	int slack = 50 * live_slack_ms();
	struct later what = { 100, -1 };
	struct sigaction action;
	pthread_t thread;

	stop = 1;
	between(timed(&stop, -1, "a flag set before"), 0, slack, "at once");
	stop = 0;
	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm; /* without SA_RESTART */
	sigaction(SIGALRM, &action, NULL);
	alarm_in(100);
	between(timed(&stop, -1, "a signal"), 90, slack, "when it comes");
	alarm(6u * (unsigned int)live_slack_ms());
	signal(SIGALRM, SIG_DFL);
	stop = 0;
	must(-pthread_create(&thread, NULL, later, &what), "a thread");
	between(timed(&stop, -1, "a flag set by a thread"), 90, LOOK + slack,
		"within a second");
	pthread_join(thread, NULL);
	what.fd = fd;
	must(-pthread_create(&thread, NULL, later, &what), "a thread");
	between(timed(NULL, fd, "a descriptor"), 90, slack, "when readable");
	pthread_join(thread, NULL);
	between(timed(NULL, fd, "the same, still readable"), 0, slack,
		"at once");
	close(fd);
	passes(0, "after all that");
	passes(1, "after all that");
}

static void send_from_0(uint32_t count)
{
	uint8_t frame[100];

	while (count--) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, ++number);
		hosts_send(&h, 0, frame, sizeof(frame));
	}
	live_sleep_ms(5);
}

/* Frames that were sent are to be received into again, while others wait. */
static void refilled(int attach)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(attach, 0);
	const char *mode = xdp_hosts_mode(attach);
	struct spied seen = { 0 };

	cfg.budget = 32;
	cfg.port[0].rx_frames = cfg.port[1].rx_frames = 64;
	xdp_hosts_open(&br, &cfg);
	send_from_0(64);
	is(netring_xdp_bridge_step(&br, 0), 32, "%s: half of what waits", mode);
	send_from_0(32);
	xdp_hosts_take(&br, 64);
	spy_count(h.spy[1], &seen, 96, 100);
	is(seen.frames, 96, "%s: room for as many more", mode);
	xdp_hosts_close(&br, mode);
}

/* -EINTR reaches the caller of step; frames do not suffer. */
static void interrupted(void)
{
	struct sigaction action;
	int r;

	memset(&action, 0, sizeof(action));
	action.sa_handler = on_alarm;
	sigaction(SIGALRM, &action, NULL);
	alarm_in(50);
	do
		r = netring_xdp_bridge_step(&br, NETRING_FOREVER);
	while (r == 0);
	is(r, -EINTR, "a signal interrupts a step");
	alarm(6u * (unsigned int)live_slack_ms());
	signal(SIGALRM, SIG_DFL);
	passes(0, "interrupted");
}

/* The caller's own poll(), and steps that do not wait. */
static void outer_loop(void)
{
	struct spied seen[2] = { { 0 }, { 0 } };
	struct pollfd fds[2];
	int64_t end = netring_clock_ms() + 10000;
	uint32_t moved = 0, i;
	uint8_t frame[100];
	int r, side;

	is(netring_xdp_bridge_step(&br, 0), 0, "step(0) with nothing to do");
	for (i = 0; i < 200; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		hosts_send(&h, 0, frame, sizeof(frame));
		hosts_send(&h, 1, frame, sizeof(frame));
	}
	while (moved < 400 && netring_clock_ms() < end) {
		for (side = 0; side < 2; side++) {
			fds[side].fd = netring_xdp_bridge_fd(&br, side);
			fds[side].events = POLLIN;
		}
		poll(fds, 2, netring_xdp_bridge_timeout(&br));
		r = must(netring_xdp_bridge_step(&br, 0), "step(0)");
		ok(r <= 128, "not more than the budget of both");
		moved += (uint32_t)r;
	}
	is(moved, 400, "an outer loop forwards all");
	for (side = 0; side < 2; side++) {
		spy_count(h.spy[side], &seen[side], 200, 200);
		spied_ok(&seen[side], 200, "to one side");
	}
}

static void budget(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);
	uint8_t frame[100];
	int i;

	cfg.budget = 7;
	xdp_hosts_open(&br, &cfg);
	for (i = 0; i < 40; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, (uint32_t)i);
		hosts_send(&h, i % 2, frame, sizeof(frame));
	}
	live_sleep_ms(10);
	is(netring_xdp_bridge_step(&br, 0), 14, "a step: seven each way");
	is(netring_xdp_bridge_step(&br, 0), 14, "and the next");
	is(xdp_hosts_pump(&br, 20), 12, "and the rest");
	spy_flush(h.spy[0], 5);
	spy_flush(h.spy[1], 5);
	xdp_hosts_close(&br, "budget");
}

static void idle(uint32_t flags)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, flags);
	int64_t cpu;
	long sleeps;

	xdp_hosts_open(&br, &cfg);
	passes(0, "a bridge");
	passes(1, "a bridge");
	is(netring_xdp_bridge_timeout(&br), LOOK, "idle: looks once a second");
	cpu = live_cpu_us();
	sleeps = xdp_hosts_run_for(&br, 2200);
	between(live_cpu_us() - cpu, 0, 1000 * live_slack_ms(),
		"processor time, us");
	between(sleeps, 0, 5, "sleeps in 2.2 seconds");
	xdp_hosts_close(&br, "idle");
}

int main(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);

	live_begin();
	hosts_begin(&h);
	xdp_hosts_open(&br, &cfg);
	stopped();
	interrupted();
	outer_loop();
	xdp_hosts_close(&br, "run");
	budget();
	refilled(NETRING_XDP_NATIVE);
	refilled(NETRING_XDP_GENERIC);
	idle(0);
	idle(NETRING_XDP_BRIDGE_HOLD);
	hosts_end(&h);
	return done_testing();
}
