/* SPDX-License-Identifier: MIT */
/* test_xdp_program_open.c - an XDP program's open, attach and close fail. */
#include "xdp_open_cases.h"

#include <linux/sockios.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int errors[] = { EPERM,  EINTR,	  ENOMEM, EINVAL,
			      ENODEV, EOPNOTSUPP, EBUSY,  EEXIST };

struct program_case {
	const char *name;
	struct netring_xdp_program_config cfg;
};

static const struct program_case cases[] = {
	{ "either", { .interface = "nra0" } },
	{ "native", { .interface = "nra0", .attach = { NETRING_XDP_NATIVE } } },
	{ "generic",
	  { .interface = "nra0", .attach = { NETRING_XDP_GENERIC } } },
	{ "flows", { .interface = "nrb0", .flows = 16, .queues = 2 } },
	{ "fragments, flows",
	  { .interface = "nra0",
	    .flows = 1,
	    .attach = { NETRING_XDP_GENERIC, NETRING_XDP_NATIVE },
	    .flags = NETRING_XDP_PROGRAM_FRAGMENTS } },
};

static enum wrap_call failed; /* the call that failed last */

static int open_case(const struct program_case *test,
		     struct netring_xdp_program *program)
{
	memset(program, 0xa5, sizeof(*program)); /* "any content" */
	return netring_xdp_program_open(program, &test->cfg);
}

/* Maps and program; not the link. */
static int descriptors(const struct program_case *test)
{
	return 2 + !!test->cfg.flows;
}

static void close_twice(const struct program_case *test,
			struct netring_xdp_program *program)
{
	uint32_t before;

	wrap.fail_at = 0;
	netring_xdp_program_close(program);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(ports_program(test->cfg.interface), 0);
	assert_int_equal(netring_xdp_program_attached(program), 0);
	before = wrap.count;
	netring_xdp_program_close(program);
	assert_int_equal(wrap.count, before);
}

/* Closing the socket that asks, and reading how many queues there are. */
static int is_harmless(const struct wrap_entry *call)
{
	return call->call == WRAP_CLOSE ||
	       (call->call == WRAP_IOCTL && call->option == SIOCETHTOOL);
}

static int is_load(const struct wrap_entry *call)
{
	return call->call == WRAP_BPF && call->option == BPF_PROG_LOAD;
}

/* Returns whether there was an @n-th call. */
static int fail_open(const struct program_case *test, uint32_t n, int error)
{
	enum netring_step step = NETRING_STEP_NONE;
	struct netring_xdp_program program;
	int r, expected = 0, reached;

	wrap_arm(n, error);
	r = open_case(test, &program);
	reached = !n || wrap.count >= n;
	if (n && reached && !is_harmless(wrap_failed())) {
		expected = -error;
		if (test->cfg.flags & NETRING_XDP_PROGRAM_FRAGMENTS &&
		    error == EINVAL && is_load(wrap_failed()))
			expected = -EOPNOTSUPP; /* as before Linux 5.18 */
		step = xdp_step(wrap_failed());
	}
	if (r != expected || program.step != step)
		wrap_tell(test->name, n, r, program.step);
	assert_int_equal(r, expected);
	assert_int_equal(program.step, step);
	assert_int_equal(wrap_open_descriptors(),
			 r < 0 ? 0 : descriptors(test));
	close_twice(test, &program);
	/* and again */
	assert_int_equal(open_case(test, &program), 0);
	close_twice(test, &program);
	wrap_disarm();
	return reached;
}

/*
 * What becomes of an attach whose link is refused: by EINVAL there are no
 * links, and netlink does it; by EBUSY or EEXIST there is a program, which is
 * what the caller is told (but none is found here); else the next way.
 */
static int expect_link(const struct program_case *test, int error, int *how)
{
	const uint8_t *order = test->cfg.attach;

	*how = order[0] ? order[0] : NETRING_XDP_NATIVE;
	if (error == EINVAL)
		return 0;
	if (error == EBUSY || error == EEXIST)
		return -EBUSY;
	if (order[0] && !order[1])
		return -error;
	*how = order[0] ? order[1] : NETRING_XDP_GENERIC;
	return 0;
}

static int fail_attach(const struct program_case *test, uint32_t n, int error)
{
	enum netring_step step = NETRING_STEP_NONE;
	struct netring_xdp_program program;
	int r, expected = 0, reached, how;
	uint32_t from;

	wrap_arm(0, 0);
	assert_int_equal(open_case(test, &program), 0);
	from = wrap.count;
	wrap.fail_at = n ? from + n : 0;
	wrap.error = error;
	r = netring_xdp_program_attach(&program);
	reached = !n || wrap.count >= from + n;
	failed = wrap_failed()->call;
	expect_link(test, EINVAL, &how);
	if (reached && wrap_failed()->call == WRAP_BPF)
		expected = expect_link(test, error, &how);
	else if (n && reached && !is_harmless(wrap_failed()) &&
		 (error != ENODEV || wrap_failed()->call != WRAP_IOCTL))
		expected = -error; /* by its name, where its index is gone */
	if (expected)
		step = xdp_step(wrap_failed());
	if (r != expected || program.step != step)
		wrap_tell(test->name, n, r, program.step);
	assert_int_equal(r, expected);
	assert_int_equal(program.step, step);
	assert_int_equal(program.foreign, 0);
	assert_int_equal(netring_xdp_program_attached(&program), r ? 0 : how);
	assert_int_equal(!!ports_program(test->cfg.interface), !r);
	wrap.fail_at = 0;
	if (r < 0) { /* it may be tried again */
		assert_int_equal(wrap_open_descriptors(), descriptors(test));
		assert_int_equal(netring_xdp_program_attach(&program), 0);
	}
	/* and attached anew, as after a removal of the interface */
	assert_int_equal(netring_xdp_program_attach(&program), 0);
	assert_int_equal(wrap_open_descriptors(), descriptors(test) + 1);
	close_twice(test, &program);
	wrap_disarm();
	return reached;
}

static void sweep_open(void **state)
{
	const struct program_case *test = *state;
	uint32_t n, e, reached = 1;

	assert_true(fail_open(test, 0, 0));
	for (n = 1; reached; n++)
		for (e = 0; reached && e < COUNT(errors); e++)
			reached = (uint32_t)fail_open(test, n, errors[e]);
	print_message("# %u calls\n", n - 2);
	assert_true(n > 8);
}

/* Attaching takes the kernel a while: each error where it means something. */
static void sweep_attach(void **state)
{
	const struct program_case *test = *state;
	uint32_t n, e, reached = 1, is_link;

	assert_true(fail_attach(test, 0, 0));
	for (n = 1; reached; n++) {
		is_link = 0;
		for (e = 0; reached && e < COUNT(errors); e++) {
			if (e && !is_link)
				continue;
			reached = (uint32_t)fail_attach(
				test, n, errors[is_link ? e : n % 5]);
			is_link = failed == WRAP_BPF;
		}
	}
	print_message("# %u calls\n", n - 2);
	assert_true(n > 7);
}

static void sweep_close(void **state)
{
	const struct program_case *test = *state;
	struct netring_xdp_program program;
	uint32_t n, calls;

	for (n = calls = 0; n <= calls; n++) {
		wrap_arm(0, 0);
		assert_int_equal(open_case(test, &program), 0);
		assert_int_equal(netring_xdp_program_attach(&program), 0);
		assert_int_not_equal(ports_program(test->cfg.interface), 0);
		calls = wrap.count;
		wrap.fail_at = n ? calls + n : 0;
		wrap.error = EIO;
		netring_xdp_program_close(&program);
		calls = wrap.count - calls;
		close_twice(test, &program);
	}
	assert_int_equal(calls, descriptors(test) + 1);
	wrap_disarm();
}

/* Listing flows: what the kernel says comes back, and nothing is left. */
static void lists_flows(void **state)
{
	static const struct program_case flows = {
		"flows", { .interface = "nrb0", .flows = 2 }
	};
	struct netring_xdp_program program;
	uint32_t calls;

	(void)state;
	wrap_arm(0, 0);
	assert_int_equal(open_case(&flows, &program), 0);
	assert_int_equal(netring_xdp_program_add(&program, 17, 53), 0);
	assert_int_equal(netring_xdp_program_add(&program, 17, 53), 0);
	assert_int_equal(netring_xdp_program_add(&program, 6, 53), 0);
	/* the ports are told apart by both of their bytes */
	assert_int_equal(netring_xdp_program_remove(&program, 17, 53 << 8),
			 -ENOENT);
	assert_int_equal(netring_xdp_program_add(&program, 6, 0), -E2BIG);
	assert_int_equal(netring_xdp_program_remove(&program, 6, 53), 0);
	assert_int_equal(netring_xdp_program_remove(&program, 6, 53), -ENOENT);
	assert_int_equal(netring_xdp_program_add(&program, 6, 0), 0);
	wrap.error = EPERM;
	wrap.fail_at = wrap.count + 1;
	assert_int_equal(netring_xdp_program_remove(&program, 6, 0), -EPERM);
	wrap.fail_at = wrap.count + 1;
	assert_int_equal(netring_xdp_program_add(&program, 6, 1), -EPERM);
	close_twice(&flows, &program);
	/* closed, and one that takes every packet: no list, no call */
	calls = wrap.count;
	assert_int_equal(netring_xdp_program_add(&program, 17, 53), -EBADF);
	assert_int_equal(netring_xdp_program_remove(&program, 17, 53), -EBADF);
	assert_int_equal(wrap.count, calls);
	assert_int_equal(open_case(&cases[0], &program), 0);
	calls = wrap.count;
	assert_int_equal(netring_xdp_program_add(&program, 17, 53), -EBADF);
	assert_int_equal(wrap.count, calls);
	close_twice(&cases[0], &program);
	wrap_disarm();
}

int main(void)
{
	static void (*const functions[])(void **) = { sweep_open, sweep_attach,
						      sweep_close };
	struct CMUnitTest tests[3 * COUNT(cases) + 1];
	uint32_t i;

	enter_private_network();
	xdp_need_bpf();
	memset(tests, 0, sizeof(tests));
	for (i = 0; i < 3 * COUNT(cases); i++) {
		tests[i].name = cases[i / 3].name;
		tests[i].test_func = functions[i % 3];
		tests[i].teardown_func = xdp_clean;
		tests[i].initial_state = (void *)(uintptr_t)&cases[i / 3];
	}
	tests[i] = (struct CMUnitTest)cmocka_unit_test_teardown(lists_flows,
								xdp_clean);
	return _cmocka_run_group_tests("xdp_program_open", tests, COUNT(tests),
				       xdp_setup, xdp_teardown);
}
