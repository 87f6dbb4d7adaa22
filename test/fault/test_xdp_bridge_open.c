/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_open.c - every call of an AF_XDP bridge's open and close. */
#include "xdp_open_cases.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <netring/xdp_bridge.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LINK_CREATE 28

static const int errors[] = { EPERM, EINTR, ENOMEM, ENODEV, EACCES };
static const int meanings[] = { EINVAL, EBUSY }; /* of a link */
static const struct xdp_case plain = { "plain", 0, { 0 } };
static const char *const ports[] = { "nra0", "nrb0" };

struct bridge_case {
	const char *name;
	uint32_t flags;
	uint32_t flows;
};

static const struct bridge_case cases[] = {
	{ "plain", 0, 0 },
	{ "kept offloads, flows",
	  NETRING_XDP_BRIDGE_KEEP_OFFLOADS | NETRING_XDP_BRIDGE_HOLD, 8 },
};

static struct netring_xdp_bridge br;
static uint32_t turn;
static uint8_t order[2];	 /* of binding */
static struct wrap_entry failed; /* the call that failed last */

/* GRO is of the test's making; TSO is a veth's own, as long as it has no
 * program, so only GRO is looked at. */
static void offloads_on(void)
{
	int i;

	for (i = 0; i < 2; i++)
		assert_int_equal(ports_ethtool(ports[i], ETHTOOL_SGRO, 1), 1);
}

static int offloads(void)
{
	return ports_ethtool(ports[0], ETHTOOL_GGRO, 0) +
	       ports_ethtool(ports[1], ETHTOOL_GGRO, 0);
}

static int open_case(const struct bridge_case *test)
{
	struct netring_xdp_bridge_config cfg = {
		.interface = { ports[0], ports[1] },
		.flags = test->flags,
		.socket = { .umem = &xdp_umem },
		.port = { { .queue = turn % XDP_QUEUES, .flows = test->flows },
			  { .queue = turn % XDP_QUEUES,
			    .flows = test->flows } },
	};

	turn++;
	memcpy(cfg.socket.bind, order, sizeof(order));
	memset(&br, 0xa5, sizeof(br)); /* "any content" */
	return netring_xdp_bridge_open(&br, &cfg);
}

static uint32_t calls_of(enum wrap_call call, uint32_t n, int level)
{
	uint32_t i, count = 0;

	for (i = 0; i < n; i++)
		count += wrap.log[i].call == call && wrap.log[i].level == level;
	return count;
}

/* The bridge's own socket for questions; three a port for its queues, its
 * program and its socket; one for each that is attached. */
static int port_of(uint32_t n)
{
	static const int ports_of[] = { 0, 0, 0, 0, 0, 1, 1, 1, 0, 1 };

	return ports_of[calls_of(WRAP_SOCKET, n, AF_UNIX)];
}

static enum netring_step step_of(uint32_t n)
{
	return n == 1 ? NETRING_STEP_SOCKET : xdp_step(wrap_failed());
}

/* Asked last, by the bridge's own socket, which is the first. */
static int of_offloads(uint32_t n)
{
	uint32_t i;

	for (i = 0; i + 1 < n; i++)
		if (wrap.log[i].call == WRAP_IOCTL &&
		    wrap.log[i].fd < wrap.log[n - 1].fd)
			return 0;
	return calls_of(WRAP_SOCKET, n, AF_UNIX) == 9;
}

/* 0: no reason to give up, or what is told. */
static int expect(uint32_t n, int error)
{
	const struct wrap_entry *call = wrap_failed();

	switch (call->call) {
	case WRAP_CLOSE:
		return 0;
	case WRAP_IOCTL: /* offloads; how many queues there are */
		if (call->option == SIOCGIFNAME && of_offloads(n))
			return 0;
		if (call->option != SIOCETHTOOL) /* again: by its name */
			return error == ENODEV && calls_of(WRAP_SOCKET, n,
							   AF_UNIX) > 7 ?
				       0 :
				       -error;
		return call->level == ETHTOOL_GCHANNELS && error == ENODEV &&
				       wrap.log[n - 2].call == WRAP_SOCKET &&
				       calls_of(WRAP_SOCKET, n, AF_UNIX) % 3 ==
					       2 ?
			       -ENODEV :
			       0;
	case WRAP_BIND: /* zero-copy, of the first; the other one shares, and
			 * if it cannot, both copy */
		return calls_of(WRAP_BIND, n, 0) == 1 && error != ENETDOWN &&
				       error != ENODEV && error != EPERM ?
			       0 :
			       -error;
	case WRAP_BPF:
		if (call->option != LINK_CREATE)
			return -error;
		/* another way, or none leads past it */
		return error == EBUSY || error == EEXIST ? -EBUSY : 0;
	default:
		return -error;
	}
}

static void nothing_left(void)
{
	uint32_t before;

	wrap.fail_at = 0;
	netring_xdp_bridge_close(&br);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	assert_int_equal(ports_program(ports[0]), 0);
	assert_int_equal(ports_program(ports[1]), 0);
	xdp_frames_are_free(&plain);
	before = wrap.count;
	netring_xdp_bridge_close(&br);
	assert_int_equal(wrap.count, before);
}

/* Returns whether there was an @n-th call. */
static int fail_open(const struct bridge_case *test, uint32_t n, int error)
{
	enum netring_step step = NETRING_STEP_NONE;
	const struct wrap_entry *call;
	int r, reached, expected = 0, kept;

	offloads_on();
	xdp_begin(&plain);
	xdp_arm(n, error);
	r = open_case(test);
	reached = !n || wrap.count >= n;
	call = wrap_failed();
	failed = *call;
	if (n && reached)
		expected = expect(n, error);
	if (expected)
		step = step_of(n);
	if (r != expected || br.step != step ||
	    (r < 0 && br.port != port_of(n)))
		print_message("# %s, call %u: %s %d %d by %d: %d, %s, %d\n",
			      test->name, n, wrap_name(call), call->level,
			      call->option, error, r,
			      netring_step_name(br.step), br.port);
	assert_int_equal(r, expected);
	assert_int_equal(br.step, step);
	if (r < 0) {
		assert_int_equal(br.port, port_of(n));
		assert_int_equal(br.foreign, 0);
		/* all is given back before anybody closes it */
		assert_int_equal(wrap_open_descriptors(), 0);
		assert_int_equal(wrap_open_mappings(), 0);
		assert_int_equal(ports_program(ports[0]), 0);
		assert_int_equal(offloads(), 2);
	} else {
		kept = test->flags & NETRING_XDP_BRIDGE_KEEP_OFFLOADS;
		if (kept || !reached ||
		    (call->option != SIOCETHTOOL &&
		     call->option != SIOCGIFNAME))
			assert_int_equal(offloads(), kept ? 2 : 0);
		assert_int_not_equal(ports_program(ports[0]), 0);
		assert_int_not_equal(ports_program(ports[1]), 0);
		assert_int_equal(wrap_open_mappings(), 8);
	}
	nothing_left();
	assert_int_equal(offloads(), 2);
	wrap_disarm();
	xdp_end(&plain);
	/* opened again, on a UMEM that is new again */
	if (r < 0 && n % 8 == 0) {
		xdp_begin(&plain);
		xdp_arm(0, 0);
		assert_int_equal(open_case(test), 0);
		nothing_left();
		xdp_end(&plain);
	}
	return reached;
}

static void sweep_open(void **state)
{
	const struct bridge_case *test = *state;
	uint32_t n, e;

	assert_true(fail_open(test, 0, 0));
	for (n = 1; fail_open(test, n, errors[n % COUNT(errors)]);
	     n += test->flows ? 3 : 1) { /* it takes the kernel long */
		if (failed.call == WRAP_BIND)
			fail_open(test, n, EOPNOTSUPP);
		for (e = 0; e < COUNT(meanings); e++)
			if (failed.call == WRAP_BPF &&
			    failed.option == LINK_CREATE)
				fail_open(test, n, meanings[e]);
	}
	print_message("# %u calls\n", n - 1);
	assert_true(n > 60);
}

/* Whatever complains: the rest is given back, the other offloads too. */
static void sweep_close(void **state)
{
	const struct bridge_case *test = *state;
	uint32_t n, i, calls, asked;
	int ethtool;

	for (n = calls = 0; n <= calls; n++) {
		offloads_on();
		xdp_begin(&plain);
		xdp_arm(0, 0);
		assert_int_equal(open_case(test), 0);
		calls = wrap.count;
		wrap.fail_at = n ? calls + n : 0;
		wrap.error = EIO;
		netring_xdp_bridge_close(&br);
		ethtool = n && wrap_failed()->option == SIOCETHTOOL &&
			  (wrap_failed()->level == ETHTOOL_GGRO ||
			   wrap_failed()->level == ETHTOOL_SGRO);
		/* or of a port that was not asked, having told no name */
		for (i = calls, asked = 0; i < wrap.count; i++)
			asked += wrap.log[i].level == ETHTOOL_GGRO &&
				 wrap.log[i].option == SIOCETHTOOL;
		ethtool |= asked == 1;
		calls = wrap.count - calls;
		assert_int_equal(2 - offloads(), ethtool);
		nothing_left();
		wrap_disarm();
		xdp_end(&plain);
	}
	assert_true(calls >= 19); /* 8 maps, and each descriptor */
}

static int zero_copies; /* the first socket's device does */
static int (*patient)(int fd, const void *address);

/* The first one's device could be zero-copy, the other one's could not. */
static int of_one(int fd, const void *address)
{
	struct nr_sockaddr_xdp to;

	memcpy(&to, address, sizeof(to));
	if (!(to.flags & NR_XDP_SHARED_UMEM)) {
		zero_copies = to.flags & NR_XDP_ZEROCOPY;
		to.flags &= (uint16_t)~NR_XDP_ZEROCOPY;
	} else if (zero_copies) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return patient(fd, &to);
}

/* Then both copy, but where the caller has ordered what to try. */
static void zero_copy_of_one(void **state)
{
	static const uint8_t orders[][2] = {
		{ 0, 0 },
		{ NETRING_XDP_ZEROCOPY, NETRING_XDP_COPY },
		{ NETRING_XDP_COPY, NETRING_XDP_ZEROCOPY },
	};
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < COUNT(orders); i++) {
		xdp_begin(&plain);
		xdp_arm(0, 0);
		patient = wrap.bind;
		wrap.bind = of_one;
		memcpy(order, orders[i], sizeof(order));
		r = open_case(&cases[0]);
		memset(order, 0, sizeof(order));
		assert_int_equal(r, i == 1 ? -EOPNOTSUPP : 0);
		assert_int_equal(br.step, i == 1 ? NETRING_STEP_BIND :
						   NETRING_STEP_NONE);
		assert_int_equal(calls_of(WRAP_BIND, wrap.count, 0),
				 i == 0 ? 4 : 2);
		if (i == 1)
			assert_int_equal(br.port, 1);
		else
			assert_int_equal(
				netring_xdp_bound(&br.port_[0].xdp) |
					netring_xdp_bound(&br.port_[1].xdp),
				NETRING_XDP_COPY);
		nothing_left();
		wrap_disarm();
		xdp_end(&plain);
	}
}

static int taken_ms; /* as the pauses go */

static int taken_bind(int fd, const void *address)
{
	if (taken_ms <= 0)
		return patient(fd, address);
	errno = EBUSY;
	return -1;
}

static int pass_time(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)fds;
	assert_int_equal(count, 0);
	taken_ms -= timeout;
	return 0;
}

/* A queue comes back late: for the one who opens it is waited longer than for
 * a port that comes back, with the other one at work. */
static void queue_taken(void **state)
{
	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	patient = wrap.bind;
	wrap.bind = taken_bind;
	wrap.poll = pass_time;
	taken_ms = 200;
	wrap.endless = 1;
	assert_int_equal(open_case(&cases[0]), 0);
	taken_ms = 200;
	assert_int_equal(netring_xdp_reopen(&br.port_[0].xdp), -EBUSY);
	assert_in_range(taken_ms, 100, 110);
	taken_ms = 0;
	nothing_left();
	wrap_disarm();
	xdp_end(&plain);
}

int main(void)
{
	struct CMUnitTest tests[2 * COUNT(cases) + 2];
	uint32_t i;

	enter_private_network();
	xdp_need_bpf();
	memset(tests, 0, sizeof(tests));
	tests[2 * COUNT(cases)] = (struct CMUnitTest)cmocka_unit_test_teardown(
		zero_copy_of_one, xdp_clean);
	tests[2 * COUNT(cases) + 1] =
		(struct CMUnitTest)cmocka_unit_test_teardown(queue_taken,
							     xdp_clean);
	for (i = 0; i < 2 * COUNT(cases); i++) {
		tests[i].name = cases[i / 2].name;
		tests[i].test_func = i % 2 ? sweep_close : sweep_open;
		tests[i].teardown_func = xdp_clean;
		tests[i].initial_state = (void *)(uintptr_t)&cases[i / 2];
	}
	return _cmocka_run_group_tests("xdp_bridge_open", tests, COUNT(tests),
				       xdp_setup, xdp_teardown);
}
