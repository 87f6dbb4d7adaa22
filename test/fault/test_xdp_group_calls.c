/* SPDX-License-Identifier: MIT */
/* test_xdp_group_calls.c - every call of a group of AF_XDP sockets fails. */
#include "xdp_open_cases.h"

#include <linux/sockios.h>
#include <netring/xdp_group.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SOCKETS 3u

static const int errors[] = { ENOMEM, EPERM, EINTR, ENODEV, EINVAL };
static const struct xdp_case plain = {
	"plain",
	0,
	{ .interface = "nra0", .mode = NETRING_XDP_RX },
};

static struct netring_xdp sockets[SOCKETS];
static struct pollfd fds[SOCKETS];

static int open_group(struct netring_xdp_group *group)
{
	const struct netring_xdp_group_config cfg = {
		.socket = { .interface = "nra0",
			    .umem = &xdp_umem,
			    .mode = NETRING_XDP_RX },
		.sockets = sockets,
		.fds = fds,
		.count = SOCKETS,
	};

	memset(group, 0xa5, sizeof(*group)); /* "any content" */
	memset(sockets, 0xa5, sizeof(sockets));
	return netring_xdp_group_open(group, &cfg);
}

static void close_twice(struct netring_xdp_group *group)
{
	uint32_t before;

	wrap.fail_at = 0;
	netring_xdp_group_close(group);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	xdp_frames_are_free(&plain);
	before = wrap.count;
	netring_xdp_group_close(group);
	assert_int_equal(wrap.count, before);
	assert_null(netring_xdp_group_next(group));
}

/* The number of queues: without an answer there is one, unless that says that
 * there is no such interface. And zero-copy is refused anyway. */
static int has_fallback(uint32_t n, int error)
{
	const struct wrap_entry *call = wrap_failed();

	if (call->call == WRAP_IOCTL && call->option == SIOCETHTOOL)
		return n > 3 || error != ENODEV;
	if (call->call == WRAP_CLOCK) /* of the next look */
		return 1;
	return xdp_has_fallback(&plain, 0, n, error);
}

static uint32_t opened_by(uint32_t n)
{
	return n && n <= 3 && wrap.log[n - 1].call == WRAP_IOCTL ? 1 : SOCKETS;
}

/* Returns whether there was an @n-th call. */
static int fail_one(uint32_t n, int error)
{
	enum netring_step step = NETRING_STEP_NONE;
	struct netring_xdp_group group;
	const struct wrap_entry *call;
	int r, reached, expected = 0;

	xdp_begin(&plain);
	xdp_arm(n, error);
	r = open_group(&group);
	reached = !n || wrap.count >= n;
	call = wrap_failed();
	if (n && reached && !has_fallback(n, error)) {
		expected = -error;
		step = xdp_step(call);
	}
	if (r != expected || group.step != step)
		print_message("# call %u: %s %d %d by %d: %d, %s\n", n,
			      wrap_name(call), call->level, call->option, error,
			      r, netring_step_name(group.step));
	assert_int_equal(r, expected);
	assert_int_equal(group.step, step);
	assert_int_equal(group.count, r < 0 ? 0 : opened_by(reached ? n : 0));
	assert_int_equal(wrap_open_descriptors(), group.count);
	assert_int_equal(wrap_open_mappings(), 2 * group.count);
	close_twice(&group);
	if (r < 0) {
		assert_int_equal(open_group(&group), 0);
		assert_int_equal(group.count, SOCKETS);
		assert_int_equal(group.queues, XDP_QUEUES);
		close_twice(&group);
	}
	wrap_disarm();
	xdp_end(&plain);
	return reached;
}

static void sweep_open(void **state)
{
	uint32_t n;

	(void)state;
	assert_true(fail_one(0, 0));
	for (n = 1; fail_one(n, errors[n % COUNT(errors)]); n++)
		;
	print_message("# %u calls\n", n - 1);
	assert_true(n > 40);
	assert_true(fail_one(2, ENODEV));
	assert_true(fail_one(2, EOPNOTSUPP));
}

static void sweep_close(void **state)
{
	struct netring_xdp_group group;
	uint32_t n, calls;

	(void)state;
	for (n = calls = 0; n <= calls; n++) {
		xdp_begin(&plain);
		xdp_arm(0, 0);
		assert_int_equal(open_group(&group), 0);
		calls = wrap.count;
		wrap.fail_at = n ? calls + n : 0;
		wrap.error = EIO;
		netring_xdp_group_close(&group);
		calls = wrap.count - calls;
		close_twice(&group);
		xdp_end(&plain);
	}
	assert_int_equal(calls, 3 * SOCKETS);
}

static int result, polls;
static short revents;

static int scripted_poll(struct pollfd *given, nfds_t count, int timeout)
{
	uint32_t i;

	(void)timeout;
	assert_int_equal(count, SOCKETS);
	for (i = 0; i < SOCKETS; i++)
		given[i].revents = i ? 0 : revents;
	polls++;
	errno = -result;
	return result < 0 ? -1 : result;
}

/* As rx_wait(): what it ends with, and never a spin. */
/* A clock, a poll; a socket, and by it name, type, MTU, index, flags; closed; a send that
 * would block. */
#define ASKED 10

static void waits(void **state)
{
	static const struct {
		int poll;
		short revents;
		int result;
	} rows[] = {
		{ -EINTR, 0, -EINTR },	  { -ENOMEM, 0, -ENOMEM }, { 0, 0, 0 },
		{ 1, POLLERR, -EBADMSG }, { 1, POLLIN, -EBADMSG },
	};
	struct netring_xdp_group group;
	uint32_t i;

	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	assert_int_equal(open_group(&group), 0);
	wrap.poll = scripted_poll;
	for (i = 0; i < COUNT(rows); i++) {
		result = rows[i].poll;
		revents = rows[i].revents;
		polls = 0;
		assert_int_equal(netring_xdp_group_wait(&group, 5),
				 rows[i].result);
		assert_int_equal(polls, 1);
	}
	/* the link is looked after; by the first socket, for all */
	result = 0;
	wrap.endless = 1;
	wrap.error = ENETDOWN;
	wrap.fail_at = wrap.count + ASKED;
	assert_int_equal(netring_xdp_group_wait(&group, -1), -ENETDOWN);
	wrap.error = ENXIO;
	wrap.fail_at = wrap.count + ASKED;
	assert_int_equal(netring_xdp_group_wait(&group, -1), -ENODEV);
	/* and so it is by who waits by other means */
	wrap.fail_at = 0;
	assert_int_equal(netring_xdp_group_look(&group), 0);
	wrap.error = ENXIO;
	wrap.fail_at = wrap.count + ASKED - 2;
	assert_int_equal(netring_xdp_group_look(&group), -ENODEV);
	assert_int_equal(group.count, SOCKETS);
	close_twice(&group);
	assert_int_equal(netring_xdp_group_look(&group), -EBADF);
	xdp_end(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(sweep_open, xdp_clean),
		cmocka_unit_test_teardown(sweep_close, xdp_clean),
		cmocka_unit_test_teardown(waits, xdp_clean),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("xdp_group_calls", tests, xdp_setup,
					   xdp_teardown);
}
