/* SPDX-License-Identifier: MIT */
/* test_loop_time.c - a loop's periods, its stops, and how it does nothing. */
#define _GNU_SOURCE
#include "live.h"
#include "counting_loop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>

/* Sources of a time only, and of both. */
static void periods(int storm)
{
	struct itimerval timer = { { 0, 1000 }, { 0, 1000 } };
	int64_t start, late = 0, end;
	int i, interrupted = 0, held, r;

	loop_begin();
	must(loop_add(0, -1, 10, 1), "add");
	must(loop_add(1, -1, 50, 1), "add");
	must(loop_add(2, -1, 1000, 1), "add");
	start = live_start_us();
	is(netring_loop_call_in(&loop, sources[2].number, 70), 0, "call in");
	if (storm)
		setitimer(ITIMER_REAL, &timer, NULL);
	for (end = start + 505000; live_us() < end;) {
		r = netring_loop_step(&loop, 20);
		interrupted += r == -EINTR;
		if (r < 0 && r != -EINTR)
			must(r, "step");
	}
	held = live_late_ms() - live_slack_ms();
	memset(&timer, 0, sizeof(timer));
	setitimer(ITIMER_REAL, &timer, NULL);
	between(sources[0].calls, 50 - live_slack_ms() / 4 - held / 10, 51,
		"every 10 ms for 505 ms%s, calls",
		storm ? ", signals each ms" : "");
	between(sources[1].calls, 10 - live_slack_ms() / 20 - held / 50, 10,
		"every 50 ms");
	is(sources[2].calls, 1, "in 70 ms");
	between(sources[2].times[0] - start, 69000,
		70000 + live_late_ms() * 1000, "at that time, us");
	for (i = 1; i < sources[0].calls; i++)
		if (sources[0].times[i] - sources[0].times[i - 1] < 9000)
			late++;
	is(late, 0, "never twice for one period");
	is(interrupted > 100, storm, "step was interrupted: %d", interrupted);
	netring_loop_close(&loop);
}

static void on_signal(int signal)
{
	(void)signal;
	netring_loop_stop(&loop);
}

static void nothing(int signal)
{
	(void)signal;
}

static void stop_it(struct source *s)
{
	(void)s;
	netring_loop_stop(&loop);
}

static int64_t *acted; /* when another process did: shared with it */

/* It writes to @fd, or sends this process a signal. */
static pid_t act_in(int ms, int fd)
{
	pid_t parent = getpid(), pid;

	*acted = 0;
	(void)live_start_ms();
	pid = fork();
	if (pid)
		return pid;
	live_sleep_ms(ms);
	*acted = live_us();
	_exit(fd < 0 ? kill(parent, SIGUSR1) < 0 : write(fd, "x", 1) != 1);
}

/* It did, and a loop ended by that: at once, but for what held this up. */
static void ended(void)
{
	between(live_us() - *acted, 0, 1000 * live_late_ms(), "at once, us");
}

static void stops(void)
{
	int pipes[2];
	int64_t start;
	pid_t pid;

	loop_begin();
	must(pipe(pipes) < 0 ? -errno : 0, "a pipe");
	must(loop_add(0, pipes[0], 0, 1), "add");
	netring_loop_stop(&loop);
	start = live_start_ms();
	is(netring_loop_run(&loop), 0, "stopped before it ran");
	between(netring_clock_ms() - start, 0, live_late_ms(), "at once, ms");

	signal(SIGUSR1, on_signal);
	act_in(50, -1);
	errno = 0;
	is(netring_loop_run(&loop), 0, "run until a signal's handler");
	is(errno == 0 || errno == EINTR, 1, "the handler leaves no trace");
	ended();

	sources[0].extra = stop_it;
	pid = act_in(50, pipes[1]);
	is(netring_loop_run(&loop), 0, "run until another process writes");
	ended();
	wire_wait(pid);

	/* in the middle of much to do */
	sources[0].result = MUCH;
	sources[0].extra = NULL;
	act_in(50, -1);
	is(netring_loop_run(&loop), 0, "stopped while it is busy");
	ended();
	ok(sources[0].calls > 100, "it was");
	close(pipes[0]);
	close(pipes[1]);
	netring_loop_close(&loop);
	netring_loop_close(&loop);
}

/* Nothing to do: no wake-up at all. */
static void idle(int period)
{
	int silent = eventfd(0, EFD_CLOEXEC);
	long sleeps;
	int64_t cpu;

	loop_begin();
	must(loop_add(0, silent, period, 1), "add");
	act_in(1000, -1);
	sleeps = live_sleeps();
	cpu = live_cpu_us();
	is(netring_loop_run(&loop), 0, "idle until stopped");
	sleeps = live_sleeps() - sleeps;
	between(sleeps, 1, 1 + (period ? 1000 / period + 1 : 0),
		"period %d: sleeps in a second", period);
	between(live_cpu_us() - cpu, 0, 500 * live_slack_ms(),
		"processor time, us");
	is(sources[0].revents, 0, "no event");
	netring_loop_close(&loop);
	close(silent);
}

int main(void)
{
	live_begin();
	acted = mmap(NULL, sizeof(*acted), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(acted == MAP_FAILED ? -errno : 0, "shared memory");
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = nothing }, NULL);
	periods(0);
	periods(1);
	stops();
	idle(0);
	idle(100);
	return done_testing();
}
