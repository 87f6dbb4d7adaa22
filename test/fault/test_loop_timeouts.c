/* SPDX-License-Identifier: MIT */
/* test_loop_timeouts.c - periods and timeouts of the loop, clock scripted. */
#include "scripted_loop.h"

/* On time: as many calls as periods, each exactly when it is due. */
static void periods(void **state)
{
	int i;

	(void)state;
	add(0, -1, 10, 0);
	add(1, -1, 25, 0);
	add(2, -1, 1, 0);
	for (i = 0; t.now < START + 100000; i++)
		assert_true(step(-1) >= 1);
	assert_int_equal(t.calls[2], 100000);
	assert_int_equal(t.calls[0], 10000);
	assert_int_equal(t.calls[1], 4000);
	assert_int_equal(i, 100000); /* no wake-up for nothing */
}

/* Late wake-ups: late calls, never two to make up for one. */
static void late(void **state)
{
	int64_t last = START;
	int i;

	(void)state;
	add(0, -1, 10, 0);
	t.late = 3;
	for (i = 0; i < 1000; i++) {
		assert_int_equal(step(-1), 1);
		assert_in_range(t.now - last, 7, 13);
		last = t.now;
	}
	t.late = 0;
	t.now += 1000000; /* a suspended machine */
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 0);
	for (i = 0; i < 10; i++) {
		last = t.now;
		assert_int_equal(step(-1), 1);
		assert_in_range(t.now - last, 1, 10);
	}
}

/* The shorter of what the caller and what a source wants. */
static void timeouts(void **state)
{
	static const int given[] = { 0, 1, 99, 100, 101, 5000, INT_MAX, -1 };
	static const int waits[] = { 0, 1, 99, 100, 100, 100, 100, 100 };
	uint32_t i;

	(void)state;
	add(0, -1, 100, 0);
	for (i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		assert_int_equal(netring_loop_call_in(&t.loop, 0, 100), 0);
		assert_int_equal(step(given[i]), waits[i] == 100);
		assert_int_equal(t.timeout, waits[i]);
	}
	netring_loop_remove(&t.loop, 0);
	assert_int_equal(step(5000), 0);
	assert_int_equal(t.timeout, 5000);
	/* far in time: what poll can take */
	add(0, -1, INT_MAX, 0);
	t.now = START;
	netring_loop_call_in(&t.loop, 0, INT_MAX);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, INT_MAX);
	assert_int_equal(t.now, START + INT_MAX);
}

/* Once in so many ms, in place of the next period; then as before. */
static void call_in(void **state)
{
	(void)state;
	add(0, -1, 100, 0);
	assert_int_equal(netring_loop_call_in(&t.loop, 0, 7), 0);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 7);
	assert_int_equal(t.told[0].revents, 0);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 100);
	assert_int_equal(netring_loop_call_in(&t.loop, 0, 1000), 0);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 1000);
	/* at once, and in the past */
	assert_int_equal(netring_loop_call_in(&t.loop, 0, 0), 0);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 0);
	/* not at all, until it is asked for again */
	assert_int_equal(netring_loop_call_in(&t.loop, 0, NETRING_FOREVER), 0);
	assert_int_equal(step(5000), 0);
	assert_int_equal(t.timeout, 5000);
	assert_int_equal(netring_loop_call_in(&t.loop, 0, 30), 0);
	assert_int_equal(step(-1), 1);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 100);
	netring_loop_remove(&t.loop, 0);
	/* neither descriptor nor period: once for each call */
	add(0, -1, 0, 0);
	assert_int_equal(step(5000), 0);
	assert_int_equal(netring_loop_call_in(&t.loop, 0, 40), 0);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 40);
	assert_int_equal(step(5000), 0);
	assert_int_equal(t.timeout, 5000);
	netring_loop_remove(&t.loop, 0);
	/* a descriptor's: once, and never again */
	add(1, 10, 0, 0);
	assert_int_equal(netring_loop_call_in(&t.loop, 0, 20), 0);
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 20);
	assert_int_equal(step(500), 0);
	assert_int_equal(t.timeout, 500);
	/* an event before it is due does not take its place */
	assert_int_equal(netring_loop_call_in(&t.loop, 0, 20), 0);
	t.ready[0] = POLLIN;
	assert_int_equal(step(-1), 1);
	t.ready[0] = 0;
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 20);
}

static int again_in_5(int number)
{
	return netring_loop_call_in(&t.loop, number, 5);
}

/* Called from within, it counts from then, over a period too. */
static void call_in_inside(void **state)
{
	int i;

	(void)state;
	add(0, -1, 100, 0);
	t.act = again_in_5;
	assert_int_equal(step(-1), 1);
	for (i = 0; i < 20; i++) {
		assert_int_equal(step(-1), 1);
		assert_int_equal(t.timeout, 5);
	}
}

/* No reading of the clock's 32 or 31 bits is special. */
static void any_time(void **state)
{
	static const int64_t times[] = {
		0,	     0x7fffffff, 0x80000000,   0xffffffff,
		0x100000000, START,	 0x7fffffffff, 1ll << 52,
	};
	uint32_t i;
	int before;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		for (before = 0; before < 30; before += 5) {
			t.now = times[i] > before ? times[i] - before : 0;
			assert_int_equal(add(0, -1, 10, 0), 0);
			assert_int_equal(step(-1), 1);
			assert_int_equal(t.timeout, 10);
			assert_int_equal(step(3), 0);
			assert_int_equal(step(-1), 1);
			assert_int_equal(t.timeout, 7);
			netring_loop_remove(&t.loop, 0);
		}
}

/* An empty loop, or one of periods, wakes up as often as needed. */
static void no_spin(void **state)
{
	(void)state;
	assert_int_equal(step(1000), 0);
	assert_int_equal(t.timeout, 1000);
	assert_int_equal(t.polls, 1);
	add(0, -1, 1000, 0);
	add(1, 10, 0, 0);
	t.polls = 0;
	while (t.now < START + 100000)
		step(-1);
	assert_int_equal(t.polls, 99);
	assert_int_equal(t.calls[0], 99);
	assert_int_equal(t.calls[1], 0);
}

/* A function's error is told when the others have had their turn. */
static void errors(void **state)
{
	int i;

	(void)state;
	add(0, 10, 0, 0);
	add(1, 11, 0, 0);
	add(2, -1, 10, 0);
	t.ready[0] = t.ready[1] = POLLIN;
	t.result[0] = -EPROTO;
	t.now += 10;
	assert_int_equal(step(-1), -EPROTO);
	assert_int_equal(t.total, 3);
	assert_int_equal(netring_loop_run(&t.loop), -EPROTO);
	/* for ever: it starves nobody */
	memset(t.calls, 0, sizeof(t.calls));
	for (i = 0; i < 1000; i++)
		assert_int_equal(step(10), -EPROTO);
	assert_int_equal(t.calls[0], 1000);
	assert_int_equal(t.calls[1], 1000);
	/* of two, that of the first that was called */
	t.loop.first_ = 1;
	t.result[1] = -ENODEV;
	assert_int_equal(step(-1), -ENODEV);
	t.loop.first_ = 0;
	assert_int_equal(step(-1), -EPROTO);
	t.result[0] = t.result[1] = 0;
	t.now += 10;
	assert_int_equal(step(-1), 3);
	t.poll_error = EINTR;
	assert_int_equal(step(-1), -EINTR);
	assert_int_equal(t.total, 0);
	assert_int_equal(step(-1), 2);
	t.poll_error = ENOMEM;
	assert_int_equal(netring_loop_run(&t.loop), -ENOMEM);
}

/* run goes on over a signal, and ends by a function that says -EINTR. */
static void own_interrupt(void **state)
{
	(void)state;
	add(0, 10, 0, 0);
	t.ready[0] = POLLIN;
	t.result[0] = -EINTR;
	t.poll_error = EINTR;
	assert_int_equal(netring_loop_run(&t.loop), -EINTR);
	assert_int_equal(t.polls, 2);
	assert_int_equal(t.calls[0], 1);
}

/* With all elements in use there is none to be woken by: it looks itself. */
static void full(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < COUNT; i++)
		assert_int_equal(add(i, 10 + i, 0, 0), i);
	assert_int_equal(step(-1), 0);
	assert_int_equal(t.timeout, 1000);
	assert_int_equal(step(999), 0);
	assert_int_equal(t.timeout, 999);
	t.polls = 0;
	netring_loop_stop(&t.loop);
	assert_int_equal(netring_loop_run(&t.loop), 0);
	assert_int_equal(t.polls, 0);
	assert_int_equal(netring_loop_remove(&t.loop, 1), 0);
	assert_int_equal(step(-1), 0);
	assert_int_equal(t.timeout, 1000);
	assert_int_equal(netring_loop_remove(&t.loop, COUNT - 1), 0);
	assert_int_equal(step(5000), 0);
	assert_int_equal(t.timeout, 5000);
}

static int stop_at_3(int number)
{
	if (t.total == 3)
		netring_loop_stop(&t.loop);
	return t.result[number];
}

/* run goes on over signals, until stopped; the next one goes on again. */
static void stop(void **state)
{
	int round;

	(void)state;
	add(0, -1, 10, 0);
	t.act = stop_at_3;
	for (round = 0; round < 3; round++) {
		t.poll_error = EINTR;
		t.total = t.polls = 0;
		assert_int_equal(netring_loop_run(&t.loop), 0);
		assert_int_equal(t.total, 3);
		assert_int_equal(t.polls, 4);
	}
	/* before it begins; more than once is once */
	netring_loop_stop(&t.loop);
	netring_loop_stop(&t.loop);
	t.polls = 0;
	assert_int_equal(netring_loop_run(&t.loop), 0);
	assert_true(t.polls <= 1);
	t.total = 0;
	assert_int_equal(netring_loop_run(&t.loop), 0);
	assert_int_equal(t.total, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(periods), TEST(late),	     TEST(timeouts),
		TEST(call_in), TEST(call_in_inside), TEST(any_time),
		TEST(no_spin), TEST(errors),	     TEST(own_interrupt),
		TEST(full),    TEST(stop),
	};

	return cmocka_run_group_tests_name("loop_timeouts", tests, NULL, NULL);
}
