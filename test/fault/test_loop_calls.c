/* SPDX-License-Identifier: MIT */
/* test_loop_calls.c - system calls of the loop that fail; signals; threads. */
#include "wrap.h"

#include <netring/loop.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>

static struct netring_loop loop;
static struct pollfd fds[2];
static struct netring_loop_slot slots[2];
static int called;

static int count(void *user, int revents, int budget)
{
	(void)user;
	(void)revents;
	(void)budget;
	called++;
	return 0;
}

/* Each call of an open: its errno, and nothing is held. */
static void open_fails(void **state)
{
	static const struct netring_loop closed;
	static const enum wrap_call calls[] = { WRAP_EVENTFD, WRAP_POLL };
	static const int errors[] = { EMFILE, ENFILE, ENOMEM, EINVAL, EINTR };
	uint32_t i, n, before;

	(void)state;
	for (i = 0; i < 2 * sizeof(errors) / sizeof(errors[0]); i++) {
		n = 1 + i % 2;
		memset(&loop, 0xa5, sizeof(loop));
		wrap_arm(n, errors[i / 2]);
		assert_int_equal(netring_loop_open(&loop, fds, slots, 2),
				 -errors[i / 2]);
		assert_int_equal(wrap.log[n - 1].call, calls[n - 1]);
		assert_int_equal(wrap.log[0].option,
				 EFD_CLOEXEC | EFD_NONBLOCK);
		assert_int_equal(wrap_open_descriptors(), 0);
		before = wrap.count;
		netring_loop_close(&loop);
		assert_int_equal(wrap.count, before);
		assert_memory_equal(&loop, &closed, sizeof(loop));
		wrap_disarm();
	}
}

/* Of a step that calls one function: every call, every error. */
static void step_fails(void **state)
{
	static const int errors[] = { EINTR, ENOMEM, EINVAL };
	const struct netring_loop_source source = { .fd = -1,
						    .period = 1,
						    .function = count };
	uint32_t i, n, calls = 0;
	int r;

	(void)state;
	assert_int_equal(netring_loop_open(&loop, fds, slots, 2), 0);
	assert_int_equal(netring_loop_add(&loop, &source), 0);
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		for (n = 0; n < 5; n++) {
			wrap_arm(n, errors[i]);
			r = netring_loop_step(&loop, 20);
			if (!n)
				calls = wrap.count;
			if (n && wrap_failed()->call == WRAP_POLL)
				assert_int_equal(r, -errors[i]);
			else
				assert_true(r >= 0);
			assert_true(wrap.count <= calls);
			wrap_disarm();
		}
	assert_int_equal(calls, 3); /* clock, poll, clock */
	wrap_arm(1, EIO);
	netring_loop_close(&loop);
	assert_int_equal(wrap.count, 1);
	netring_loop_close(&loop);
	assert_int_equal(wrap.count, 1);
	wrap_disarm();
}

/* Without its eventfd being readable or writable: still stopped, no spin. */
static void stop_fails(void **state)
{
	uint32_t n;

	(void)state;
	assert_int_equal(netring_loop_open(&loop, fds, slots, 2), 0);
	for (n = 1; n <= 2; n++) {
		wrap_arm(n, EIO);
		errno = 77;
		netring_loop_stop(&loop);
		assert_int_equal(errno, 77);
		assert_int_equal(netring_loop_run(&loop), 0);
		assert_true(wrap.count <= 4);
		wrap_disarm();
	}
	netring_loop_close(&loop);
}

static volatile int errno_after;

static void on_alarm(int signal)
{
	(void)signal;
	errno = 99;
	netring_loop_stop(&loop);
	errno_after = errno;
}

/* A signal's handler ends a run that sleeps for ever, and leaves no trace. */
static void from_a_signal(void **state)
{
	const struct itimerval soon = { { 0, 0 }, { 0, 30000 } };
	struct sigaction act = { .sa_handler = on_alarm };
	struct sigaction restart = { .sa_handler = on_alarm,
				     .sa_flags = SA_RESTART };
	int i;

	(void)state;
	assert_int_equal(netring_loop_open(&loop, fds, slots, 2), 0);
	for (i = 0; i < 4; i++) {
		sigaction(SIGALRM, i % 2 ? &restart : &act, NULL);
		setitimer(ITIMER_REAL, &soon, NULL);
		assert_int_equal(netring_loop_run(&loop), 0);
		assert_int_equal(errno_after, 99);
	}
	/* the eventfd was emptied: nothing is ready now */
	assert_int_equal(
		poll(&(struct pollfd){ loop.wake_ - 1, POLLIN, 0 }, 1, 0), 0);
	netring_loop_close(&loop);
}

static void *stop_soon(void *unused)
{
	const struct timespec time = { 0, 20000000 };

	(void)unused;
	nanosleep(&time, NULL);
	netring_loop_stop(&loop);
	return NULL;
}

static void from_a_thread(void **state)
{
	pthread_t thread;
	int i;

	(void)state;
	assert_int_equal(netring_loop_open(&loop, fds, slots, 2), 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_create(&thread, NULL, stop_soon, NULL),
				 0);
		assert_int_equal(netring_loop_run(&loop), 0);
		pthread_join(thread, NULL);
	}
	netring_loop_close(&loop);
}

/* The same in a loop that has no element to spare, a second later at most. */
static void from_a_thread_when_full(void **state)
{
	const struct netring_loop_source source = { .fd = -1,
						    .function = count };
	pthread_t thread;
	int64_t before;

	(void)state;
	assert_int_equal(netring_loop_open(&loop, fds, slots, 2), 0);
	assert_int_equal(netring_loop_add(&loop, &source), 0);
	assert_int_equal(netring_loop_add(&loop, &source), 1);
	assert_int_equal(netring_loop_add(&loop, &source), -ENOSPC);
	assert_int_equal(pthread_create(&thread, NULL, stop_soon, NULL), 0);
	assert_int_equal(netring_loop_run(&loop), 0);
	pthread_join(thread, NULL);
	/* one less: woken, not late */
	assert_int_equal(netring_loop_remove(&loop, 1), 0);
	netring_loop_stop(&loop);
	before = netring_clock_ms();
	assert_int_equal(netring_loop_step(&loop, 100000), 0);
	assert_true(netring_clock_ms() - before < 50000);
	netring_loop_close(&loop);
}

/* More elements than the limit of open files: told at once. */
static void too_many(void **state)
{
	static struct netring_loop_slot many[65];
	static struct pollfd of_many[65];
	struct rlimit before, few;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	few = before;
	few.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	wrap_arm(0, 0);
	assert_int_equal(netring_loop_open(&loop, of_many, many, 65), -EINVAL);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(netring_loop_open(&loop, of_many, many, 64), 0);
	assert_int_equal(netring_loop_step(&loop, 0), 0);
	netring_loop_close(&loop);
	wrap_disarm();
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* Those who step themselves: it ends one wait, and no more than one. */
static void of_a_step(void **state)
{
	int64_t before;

	(void)state;
	assert_int_equal(netring_loop_open(&loop, fds, slots, 2), 0);
	netring_loop_stop(&loop);
	netring_loop_stop(&loop);
	before = netring_clock_ms();
	assert_int_equal(netring_loop_step(&loop, 10000), 0);
	assert_true(netring_clock_ms() - before < 5000);
	before = netring_clock_ms();
	assert_int_equal(netring_loop_step(&loop, 20), 0);
	assert_true(netring_clock_ms() - before >= 19);
	netring_loop_close(&loop);
}

static int read_one(void *user, int revents, int budget)
{
	const int *fd = user;
	char byte;

	(void)budget;
	assert_int_equal(revents, POLLIN);
	assert_int_equal(read(*fd, &byte, 1), 1);
	if (++called == 3)
		netring_loop_stop(&loop);
	return 1;
}

/* Level-triggered: an event that was left is there in the next step. */
static void on_a_pipe(void **state)
{
	struct netring_loop_source source = { .events = POLLIN,
					      .function = read_one };
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(write(pipes[1], "abcd", 4), 4);
	assert_int_equal(netring_loop_open(&loop, fds, slots, 2), 0);
	source.fd = pipes[0];
	source.user = &pipes[0];
	called = 0;
	assert_int_equal(netring_loop_add(&loop, &source), 0);
	assert_int_equal(netring_loop_step(&loop, 0), 1);
	assert_int_equal(netring_loop_run(&loop), 0);
	assert_int_equal(called, 3);
	netring_loop_close(&loop); /* sources' descriptors stay open */
	assert_int_equal(close(pipes[0]), 0);
	assert_int_equal(close(pipes[1]), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_fails),
		cmocka_unit_test(step_fails),
		cmocka_unit_test(stop_fails),
		cmocka_unit_test(from_a_signal),
		cmocka_unit_test(from_a_thread),
		cmocka_unit_test(from_a_thread_when_full),
		cmocka_unit_test(too_many),
		cmocka_unit_test(on_a_pipe),
		cmocka_unit_test(of_a_step),
	};

	return cmocka_run_group_tests_name("loop_calls", tests, NULL, NULL);
}
