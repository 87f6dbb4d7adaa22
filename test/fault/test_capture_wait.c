/* SPDX-License-Identifier: MIT */
/* test_capture_wait.c - waiting, against a kernel that follows a script. */
#include "scripted_capture.h"

static void ready_without_a_call(void **state)
{
	int slots, timeout;

	(void)state;
	for (slots = 0; slots < 2; slots++)
		for (timeout = -1; timeout < 2; timeout++) {
			script_begin(slots);
			script_deliver(0);
			assert_int_equal(netring_capture_wait(&script.cap,
							      timeout),
					 NETRING_EVENT_PACKETS);
			assert_int_equal(wrap.count, 0);
			script_end();
		}
}

static void packets_come(void **state)
{
	struct script_poll *poll;
	int slots;

	(void)state;
	for (slots = 0; slots < 2; slots++) {
		script_begin(slots);
		poll = script_plan(POLLIN);
		poll->then = script_deliver_now;
		assert_int_equal(netring_capture_wait(&script.cap, -1),
				 NETRING_EVENT_PACKETS);
		assert_int_equal(poll->timeout, -1);
		assert_int_equal(poll->events, POLLIN);
		assert_int_equal(wrap.count, 1);
		script_end();
	}
}

/* A timeout is passed on whole, and waited for once. */
static void times_out(void **state)
{
	static const int timeouts[] = { 0, 1, 499, 500, 501, 100000, INT_MAX };
	struct script_poll *poll;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		script_begin(i & 1);
		poll = script_plan(0);
		assert_int_equal(netring_capture_wait(&script.cap, timeouts[i]),
				 NETRING_EVENT_TIMEOUT);
		assert_int_equal(poll->timeout, timeouts[i]);
		assert_int_equal(wrap.count, 1);
		script_end();
	}
}

/* Packets that come just as the time ends are told. */
static void packets_at_the_end(void **state)
{
	(void)state;
	script_begin(0);
	script_plan(0)->then = script_deliver_now;
	script_plan(0); /* what a second look may cost, if it is taken */
	assert_true(netring_capture_wait(&script.cap, 10) >= 0);
	script.polled = script.planned;
	assert_int_equal(netring_capture_wait(&script.cap, 0),
			 NETRING_EVENT_PACKETS);
	script_end();
}

static void interrupted(void **state)
{
	(void)state;
	script_begin(0);
	script_plan(0)->error = EINTR;
	assert_int_equal(netring_capture_wait(&script.cap, -1), -EINTR);
	/* nothing is lost: the next call waits and finds */
	script_plan(POLLIN)->then = script_deliver_now;
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_PACKETS);
	script_end();
}

/*
 * A slot behind the cursor's was filled first: poll says POLLIN, nothing is at
 * the cursor. Neither a spin, nor a miss, nor longer than asked for.
 */
static void late_slot(void **state)
{
	uint32_t i;

	(void)state;
	script_begin(1);
	script_deliver(1);
	for (i = 0; i < 3; i++) {
		script_plan(POLLIN);
		script_plan(POLLIN);
	}
	script_plan(POLLIN)->then = script_deliver_now;
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_PACKETS);
	for (i = 0; i < 3; i++) {
		assert_int_equal(script.polls[2 * i].timeout, -1);
		assert_int_equal(script.polls[2 * i + 1].events, 0);
		assert_int_equal(script.polls[2 * i + 1].timeout, 1);
	}
	script_end();

	script_begin(1);
	script_deliver(1);
	for (i = 0; i < 20; i++)
		script_plan(POLLIN);
	assert_int_equal(netring_capture_wait(&script.cap, 10),
			 NETRING_EVENT_TIMEOUT);
	assert_int_equal(script.now, 5000000000010);
	assert_true(script.polled <= 21);
	script.polled = script.planned;
	script_end();

	script_begin(1);
	script_deliver(1);
	script_plan(POLLIN);
	script_plan(POLLIN);
	assert_int_equal(netring_capture_wait(&script.cap, 0),
			 NETRING_EVENT_TIMEOUT);
	assert_int_equal(script.now, 5000000000000);
	script_end();
}

static void go_down(void)
{
	script.up = 0;
}

static void plan_link_down(void)
{
	struct script_poll *poll = script_plan(POLLERR);

	poll->so_error = ENETDOWN;
	poll->then = go_down;
}

/* A ring whose link went down, as wait told. */
static void begin_link_down(void)
{
	script_begin(0);
	plan_link_down();
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_LINK_DOWN);
}

/* Told once; then slices, in which the interface is looked at. */
static void link_down(void **state)
{
	uint32_t i;

	(void)state;
	begin_link_down();
	for (i = 0; i < 5; i++)
		script_plan(0);
	script_plan(POLLIN)->then = script_deliver_now;
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_PACKETS);
	for (i = 1; i < 7; i++)
		assert_int_equal(script.polls[i].timeout, 500);
	script_end();
}

/* The time asked for is kept, slices or not. */
static void link_down_times(void **state)
{
	static const int timeouts[] = { 0, 1, 499, 500, 501, 1000, 1234 };
	uint32_t i, n;

	(void)state;
	for (i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		script_begin(0);
		script.cap.link_down_ = 1;
		script.up = 0;
		n = (uint32_t)(timeouts[i] + 499) / 500;
		do
			script_plan(0);
		while (n-- > 1);
		assert_int_equal(netring_capture_wait(&script.cap, timeouts[i]),
				 NETRING_EVENT_TIMEOUT);
		assert_int_equal(script.now - 5000000000000, timeouts[i]);
		script_end();
	}
}

/* Up again: no more slices, so no more wake-ups. */
static void link_up_again(void **state)
{
	(void)state;
	begin_link_down();
	script.up = 1;
	script_plan(POLLIN)->then = script_deliver_now;
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_PACKETS);
	assert_int_equal(script.polls[1].timeout, -1);
	script_end();
}

static void rename_it(void)
{
	script.name = "fifteen-letters";
}

static void rename_and_up(void)
{
	rename_it();
	script.up = 1;
}

/* While it is down it gets another name, and comes up by that one. */
static void renamed_while_down(void **state)
{
	(void)state;
	begin_link_down();
	script_plan(0)->then = rename_it;
	script_plan(0)->then = rename_and_up;
	script_plan(POLLIN)->then = script_deliver_now;
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_PACKETS);
	assert_int_equal(script.polls[1].timeout, 500);
	assert_int_equal(script.polls[2].timeout, 500);
	assert_int_equal(script.polls[3].timeout, -1); /* found */
	assert_int_equal(script.looked, 4);
	script_end();
}

/* Another interface that took the name, and is up, is not ours. */
static void old_name_of_another(void **state)
{
	(void)state;
	begin_link_down();
	script.name = "was-eth0";
	script.other = "eth0";
	script_plan(0);
	script_plan(0)->then = rename_and_up;
	script_plan(POLLIN)->then = script_deliver_now;
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_PACKETS);
	assert_int_equal(script.polls[1].timeout, 500);
	assert_int_equal(script.polls[2].timeout, 500);
	assert_int_equal(script.polls[3].timeout, -1);
	script_end();

	/* and when ours is removed, the other does not stand in for it */
	script_begin(0);
	script.other = "eth0";
	script.name = "was-eth0";
	script.cap.link_down_ = 1;
	script.ifindex = -1;
	assert_int_equal(netring_capture_wait(&script.cap, -1), -ENODEV);
	assert_int_equal(script.looked, 0);
	script_end();
}

static void socket_is_told(void)
{
	script.ifindex = -1;
}

/* No more name, but the socket does not know yet: looked at again. */
static void removal_under_way(void **state)
{
	(void)state;
	script_begin(0);
	script.other = "eth0";
	script.cap.link_down_ = 1;
	script.unnamed = 1;
	script_plan(0);
	script_plan(0)->then = socket_is_told;
	assert_int_equal(netring_capture_wait(&script.cap, -1), -ENODEV);
	assert_int_equal(script.polls[0].timeout, 500);
	assert_int_equal(script.polls[1].timeout, 500);
	assert_int_equal(script.looked, 0);
	script_end();
}

static void remove_interface(void)
{
	script.up = 0;
	script.ifindex = -1;
}

/* Told again and again, whatever is read meanwhile. */
static void gone(void **state)
{
	struct netring_batch batch;
	struct script_poll *poll;
	uint32_t i;

	(void)state;
	script_begin(0);
	poll = script_plan(POLLERR);
	poll->so_error = ENETDOWN;
	poll->then = remove_interface;
	assert_int_equal(netring_capture_wait(&script.cap, -1), -ENODEV);
	/* the timer still hands over a block that was begun */
	script_deliver(0);
	assert_int_equal(netring_capture_wait(&script.cap, -1),
			 NETRING_EVENT_PACKETS);
	assert_int_equal(netring_capture_next(&script.cap, &batch), 1);
	netring_capture_release(&script.cap);
	for (i = 0; i < 3; i++)
		assert_int_equal(netring_capture_wait(&script.cap, (int)i - 1),
				 -ENODEV);
	script_end();
}

/* A removal while the link is down makes no event of its own. */
static void gone_while_down(void **state)
{
	struct netring_batch batch;

	(void)state;
	begin_link_down();
	script_deliver(0); /* begun before, handed over now */
	assert_int_equal(netring_capture_next(&script.cap, &batch), 1);
	netring_capture_release(&script.cap);
	script_plan(0);
	script_plan(0)->then = remove_interface;
	assert_int_equal(netring_capture_wait(&script.cap, -1), -ENODEV);
	script_end();
}

/* POLLERR that nothing explains must not become a spin. */
static void other_errors(void **state)
{
	static const int errors[] = { 0, EIO, ENOBUFS, ENXIO };
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		script_begin(0);
		script_plan(POLLERR)->so_error = errors[i];
		r = netring_capture_wait(&script.cap, -1);
		assert_int_equal(r, errors[i] ? -errors[i] : -EIO);
		script_end();
	}
	script_begin(0);
	script_plan(POLLNVAL);
	assert_int_equal(netring_capture_wait(&script.cap, -1), -EBADF);
	script_end();
	script_begin(0);
	plan_link_down();
	script.polls[0].revents = POLLERR | POLLIN;
	assert_int_equal(netring_capture_wait(&script.cap, 7),
			 NETRING_EVENT_LINK_DOWN);
	script_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_without_a_call),
		cmocka_unit_test(packets_come),
		cmocka_unit_test(times_out),
		cmocka_unit_test(packets_at_the_end),
		cmocka_unit_test(interrupted),
		cmocka_unit_test(late_slot),
		cmocka_unit_test(link_down),
		cmocka_unit_test(link_down_times),
		cmocka_unit_test(link_up_again),
		cmocka_unit_test(renamed_while_down),
		cmocka_unit_test(old_name_of_another),
		cmocka_unit_test(removal_under_way),
		cmocka_unit_test(gone),
		cmocka_unit_test(gone_while_down),
		cmocka_unit_test(other_errors),
	};

	return cmocka_run_group_tests_name("capture_wait", tests, NULL, NULL);
}
