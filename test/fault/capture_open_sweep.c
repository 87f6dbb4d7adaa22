/* SPDX-License-Identifier: MIT */
/* capture_open_sweep.c - every system call of a capture's open fails. */
#include "capture_open_cases.h"

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int errors[] = { EINTR,  ENOMEM,	   EPERM, EINVAL,
			      ENODEV, ENOPROTOOPT, EACCES };

/* Is a failed call no reason to give up? */
static int has_fallback(const struct config_case *test, uint32_t n, int error)
{
	const struct netring_capture_config *cfg = &test->cfg;
	const struct wrap_entry *call = wrap_failed();
	uint32_t i;

	if (call->call == WRAP_CLOSE) /* of /proc/.../net, when all is done */
		return 1;
	if (call->level == SOL_PACKET && call->option == PACKET_IGNORE_OUTGOING)
		return error == ENOPROTOOPT; /* filtered by the walk */
	if (call->level == SOL_SOCKET && call->option == SO_RCVBUFFORCE)
		return 1; /* then within the system's limit */
	if (call->level != SOL_SOCKET || call->option != SO_ATTACH_FILTER ||
	    error != EPERM || cfg->filter || cfg->ebpf_filter || cfg->snaplen)
		return 0;
	/* the first attaching, of a socket whose filter is locked */
	for (i = 0; i + 1 < n; i++)
		if (wrap.log[i].level == SOL_SOCKET &&
		    wrap.log[i].option == SO_ATTACH_FILTER)
			return 0;
	return test->adopt || cfg->fanout;
}

static void receives(const struct config_case *test,
		     struct netring_capture *cap)
{
	if (test->cfg.netns)
		return;
	send_on_lo(100);
	assert_int_equal(netring_capture_wait(cap, 1000),
			 NETRING_EVENT_PACKETS);
}

static void close_twice(struct netring_capture *cap, uint32_t calls)
{
	uint32_t before = wrap.count;

	netring_capture_close(cap);
	assert_int_equal(wrap.count - before, calls);
	netring_capture_close(cap);
	assert_int_equal(wrap.count - before, calls);
	assert_int_equal(netring_capture_fd(cap), -1);
}

/* Returns whether there was an @n-th call. */
static int fail_one(const struct config_case *test, uint32_t n, int error)
{
	const struct wrap_entry *call;
	struct netring_capture cap;
	int r = config_open(test, &cap, n, error);
	int reached = !n || wrap.count >= n;

	call = wrap_failed();
	if (!n || !reached || has_fallback(test, n, error)) {
		if (r < 0)
			print_message("# %s, call %u: %s %d\n", test->name, n,
				      netring_step_name(cap.step), r);
		assert_int_equal(r, 0);
		assert_int_equal(cap.step, NETRING_STEP_NONE);
		assert_int_equal(cap.reason, NETRING_GEOMETRY_OK);
		assert_int_equal(wrap_open_descriptors(), 1);
		assert_int_equal(wrap_open_mappings(), 1);
		if (call->level == SOL_PACKET &&
		    call->option == PACKET_IGNORE_OUTGOING &&
		    test->cfg.direction == NETRING_DIRECTION_IN)
			assert_int_equal(cap.skip_, 1 << 4);
		wrap.fail_at = 0;
		receives(test, &cap);
		close_twice(&cap, 2);
		assert_int_equal(wrap_open_descriptors(), 0);
	} else {
		if (r != -error || cap.step != wrap_step(call))
			wrap_tell(test->name, n, r, cap.step);
		assert_int_equal(r, -error);
		assert_int_equal(cap.step, wrap_step(call));
		assert_int_equal(netring_capture_fd(&cap), -1);
		assert_null(cap.ring_);
		assert_int_equal(wrap_open_descriptors(), test->adopt);
		close_twice(&cap, 0);
		assert_int_equal(wrap_open_descriptors(), test->adopt);
	}
	assert_int_equal(wrap_open_mappings(), 0);
	/* only the way back itself may leave the thread elsewhere */
	if (!at_home()) {
		assert_int_equal(call->call, WRAP_SETNS);
		assert_int_equal(r, -error);
		go_home();
	}
	config_finish(test, r >= 0);
	return reached;
}

/*
 * Closing a packet socket waits for the kernel's other CPUs, tens of
 * milliseconds, so not every error is tried at every call: EINTR, another in
 * turn, and those that have a meaning of their own. NETRING_FULL: all.
 */
static int worth_trying(uint32_t n, uint32_t e)
{
	const struct wrap_entry *call = wrap_failed();

	return getenv("NETRING_FULL") || n % COUNT(errors) == e ||
	       (errors[e] == ENOPROTOOPT && call->level == SOL_PACKET &&
		call->option == PACKET_IGNORE_OUTGOING) ||
	       (errors[e] == EPERM && call->level == SOL_SOCKET);
}

static void sweep(void **state)
{
	const struct config_case *test = *state;
	uint32_t n, e;

	assert_true(fail_one(test, 0, 0));
	for (n = 1; fail_one(test, n, errors[0]); n++)
		for (e = 1; e < COUNT(errors); e++)
			if (worth_trying(n, e))
				fail_one(test, n, errors[e]);
	print_message("# %u calls\n", n - 1);
	assert_true(n > 7);
}

int sweep_cases(const char *name, uint32_t from, uint32_t to)
{
	struct CMUnitTest tests[64];
	uint32_t i;

	enter_private_network();
	memset(tests, 0, sizeof(tests));
	for (i = from; i < to; i++) {
		tests[i - from].name = config_cases[i].name;
		tests[i - from].test_func = sweep;
		tests[i - from].initial_state =
			(void *)(uintptr_t)&config_cases[i];
	}
	return _cmocka_run_group_tests(name, tests, to - from, configs_setup,
				       configs_teardown);
}
