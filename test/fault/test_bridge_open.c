/* SPDX-License-Identifier: MIT */
/* test_bridge_open.c - every system call of a bridge's open and close fails. */
/* netring-test: fuller */
#include "veth_pairs.h"

#include "bridge.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdlib.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const int errors[] = { EPERM,  EINTR,	  ENOMEM,
			      ENODEV, EOPNOTSUPP, ENOPROTOOPT };
static uint32_t buffer[NETRING_BRIDGE_OVERSIZE / 4];
static const char *const ports[] = { "nra0", "nrb0" };

struct bridge_case {
	const char *name;
	uint32_t flags;
	int oversize;
	int keeps;			      /* offloads stay as they are */
	uint32_t send_buffer, priority, mark; /* of port 1 */
};

static const struct bridge_case cases[] = {
	{ "small", 0, 0, 0, 0, 0, 0 },
	{ "small, oversize", NETRING_BRIDGE_HOLD, 1, 0, 10000, 5, 77 },
	{ "small, kept", NETRING_BRIDGE_KEEP_OFFLOADS, 1, 1, 0, 0, 0 },
	{ "large", NETRING_BRIDGE_LARGE | NETRING_BRIDGE_LINK_LOCAL, 0, 1, 0, 0,
	  0 },
};

/* GRO is of the test's making, TSO is a veth's own; lo and veth have no LRO. */
static void offloads_on(void)
{
	int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(ports_ethtool(ports[i], ETHTOOL_SGRO, 1), 1);
		assert_int_equal(ports_ethtool(ports[i], ETHTOOL_STSO, 1), 1);
	}
}

static void offloads_are(int on)
{
	int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(ports_ethtool(ports[i], ETHTOOL_GGRO, 0), on);
		assert_int_equal(!!ports_ethtool(ports[i], ETHTOOL_GTSO, 0),
				 on);
	}
}

/* One of the ioctls behind the last of the sockets. */
static int is_of_offloads(uint32_t n)
{
	uint32_t i, sockets = 0;

	for (i = 0; i < n; i++)
		sockets += wrap.log[i].call == WRAP_SOCKET;
	return sockets == 6 && (wrap.log[n - 1].option == SIOCETHTOOL ||
				wrap.log[n - 1].option == SIOCGIFNAME);
}

/* The socket that a call belongs to says whose part of the open it is: one of
 * each port's own, then two of direction 0 and two of direction 1. */
static int port_of(uint32_t n)
{
	static const int ports_of_sockets[] = { 0, 0, 1, 0, 1, 1, 0 };
	uint32_t i, sockets = 0, passed = 0;

	for (i = 0; i < n; i++) {
		sockets += wrap.log[i].call == WRAP_SOCKET;
		passed += i < n - 1 && wrap.log[i].option == SIOCETHTOOL &&
			  wrap.log[i].level == ETHTOOL_GFLAGS;
	}
	/* at the end the offloads of each are looked at, then turned off */
	if (is_of_offloads(n))
		return passed & 1;
	return ports_of_sockets[sockets];
}

/* A reading of an offload that fails says that the device has none. */
static int is_reading(uint32_t n)
{
	return wrap.log[n - 1].level == ETHTOOL_GGRO ||
	       wrap.log[n - 1].level == ETHTOOL_GTSO ||
	       wrap.log[n - 1].level == ETHTOOL_GFLAGS;
}

/* Is a failed call no reason to give up? */
static int has_fallback(const struct bridge_case *test, uint32_t n, int error)
{
	const struct wrap_entry *call = wrap_failed();

	if (is_of_offloads(n))
		return test->oversize || is_reading(n) ||
		       (call->option == SIOCGIFNAME && error == ENODEV);
	if (call->level == SOL_PACKET && call->option == PACKET_IGNORE_OUTGOING)
		return error == ENOPROTOOPT; /* filtered by the walk */
	/* then SO_RCVBUF */
	return call->level == SOL_SOCKET && call->option == SO_RCVBUFFORCE;
}

static void open_case(const struct bridge_case *test, struct netring_bridge *br,
		      int *result)
{
	struct netring_bridge_config cfg = {
		.interface = { ports[0], ports[1] },
		.flags = test->flags,
		.oversize = test->oversize ? buffer : NULL,
		.oversize_size = test->oversize ? sizeof(buffer) : 0,
		.port[1].send_buffer = test->send_buffer,
		.port[1].priority = test->priority,
		.port[1].mark = test->mark,
	};

	memset(br, 0xa5, sizeof(*br)); /* "any content" */
	*result = netring_bridge_open(br, &cfg);
}

static int option_of(int fd, int option)
{
	socklen_t size = sizeof(int);
	int value = -1;

	assert_int_equal(real_getsockopt(fd, SOL_SOCKET, option, &value, &size),
			 0);
	return value;
}

/* Of what sends out of a port, by its ring and without: each its own. */
static void options_are(const struct bridge_case *test,
			const struct netring_bridge *br)
{
	int i, k, fds[2];

	for (i = 0; i < 2; i++) {
		fds[0] = br->port_[i].fd_ - 1;
		fds[1] = br->port_[i].injector.fd_ - 1;
		for (k = 0; k < 2; k++) {
			assert_int_equal(option_of(fds[k], SO_PRIORITY),
					 i ? test->priority : 0);
			assert_int_equal(option_of(fds[k], SO_MARK),
					 i ? test->mark : 0);
			assert_int_equal(option_of(fds[k], SO_SNDBUF) ==
						 2 * (int)test->send_buffer,
					 i && test->send_buffer);
		}
	}
	assert_int_not_equal(br->port_[0].fd_, br->port_[1].fd_);
}

static void close_twice(struct netring_bridge *br)
{
	uint32_t before;

	netring_bridge_close(br);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	before = wrap.count;
	netring_bridge_close(br);
	assert_int_equal(wrap.count, before);
}

/* Returns whether there was an @n-th call. */
static int fail_open(const struct bridge_case *test, uint32_t n, int error)
{
	const struct wrap_entry *call;
	struct netring_bridge br;
	int r, reached, expected = 0;
	enum netring_step step = NETRING_STEP_NONE;

	offloads_on();
	wrap_arm(n, error);
	open_case(test, &br, &r);
	reached = !n || wrap.count >= n;
	call = wrap_failed();
	if (n && reached && !has_fallback(test, n, error)) {
		expected = -error;
		step = is_of_offloads(n) ? NETRING_STEP_OFFLOAD :
					   wrap_step(call);
	}
	if (r != expected || br.step != step)
		wrap_tell(test->name, n, r, br.step);
	assert_int_equal(r, expected);
	assert_int_equal(br.step, step);
	assert_int_equal(wrap_open_descriptors(), r < 0 ? 0 : 6);
	assert_int_equal(wrap_open_mappings(), r < 0 ? 0 : 4);
	if (r < 0 && br.port != port_of(n))
		print_message("# %s, call %u: %s %d %d: port %d\n", test->name,
			      n, wrap_name(call), call->level, call->option,
			      br.port);
	if (r < 0)
		assert_int_equal(br.port, port_of(n));
	wrap.fail_at = 0;
	if (!n) {
		offloads_are(test->keeps);
		options_are(test, &br);
	}
	close_twice(&br);
	wrap_disarm();
	offloads_are(1);
	return reached;
}

/*
 * Closing six packet sockets takes the kernel a tenth of a second, so each
 * call fails by one error, in turn. NETRING_FULL: by all.
 */
static void sweep_open(void **state)
{
	const struct bridge_case *test = *state;
	uint32_t n, e, reached = 1;

	assert_true(fail_open(test, 0, 0));
	for (n = 1; reached; n++)
		for (e = 0; reached && e < COUNT(errors); e++)
			if (n % COUNT(errors) == e ||
			    (e &&
			     wrap_failed()->option == PACKET_IGNORE_OUTGOING) ||
			    getenv("NETRING_FULL"))
				reached =
					(uint32_t)fail_open(test, n, errors[e]);
	print_message("# %u calls\n", n - 2);
	assert_true(n > 40);
}

/* Whatever complains: the rest is given back, the other offloads too. */
static void sweep_close(void **state)
{
	const struct bridge_case *test = *state;
	struct netring_bridge br;
	int r, i, off, ethtool;
	uint32_t n, calls;

	for (n = calls = 0; n <= calls; n++) {
		offloads_on();
		wrap_arm(0, 0);
		open_case(test, &br, &r);
		assert_int_equal(r, 0);
		calls = wrap.count;
		wrap.fail_at = n ? calls + n : 0;
		wrap.error = EIO;
		netring_bridge_close(&br);
		calls = wrap.count - calls;
		ethtool = n && (wrap_failed()->option == SIOCETHTOOL ||
				wrap_failed()->option == SIOCGIFNAME);
		/* the caller can see it, unless the device has none now */
		assert_int_equal(br.step == NETRING_STEP_OFFLOAD,
				 ethtool && !is_reading(wrap.fail_at));
		wrap.fail_at = 0;
		close_twice(&br);
		wrap_disarm();
		for (i = off = 0; i < 2; i++) {
			off += !ports_ethtool(ports[i], ETHTOOL_GGRO, 0);
			off += !ports_ethtool(ports[i], ETHTOOL_GTSO, 0);
		}
		assert_int_equal(off, ethtool);
	}
	/* GRO and TSO read and written at either end, each with the name
	 * looked up; 4 maps, 6 sockets */
	assert_int_equal(calls, test->keeps ? 10 : 22);
}

static void refused(void **state)
{
	static const struct {
		struct netring_bridge_config cfg;
		int result;
		enum netring_step step;
		int port;
	} rows[] = {
		{ { .interface = { NULL, "nra0" } },
		  -EINVAL,
		  NETRING_STEP_CONFIG,
		  0 },
		{ { .interface = { "nra0", NULL } },
		  -EINVAL,
		  NETRING_STEP_CONFIG,
		  -1 },
		{ { .interface = { "nra0", "nra0" } },
		  -EINVAL,
		  NETRING_STEP_CONFIG,
		  -1 },
		{ { .interface = { "nonesuch0", "nra0" } },
		  -ENODEV,
		  NETRING_STEP_INTERFACE,
		  0 },
		{ { .interface = { "nra0", "nonesuch0" } },
		  -ENODEV,
		  NETRING_STEP_INTERFACE,
		  1 },
		{ { .interface = { "nra0", "sixteen-letters-" } },
		  -ENODEV,
		  NETRING_STEP_INTERFACE,
		  1 },
		{ { .interface = { "nra0", "nrb0" },
		    .port[0].rx_memory = 1000 },
		  -EINVAL,
		  NETRING_STEP_GEOMETRY,
		  0 },
		{ { .interface = { "nra0", "nrb0" },
		    .port[1].tx_memory = 1000 },
		  -EINVAL,
		  NETRING_STEP_GEOMETRY,
		  1 },
		{ { .interface = { "nra0", "nrb0" },
		    .port[1].rx_memory = 4096,
		    .flags = NETRING_BRIDGE_LARGE },
		  -EINVAL,
		  NETRING_STEP_GEOMETRY,
		  1 },
		{ { .interface = { "nra0", "nrb0" },
		    .flags = NETRING_BRIDGE_KEEP_OFFLOADS },
		  -EINVAL,
		  NETRING_STEP_OFFLOAD,
		  0 },
	};
	struct netring_bridge br;
	uint32_t i;
	int r;

	(void)state;
	offloads_on();
	for (i = 0; i < COUNT(rows); i++) {
		memset(&br, 0xa5, sizeof(br));
		wrap_arm(0, 0);
		r = netring_bridge_open(&br, &rows[i].cfg);
		if (r != rows[i].result || br.step != rows[i].step)
			print_message("# row %u: %d, %s\n", i, r,
				      netring_step_name(br.step));
		assert_int_equal(r, rows[i].result);
		assert_int_equal(br.step, rows[i].step);
		if (rows[i].port >= 0)
			assert_int_equal(br.port, rows[i].port);
		assert_int_equal(!!br.reason,
				 rows[i].step == NETRING_STEP_GEOMETRY);
		assert_int_equal(wrap_open_descriptors(), 0);
		assert_int_equal(wrap_open_mappings(), 0);
		close_twice(&br);
		wrap_disarm();
		offloads_are(1);
	}
}

/* Made again while the bridge runs: its offloads are off, and on at close. */
static void new_interface(void **state)
{
	struct netring_bridge br;
	int r, i;

	(void)state;
	offloads_on();
	open_case(&cases[0], &br, &r);
	assert_int_equal(r, 0);
	ports_remove("nrb0");
	for (i = 0; i < 5; i++)
		assert_true(netring_bridge_step(&br, 20) >= 0);
	ports_add("nrb0", "nrb1");
	ports_ethtool("nrb0", ETHTOOL_SGRO, 1);
	assert_int_equal(ports_ethtool("nrb0", ETHTOOL_GGRO, 0), 1);
	for (i = 0; i < 100 && ports_ethtool("nrb0", ETHTOOL_GGRO, 0); i++)
		assert_true(netring_bridge_step(&br, 20) >= 0);
	offloads_are(0);
	netring_bridge_close(&br);
	offloads_are(1);
}

/* What was off before stays off. */
static void off_before(void **state)
{
	struct netring_bridge br;
	int r;

	(void)state;
	offloads_on();
	ports_ethtool("nra0", ETHTOOL_SGRO, 0);
	open_case(&cases[0], &br, &r);
	assert_int_equal(r, 0);
	netring_bridge_close(&br);
	assert_int_equal(ports_ethtool("nra0", ETHTOOL_GGRO, 0), 0);
	assert_int_equal(ports_ethtool("nrb0", ETHTOOL_GGRO, 0), 1);
}

int main(void)
{
	struct CMUnitTest tests[2 * COUNT(cases) + 3] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(new_interface),
		cmocka_unit_test(off_before),
	};
	uint32_t i;

	enter_private_network();
	for (i = 0; i < 2 * COUNT(cases); i++) {
		tests[3 + i].name = cases[i / 2].name;
		tests[3 + i].test_func = i % 2 ? sweep_close : sweep_open;
		tests[3 + i].initial_state = (void *)(uintptr_t)&cases[i / 2];
	}
	return _cmocka_run_group_tests("bridge_open", tests, COUNT(tests),
				       ports_setup, ports_teardown);
}
