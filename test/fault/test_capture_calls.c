/* SPDX-License-Identifier: MIT */
/* test_capture_calls.c - calls on an open capture whose system calls fail. */
#include "capture_open_cases.h"

#include <linux/filter.h>

static const int errors[] = { EINTR, EPERM, EINVAL, ENODEV, ENOMEM };

#define ERRORS (sizeof(errors) / sizeof(errors[0]))

static const struct netring_instruction code[] = { { BPF_RET | BPF_K, 0, 0,
						     50 } };
static const struct netring_filter filter = { code, 1 };
static struct netring_capture cap;
static struct netring_capture_stats total;

static int set_filter(void)
{
	return netring_capture_set_filter(&cap, &filter);
}

static int detach_filter(void)
{
	return netring_capture_detach_filter(&cap);
}

static int lock_filter(void)
{
	return netring_capture_lock_filter(&cap);
}

static int rebind(void)
{
	return netring_capture_rebind(&cap);
}

static int read_stats(void)
{
	return netring_capture_read_stats(&cap, &total, &total);
}

static int wait_for(void)
{
	return netring_capture_wait(&cap, 0);
}

static int receive(void)
{
	struct netring_packet pkt;

	return netring_capture_receive(&cap, &pkt, 0);
}

/* POLLERR, so that the error is fetched and the binding looked at. */
static int poll_error(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)timeout;
	assert_int_equal(count, 1);
	fds->revents = POLLERR;
	return 1;
}

static int link_is_down(int fd, int level, int option, void *value,
			socklen_t *size)
{
	if (level != SOL_SOCKET || option != SO_ERROR)
		return real_getsockopt(fd, level, option, value, size);
	*(int *)value = ENETDOWN;
	return 0;
}

struct call {
	const char *name;
	int (*call)(void);
	uint32_t calls;	  /* that it makes when all goes well */
	uint32_t steps;	  /* does it set cap.step? */
	int result;	  /* then */
	int pollerr;	  /* with these answers */
	uint32_t ignored; /* calls whose error does not matter, a bit each */
};

static const struct call calls[] = {
	{ "set_filter", set_filter, 1, 1, 0, 0, 0 },
	{ "detach_filter", detach_filter, 1, 1, 0, 0, 0 },
	/* an old error fetched, still bound? two memberships, bind, name */
	{ "rebind", rebind, 6, 1, 0, 0, 1 << 1 },
	{ "read_stats", read_stats, 1, 0, 0, 0, 0 },
	{ "wait", wait_for, 1, 0, 0, 0, 0 },
	{ "receive", receive, 1, 0, 0, 0, 0 },
	/* poll, getsockopt, getsockname, name, flags */
	{ "wait, link down", wait_for, 5, 0, NETRING_EVENT_LINK_DOWN, 1,
	  1 << 4 | 1 << 5 },
	{ "lock_filter", lock_filter, 1, 1, 0, 0, 0 },
};

/* Of rebind: is the interface still there? */
static int is_first_look(uint32_t n)
{
	return n == 2 && wrap.log[1].call == WRAP_GETSOCKNAME;
}

static enum netring_step step_of(const struct wrap_entry *call)
{
	if (is_first_look(wrap.fail_at))
		return NETRING_STEP_INTERFACE;
	switch (call->call) {
	case WRAP_IOCTL:
		return NETRING_STEP_INTERFACE;
	case WRAP_BIND:
	case WRAP_GETSOCKNAME:
		return NETRING_STEP_BIND;
	default:
		return call->level == SOL_SOCKET ? NETRING_STEP_FILTER :
						   NETRING_STEP_MEMBERSHIP;
	}
}

/* One call; afterwards the capture is as useful as before. */
static int fail_one(const struct call *call, uint32_t n, int error)
{
	int expected = call->result, r;

	cap.link_down_ = 0;
	cap.step = NETRING_STEP_NONE;
	wrap_arm(n, error);
	if (call->pollerr) {
		wrap.poll = poll_error;
		wrap.getsockopt = link_is_down;
	}
	r = call->call();
	wrap_disarm();
	if (n && n <= wrap.count && !(call->ignored >> n & 1))
		expected = -error;
	/* gone: then it is found by its name */
	if (call->steps && is_first_look(n) && error == ENODEV)
		expected = call->result;
	if (r != expected)
		print_message("# %s, call %u (%s) by %d: %d\n", call->name, n,
			      wrap_name(wrap_failed()), error, r);
	assert_int_equal(r, expected);
	if (call->steps && expected < 0)
		assert_int_equal(cap.step, step_of(wrap_failed()));
	else
		assert_int_equal(cap.step, NETRING_STEP_NONE);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	return n <= wrap.count;
}

/* Nothing is lost, neither a packet nor a count. */
static void still_works(void)
{
	struct netring_packet pkt;

	cap.link_down_ = 0;
	send_on_lo(100);
	assert_int_equal(netring_capture_receive(&cap, &pkt,
						 netring_clock_ms() + 1000),
			 1);
	assert_int_equal(pkt.wire_len, 100);
	assert_int_equal(netring_capture_receive(&cap, &pkt, 0), 0);
}

static void sweep(void **state)
{
	const struct call *call = *state;
	struct netring_packet pkt;
	uint32_t n, e;

	/* what other tests sent */
	while (netring_capture_receive(&cap, &pkt, netring_clock_ms() + 10) > 0)
		;
	for (e = 0; e < ERRORS; e++)
		for (n = 1; fail_one(call, n, errors[e]); n++)
			;
	assert_int_equal(n - 1, call->calls);
	fail_one(call, 0, 0);
	still_works();
}

/* There was none: that is what was asked for. */
static void detach_without_filter(void **state)
{
	struct netring_capture other;

	(void)state;
	open_on_lo(&other, 0);
	assert_int_equal(netring_capture_detach_filter(&other), 0);
	assert_int_equal(netring_capture_set_filter(&other, &filter), 0);
	assert_int_equal(netring_capture_detach_filter(&other), 0);
	assert_int_equal(netring_capture_detach_filter(&other), 0);
	assert_int_equal(netring_capture_set_ebpf_filter(&other, -1), -EBADF);
	assert_int_equal(other.step, NETRING_STEP_FILTER);
	netring_capture_close(&other);
}

/* A snapshot length in the configuration stays whatever is set. */
static void filters_beside_snaplen(void **state)
{
	const struct netring_instruction more[] = { { BPF_RET | BPF_K, 0, 0,
						      51 } };
	const struct netring_instruction computed[] = { { BPF_RET | BPF_A, 0, 0,
							  0 } };
	const struct netring_filter keeps_more = { more, 1 };
	const struct netring_filter keeps_any = { computed, 1 };
	const struct netring_capture_config cfg = {
		.interface = "lo",
		.memory = 65536,
		.retire_ms = 1,
		.snaplen = 50,
	};
	struct netring_capture other;
	struct netring_packet pkt;
	uint32_t i;

	(void)state;
	assert_int_equal(netring_capture_open(&other, &cfg), 0);
	wrap_arm(0, 0);
	assert_int_equal(netring_capture_set_filter(&other, &keeps_more),
			 -EINVAL);
	assert_int_equal(netring_capture_set_filter(&other, &keeps_any),
			 -EINVAL);
	assert_int_equal(netring_capture_set_ebpf_filter(&other, 0), -EINVAL);
	assert_int_equal(other.step, NETRING_STEP_FILTER);
	assert_int_equal(wrap.count, 0);
	wrap_disarm();
	for (i = 0; i < 3; i++) {
		if (i == 1)
			assert_int_equal(
				netring_capture_set_filter(&other, &filter), 0);
		if (i == 2)
			assert_int_equal(netring_capture_detach_filter(&other),
					 0);
		send_on_lo(100);
		assert_int_equal(
			netring_capture_receive(&other, &pkt,
						netring_clock_ms() + 1000),
			1);
		assert_int_equal(pkt.len, 50);
		assert_int_equal(pkt.wire_len, 100);
	}
	netring_capture_close(&other);
}

/* close() does all of its part, whatever each call says. */
static void close_fails(void **state)
{
	const struct netring_capture_config cfg = { .interface = "lo",
						    .memory = 65536 };
	struct netring_capture other;
	uint32_t n;

	(void)state;
	for (n = 1; n <= 2; n++) {
		wrap_arm(0, 0);
		assert_int_equal(netring_capture_open(&other, &cfg), 0);
		wrap.fail_at = wrap.count + n;
		wrap.error = EINTR;
		netring_capture_close(&other);
		assert_int_equal(wrap_open_descriptors(), 0);
		assert_int_equal(wrap_open_mappings(), 0);
		netring_capture_close(&other);
		assert_int_equal(wrap_open_descriptors(), 0);
		wrap_disarm();
	}
}

static int open_cap(void **state)
{
	(void)state;
	open_on_lo(&cap, NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_ALLMULTI);
	return 0;
}

static int close_cap(void **state)
{
	(void)state;
	netring_capture_close(&cap);
	return 0;
}

int main(void)
{
	struct CMUnitTest tests[16] = {
		cmocka_unit_test(detach_without_filter),
		cmocka_unit_test(filters_beside_snaplen),
		cmocka_unit_test(close_fails),
	};
	uint32_t n = sizeof(calls) / sizeof(calls[0]), i;

	for (i = 0; i < n; i++) {
		tests[3 + i].name = calls[i].name;
		tests[3 + i].test_func = sweep;
		tests[3 + i].initial_state = (void *)(uintptr_t)&calls[i];
	}
	enter_private_network();
	return _cmocka_run_group_tests("capture_calls", tests, 3 + n, open_cap,
				       close_cap);
}
