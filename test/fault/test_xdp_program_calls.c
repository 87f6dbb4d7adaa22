/* SPDX-License-Identifier: MIT */
/* test_xdp_program_calls.c - calls on an open program, and of queues, fail. */
#include "xdp_open_cases.h"

#include <netring/xdp_group.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int errors[] = { EINTR, EPERM,  EINVAL, ENOMEM, E2BIG,
			      EBADF, ENOENT, EMFILE, ENODEV };
static struct netring_xdp_program program;

static int add(void)
{
	return netring_xdp_program_add(&program, 6, 80);
}

static int take_off(void)
{
	return netring_xdp_program_remove(&program, 6, 80);
}

static int add_type(void)
{
	return netring_xdp_program_add_type(&program, 0x0806);
}

static int take_off_type(void)
{
	return netring_xdp_program_remove_type(&program, 0x0806);
}

/* Attached once; when the kernel does not tell, nothing is done. */
static int check(void)
{
	if (!program.wanted_) {
		int armed = wrap.armed;

		wrap.armed = 0;
		assert_int_equal(netring_xdp_program_attach(&program), 0);
		wrap.armed = armed;
	}
	return netring_xdp_program_check(&program);
}

static int always_attached(uint32_t n, int error)
{
	(void)n, (void)error;
	return 0;
}

/* Any descriptor: the kernel is not asked when the call fails. */
static int enter(void)
{
	return netring_xdp_program_register(&program, 0, xdp_map);
}

static int exact(uint32_t n, int error)
{
	return n ? -error : 0;
}

static int expect_register(uint32_t n, int error)
{
	return n ? -error : -ENOTSOCK;
}

static int queues(void)
{
	return netring_xdp_queues("nra0");
}

/* A socket to ask by, the ioctl, and its end, which cannot fail. */
static int expect_queues(uint32_t n, int error)
{
	if (n == 1 || (n == 2 && error == ENODEV))
		return -error;
	return n == 2 ? 1 : (int)XDP_QUEUES; /* not told: one */
}

static const struct call {
	const char *name;
	int (*call)(void);
	int (*expect)(uint32_t n, int error);
	uint32_t calls;
} calls[] = {
	{ "program_add", add, exact, 1 },
	{ "program_remove", take_off, exact, 1 },
	{ "program_add_type", add_type, exact, 1 },
	{ "program_remove_type", take_off_type, exact, 1 },
	{ "program_check", check, always_attached, 1 },
	{ "program_register", enter, expect_register, 1 },
	{ "queues", queues, expect_queues, 3 },
};

static void sweep(void **state)
{
	const struct call *call = *state;
	uint32_t n, e;
	int r, want;

	for (e = 0; e < COUNT(errors); e++)
		for (n = 0; n <= call->calls; n++) {
			wrap_disarm();
			if (call->call == take_off)
				add();
			if (call->call == take_off_type)
				add_type();
			wrap_arm(n, errors[e]);
			r = call->call();
			want = call->expect(n, errors[e]);
			if (r != want)
				print_message("# %s, call %u by %d: %d\n",
					      call->name, n, errors[e], r);
			assert_int_equal(r, want);
			if (r >= 0 || n != 1)
				assert_int_equal(wrap.count, call->calls);
			assert_int_equal(wrap_open_descriptors(), 0);
			wrap_disarm();
			/* as before: the next one does its work */
			want = call->expect(0, 0);
			if ((call->call == take_off ||
			     call->call == take_off_type) &&
			    r == 0)
				want = -ENOENT;
			assert_int_equal(call->call(), want);
		}
}

static int setup(void **state)
{
	const struct netring_xdp_program_config cfg = { .interface = "nrb0",
							.flows = 4 };
	int r = xdp_setup(state);

	if (r || xdp_map < 0)
		return r;
	return netring_xdp_program_open(&program, &cfg);
}

static int teardown(void **state)
{
	netring_xdp_program_close(&program);
	return xdp_teardown(state);
}

int main(void)
{
	struct CMUnitTest tests[COUNT(calls)];
	uint32_t i;

	enter_private_network();
	xdp_need_bpf();
	memset(tests, 0, sizeof(tests));
	for (i = 0; i < COUNT(calls); i++) {
		tests[i].name = calls[i].name;
		tests[i].test_func = sweep;
		tests[i].teardown_func = xdp_clean;
		tests[i].initial_state = (void *)(uintptr_t)&calls[i];
	}
	return _cmocka_run_group_tests("xdp_program_calls", tests, i, setup,
				       teardown);
}
