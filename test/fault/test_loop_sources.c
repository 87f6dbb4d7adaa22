/* SPDX-License-Identifier: MIT */
/* test_loop_sources.c - which sources the loop calls, over a scripted poll. */
#include "scripted_loop.h"

/* All ready, always: each once a step, and each is first in its turn. */
static void rotation(void **state)
{
	int i, n;

	(void)state;
	for (i = 0; i < COUNT; i++) {
		assert_int_equal(add(i, 10 + i, 0, 0), i);
		t.ready[i] = POLLIN;
	}
	for (n = 0; n < 3 * COUNT; n++) {
		assert_int_equal(step(-1), COUNT);
		for (i = 0; i < COUNT; i++) {
			assert_int_equal(t.told[i].number, (n + i) % COUNT);
			assert_int_equal(t.told[i].revents, POLLIN);
			assert_int_equal(t.told[i].budget, 64);
		}
	}
	/* not ready, not called; gaps in the array do not matter */
	t.ready[1] = 0;
	assert_int_equal(netring_loop_remove(&t.loop, 3), 0);
	assert_int_equal(step(-1), 3);
	assert_int_equal(t.calls[1], 3 * COUNT);
	assert_int_equal(t.calls[3], 3 * COUNT);
}

/* Who has used its budget up is called again, without an event or a wait. */
static void budget(void **state)
{
	(void)state;
	add(0, 10, 0, 7);
	add(1, 11, 0, 0);
	t.ready[0] = POLLIN;
	t.result[0] = 7;
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.told[0].budget, 7);
	t.ready[0] = 0;
	t.result[0] = 8;
	assert_int_equal(step(500), 1);
	assert_int_equal(t.timeout, 0);
	assert_int_equal(t.told[0].revents, 0);
	t.result[0] = 6;
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.timeout, 0);
	assert_int_equal(step(500), 0);
	assert_int_equal(t.timeout, 500);
	/* not used up: only the descriptor counts */
	t.ready[1] = POLLIN;
	t.result[1] = 63;
	assert_int_equal(step(500), 1);
	t.ready[1] = 0;
	assert_int_equal(step(500), 0);
	assert_int_equal(t.timeout, 500);
}

/* Ready, due and with more to do: one call all the same. */
static void once_a_step(void **state)
{
	(void)state;
	add(0, 10, 10, 1);
	t.ready[0] = POLLIN;
	t.result[0] = 1;
	assert_int_equal(step(-1), 1);
	t.now += 100;
	assert_int_equal(step(-1), 1);
	assert_int_equal(t.total, 1);
	assert_int_equal(t.told[0].revents, POLLIN);
}

static int self, other, replaced;

static int remove_self(int number)
{
	if (number == self) {
		assert_int_equal(netring_loop_remove(&t.loop, self), 0);
		assert_int_equal(netring_loop_remove(&t.loop, self), -ENOENT);
	}
	return 64;
}

static int remove_other(int number)
{
	if (number == self && !replaced)
		assert_int_equal(netring_loop_remove(&t.loop, other), 0);
	if (number == self)
		replaced = 1;
	return 0;
}

/* The new one is in the old one's place: @number + 10 tells it. */
static int replace(int number)
{
	const struct netring_loop_source source = {
		.fd = 30,
		.events = POLLIN,
		.function = function,
		.user = (void *)(intptr_t)4
	};

	if (number != self || replaced)
		return 0;
	replaced = 1;
	assert_int_equal(netring_loop_remove(&t.loop, other), 0);
	assert_int_equal(netring_loop_add(&t.loop, &source), other);
	return 64;
}

static void all_ready(int (*act)(int number))
{
	int i;

	for (i = 0; i < COUNT; i++)
		(void)netring_loop_remove(&t.loop, i);
	for (i = 0; i < 4; i++) {
		assert_int_equal(add(i, 10 + i, 0, 0), i);
		t.ready[i] = POLLIN;
	}
	t.loop.first_ = 0;
	t.act = act;
	replaced = 0;
	memset(t.calls, 0, sizeof(t.calls));
}

static void remove_inside(void **state)
{
	(void)state;
	for (self = 0; self < 4; self++) {
		all_ready(remove_self);
		assert_int_equal(step(-1), 4);
		assert_int_equal(step(-1), 3);
		assert_int_equal(t.calls[self], 1);
		assert_int_equal(t.fds[self].fd, -1);
	}
	for (self = 0; self < 4; self++)
		for (other = 0; other < 4; other++) {
			if (self == other)
				continue;
			/* who was ready and is removed first is not called */
			all_ready(remove_other);
			assert_int_equal(step(-1), other > self ? 3 : 4);
			assert_int_equal(t.calls[other], other < self);
			assert_int_equal(step(-1), 3);
			assert_int_equal(t.calls[other], other < self);
		}
}

/* In a place just left: called for its own events only. */
static void replace_inside(void **state)
{
	(void)state;
	for (self = 0; self < 4; self++)
		for (other = 0; other < 4; other++) {
			all_ready(replace);
			assert_int_equal(step(-1), other > self ? 3 : 4);
			assert_int_equal(t.calls[4], 0);
			t.ready[0] = t.ready[1] = t.ready[2] = t.ready[3] = 0;
			t.result[4] = 0;
			/* whoever replaced had more to do; the new one not */
			assert_int_equal(step(0), self != other);
			assert_int_equal(t.calls[4], 0);
			t.ready[other] = POLLIN;
			step(0);
			assert_int_equal(t.calls[4], 1);
		}
}

static void capacity(void **state)
{
	/* descriptor 0 by accident: fd left out */
	const struct netring_loop_source empty = { .function = function };
	const struct netring_loop_source left_out = { .period = 10,
						      .function = function };
	const struct netring_loop_source no_function = { .fd = 3, .period = 4 };
	const struct netring_loop_source backwards = { .fd = -1,
						       .period = -5,
						       .function = function };
	int i;

	(void)state;
	assert_int_equal(netring_loop_add(&t.loop, &empty), -EINVAL);
	assert_int_equal(netring_loop_add(&t.loop, &left_out), -EINVAL);
	assert_int_equal(netring_loop_add(&t.loop, &no_function), -EINVAL);
	assert_int_equal(netring_loop_add(&t.loop, &backwards), -EINVAL);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(add(i, 10 + i, 0, 0), i);
	assert_int_equal(add(0, 20, 0, 0), -ENOSPC);
	assert_int_equal(netring_loop_remove(&t.loop, 2), 0);
	assert_int_equal(add(2, 20, 0, 0), 2);
	assert_int_equal(add(0, 20, 0, 0), -ENOSPC);
	for (i = 0; i < COUNT; i++)
		assert_int_equal(netring_loop_remove(&t.loop, i), 0);
	for (i = -2; i < COUNT + 2; i++) {
		assert_int_equal(netring_loop_remove(&t.loop, i), -ENOENT);
		assert_int_equal(netring_loop_modify(&t.loop, i, 0), -ENOENT);
		assert_int_equal(netring_loop_call_in(&t.loop, i, 0), -ENOENT);
	}
	assert_int_equal(netring_loop_open(&(struct netring_loop){ 0 }, t.fds,
					   t.slots, 0),
			 -EINVAL);
	assert_int_equal(netring_loop_open(&(struct netring_loop){ 0 }, t.fds,
					   t.slots, -1),
			 -EINVAL);
}

/* Events asked for; POLLERR comes unasked; descriptor 0 is one. */
static void modify(void **state)
{
	(void)state;
	assert_int_equal(add(0, 0, 0, 0), 0);
	t.ready[0] = POLLOUT;
	assert_int_equal(step(3), 0);
	assert_int_equal(netring_loop_modify(&t.loop, 0, POLLOUT), 0);
	assert_int_equal(step(3), 1);
	assert_int_equal(t.told[0].revents, POLLOUT);
	assert_int_equal(netring_loop_modify(&t.loop, 0, 0), 0);
	assert_int_equal(step(3), 0);
	t.ready[0] = POLLERR;
	assert_int_equal(step(3), 1);
	assert_int_equal(t.told[0].revents, POLLERR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rotation),	     TEST(budget),	   TEST(once_a_step),
		TEST(remove_inside), TEST(replace_inside), TEST(capacity),
		TEST(modify),
	};

	return cmocka_run_group_tests_name("loop_sources", tests, NULL, NULL);
}
