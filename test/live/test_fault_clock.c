/* SPDX-License-Identifier: MIT */
/* test_fault_clock.c - the time of day jumps, and no deadline. */
#define _GNU_SOURCE
#include "fault_roles.h"
#include "live.h"

#include <netring/loop.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define HOUR 3600
#define WAIT_MS 150

static int jump(int seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	now.tv_sec += seconds;
	return clock_settime(CLOCK_REALTIME, &now) < 0 ? -errno : 0;
}

/* An hour ahead, an hour back, and again, until it is stopped. */
static pid_t jumping(void)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		must(jump(HOUR), "an hour ahead");
		live_sleep_ms(7);
		must(jump(-HOUR), "an hour back");
		must(jump(-HOUR), "and another");
		live_sleep_ms(7);
		must(jump(HOUR), "as it was");
	}
}

static void in_time(int64_t start, const char *what)
{
	between(netring_clock_ms() - start, WAIT_MS,
		WAIT_MS + 3 * live_late_ms(), "%s: as long as asked for, in ms",
		what);
}

/* Its own wait, again until the time has come; frames still come through. */
static void waits(const struct role *role, const struct hosts *h)
{
	int64_t start, end;
	int r = 0;

	if (!faults_can(role, "the clock"))
		return;
	must(role->open(), "%s opens", role->name);
	faults_works(role, h, "while the clock jumps");
	while (role->out && role->step(20) > 0)
		; /* what was on its way */
	start = live_start_ms();
	end = start + WAIT_MS;
	while (r >= 0 && role->out && netring_clock_ms() < end)
		r = role->step((int)(end - netring_clock_ms()));
	ok(r >= 0, "%s: waits", role->name);
	if (role->out)
		in_time(start, role->name);
	role->close();
}

static int called;

static int call(void *user, int revents, int budget)
{
	(void)user;
	(void)revents;
	(void)budget;
	called++;
	return 0;
}

static void in_loop(void)
{
	static struct netring_loop_slot slots[1];
	static struct pollfd fds[1];
	struct netring_loop loop;
	int64_t start;

	must(netring_loop_open(&loop, fds, slots, 1), "a loop");
	must(netring_loop_add(
		     &loop, &(struct netring_loop_source){ .fd = -1,
							   .period = 10,
							   .function = call }),
	     "a source");
	start = netring_clock_ms();
	while (netring_clock_ms() < start + WAIT_MS)
		must(netring_loop_step(&loop, WAIT_MS), "step");
	between(called, WAIT_MS / 10 / 2, WAIT_MS / 10 + 1,
		"loop: calls of a period of 10 ms");
	netring_loop_close(&loop);
}

int main(void)
{
	struct hosts h;
	int64_t before, drift;
	pid_t pid;
	int i;

	if (!getenv("NETRING_VM"))
		skip_all("not in a virtual machine", "the clock");
	faults_begin(&h);
	alarm(60); /* a deadline of the wrong clock may be an hour away */
	before = live_real_us() - live_us();
	must(jump(0), "set the clock");
	pid = jumping();
	for (i = 0; i < ROLES; i++)
		waits(&roles[i], &h);
	in_loop();
	wire_stop(pid);
	drift = (live_real_us() - live_us() - before) / 1000000;
	ok(drift >= -HOUR - 1 && drift <= HOUR + 1, "the clock jumped");
	must(jump((int)-drift), "the clock as it was");
	hosts_end(&h);
	return done_testing();
}
