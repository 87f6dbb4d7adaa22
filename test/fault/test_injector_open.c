/* SPDX-License-Identifier: MIT */
/* test_injector_open.c - every system call of an injector's open fails. */
/* netring-test: fuller */
#include "capture_open_cases.h"
#include "veth_pairs.h"

#include <netring/injector.h>

#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MEMORY 65536u
#define LO .interface = "lo"

static const int errors[] = {
	EINTR, ENOMEM, EPERM, EINVAL, ENODEV, ENOPROTOOPT
};
static int other_netns, adopted;

struct injector_case {
	const char *name;
	struct netring_injector_config cfg;
	uint32_t calls; /* that an open makes */
};

#define CASE(title, number, ...)                          \
	{                                                 \
		.name = title, .calls = number,           \
		.cfg = { .memory = MEMORY, __VA_ARGS__ }, \
	}

/* socket, version, loss, vnet header, ring, map, type, MTU, index, flags, bind:
 * eleven */
static const struct injector_case cases[] = {
	CASE("plain", 11, LO),
	CASE("index", 12, .ifindex = 1),
	CASE("vnet", 11, LO, .flags = NETRING_INJECTOR_VNET_HDR),
	CASE("options", 15, LO, .flags = NETRING_INJECTOR_QDISC_BYPASS,
	     .send_buffer = 100000, .priority = 3, .mark = 7),
	CASE("times", 13, LO, .txtime_clock = CLOCK_MONOTONIC,
	     .flags = NETRING_INJECTOR_TIMESTAMP | NETRING_INJECTOR_TXTIME),
	CASE("sizes", 11, LO, .block_size = 8192, .block_count = 3,
	     .frame_size = 1536),
	CASE("namespace", 15, LO, .netns = &other_netns),
	CASE("adopt", 14, LO, .socket = &adopted),
	CASE("much at once", 20, LO, .socket = &adopted, .max_packet = 9000,
	     .txtime_clock = CLOCK_MONOTONIC, .send_buffer = 100000,
	     .priority = 3, .mark = 7,
	     .flags = NETRING_INJECTOR_VNET_HDR | NETRING_INJECTOR_TXTIME |
		      NETRING_INJECTOR_QDISC_BYPASS |
		      NETRING_INJECTOR_TIMESTAMP),
};

/* It really sends: seen at lo by a socket of the test's own. */
static void sends(const struct injector_case *test,
		  struct netring_injector *inj)
{
	uint8_t frame[60] = { [12] = 0x88, [13] = 0xb5 };

	if (test->cfg.flags & NETRING_INJECTOR_TXTIME)
		return; /* no qdisc here knows what to do with it */
	assert_int_equal(netring_injector_send(inj, frame, sizeof(frame), 0),
			 0);
	assert_int_equal(netring_injector_drain(inj, netring_clock_ms() + 500),
			 0);
	assert_int_equal(inj->stats_.accepted, 1);
}

static int adopts(const struct injector_case *test)
{
	return test->cfg.socket != NULL;
}

static void give_up_twice(struct netring_injector *inj, uint32_t calls)
{
	uint32_t before = wrap.count;

	assert_int_equal(netring_injector_close(inj), 0);
	assert_int_equal(wrap.count - before, calls);
	assert_int_equal(netring_injector_close(inj), 0);
	assert_int_equal(wrap.count - before, calls);
	assert_int_equal(netring_injector_fd(inj), -1);
}

static void was_opened(const struct injector_case *test,
		       struct netring_injector *inj, uint32_t n)
{
	assert_int_equal(inj->step, NETRING_STEP_NONE);
	assert_int_equal(inj->reason, NETRING_GEOMETRY_OK);
	assert_int_equal(wrap_open_descriptors(), 1);
	assert_int_equal(wrap_open_mappings(), 1);
	if (!n)
		assert_int_equal(wrap.count, test->calls);
	if (adopts(test))
		assert_int_equal(netring_injector_fd(inj), adopted);
	wrap.fail_at = 0;
	sends(test, inj);
	give_up_twice(inj, 2);
	assert_int_equal(wrap_open_descriptors(), 0);
}

static void was_refused(const struct injector_case *test,
			struct netring_injector *inj, int r, int error)
{
	const struct wrap_entry *call = wrap_failed();

	if (r != -error || inj->step != wrap_step(call))
		print_message("# %s: %s %d %d by %d: %d, %s\n", test->name,
			      wrap_name(call), call->level, call->option, error,
			      r, netring_step_name(inj->step));
	assert_int_equal(r, -error);
	assert_int_equal(inj->step, wrap_step(call));
	assert_int_equal(netring_injector_fd(inj), -1);
	assert_null(inj->ring_);
	assert_int_equal(wrap_open_descriptors(), adopts(test));
	give_up_twice(inj, 0);
	assert_int_equal(wrap_open_descriptors(), adopts(test));
}

/* Returns whether there was an @n-th call. */
static int fail_one(const struct injector_case *test, uint32_t n, int error)
{
	struct netring_injector inj;
	int r, reached;

	if (adopts(test))
		adopted = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	memset(&inj, 0xa5, sizeof(inj)); /* "any content" */
	wrap_arm(n, error);
	if (adopts(test))
		wrap_give(adopted);
	r = netring_injector_open(&inj, &test->cfg);
	reached = !n || wrap.count >= n;
	/* of /proc/.../net, when all is done */
	if (!n || !reached || wrap_failed()->call == WRAP_CLOSE) {
		if (r < 0)
			print_message("# %s: %d, %s\n", test->name, r,
				      netring_step_name(inj.step));
		assert_int_equal(r, 0);
		was_opened(test, &inj, n);
	} else {
		was_refused(test, &inj, r, error);
	}
	assert_int_equal(wrap_open_mappings(), 0);
	if (!at_home()) {
		assert_int_equal(wrap_failed()->call, WRAP_SETNS);
		go_home();
	}
	wrap_disarm();
	if (adopts(test) && r < 0)
		assert_int_equal(close(adopted), 0); /* was left to us */
	return reached;
}

static void sweep(void **state)
{
	const struct injector_case *test = *state;
	uint32_t n, e;

	assert_true(fail_one(test, 0, 0));
	for (n = 1; fail_one(test, n, errors[0]); n++)
		for (e = 1; e < COUNT(errors); e++)
			if (getenv("NETRING_FULL") || n % COUNT(errors) == e)
				fail_one(test, n, errors[e]);
	assert_int_equal(n - 1, test->calls);
}

static int setup(void **state)
{
	int r = configs_setup(state);

	other_netns = elsewhere();
	return r;
}

int main(void)
{
	struct CMUnitTest tests[COUNT(cases)];
	uint32_t i;

	enter_private_network();
	memset(tests, 0, sizeof(tests));
	for (i = 0; i < COUNT(cases); i++) {
		tests[i].name = cases[i].name;
		tests[i].test_func = sweep;
		tests[i].initial_state = (void *)(uintptr_t)&cases[i];
	}
	return _cmocka_run_group_tests("injector_open", tests, COUNT(cases),
				       setup, configs_teardown);
}
