/* SPDX-License-Identifier: MIT */
/* test_calls.c - every system call of calls that no other sweep makes fails. */
#include "capture_open_cases.h"
#include "xdp_open_cases.h"

#include <netring/xdp_bridge.h>
#include <netring/xdp_group.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROOM 2048u

static const int errors[] = { EINTR, EPERM,  EINVAL, ENOMEM, E2BIG,
			      EBADF, ENOENT, EMFILE, ENODEV };
static const struct xdp_case plain = { "plain", 0, { 0 } };
static struct netring_xdp_program program;
static struct netring_xdp_bridge br;

static int add(void)
{
	return netring_xdp_program_add(&program, 6, 80);
}

static int take_off(void)
{
	return netring_xdp_program_remove(&program, 6, 80);
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

static int run(void)
{
	static volatile int stop;

	return netring_xdp_bridge_run(&br, &stop, xdp_map);
}

static const struct call {
	const char *name;
	int (*call)(void);
	int (*expect)(uint32_t n, int error);
	uint32_t calls;
} calls[] = {
	{ "program_add", add, exact, 1 },
	{ "program_remove", take_off, exact, 1 },
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
			if (call->call == take_off && r == 0)
				want = -ENOENT;
			assert_int_equal(call->call(), want);
		}
}

static int endings;
static int end_by;

/* EINTR goes on; the third wait ends it. */
static int poll_ends(struct pollfd *fds, nfds_t count, int timeout)
{
	(void)timeout;
	memset(&fds[0].revents, 0, sizeof(fds[0].revents));
	assert_int_equal(count, 3);
	errno = ++endings < 3 ? EINTR : end_by;
	return -1;
}

static void bridge_run(void **state)
{
	struct netring_xdp_bridge_config cfg = {
		.interface = { "nra0", "nrb0" },
		.socket = { .umem = &xdp_umem },
	};
	uint32_t e;

	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	assert_int_equal(netring_xdp_bridge_open(&br, &cfg), 0);
	wrap.poll = poll_ends;
	for (e = 0; e < COUNT(errors); e++) {
		if (errors[e] == EINTR)
			continue;
		endings = 0;
		end_by = errors[e];
		assert_int_equal(run(), -errors[e]);
		assert_int_equal(endings, 3);
	}
	wrap.poll = NULL;
	netring_xdp_bridge_close(&br);
	assert_int_equal(wrap_open_descriptors(), 0);
	wrap_disarm();
	xdp_end(&plain);
}

static uint32_t told;
static int refused;

static ssize_t queued(int fd, void *bytes, size_t size, int flags)
{
	(void)fd;
	assert_int_equal(flags, MSG_DONTWAIT);
	if (refused) {
		errno = refused;
		return -1;
	}
	if (told < size)
		size = told;
	memset(bytes, 0x77, size);
	return (ssize_t)size;
}

/* The whole of a packet: none there is 0, and so is less than its header; all
 * other errors are told; the slot's bytes stay the packet then. */
static void read_oversize(void **state)
{
	static _Alignas(16) uint8_t memory[256], buffer[ROOM];
	struct netring_packet pkt, slot;
	struct netring_capture cap;
	uint32_t i, vnet;
	int r;

	(void)state;
	memset(&cap, 0, sizeof(cap));
	cap.fd_ = 99;
	wrap_arm(0, 0);
	wrap.endless = 1;
	wrap.recv = queued;
	for (i = 0; i < 2 * (COUNT(errors) + 6); i++) {
		static const uint32_t lengths[] = {
			0, 9, 10, 11, 1000, 1u << 20
		};

		vnet = i & 1 ? 10 : 0;
		cap.packet_flags_ = vnet ? NETRING_PACKET_VNET : 0;
		memset(&slot, 0, sizeof(slot));
		slot.data = memory + 64;
		slot.len = 60;
		slot.wire_len = 1400;
		slot.link = (void *)memory;
		slot.flags = NETRING_PACKET_OVERSIZE | cap.packet_flags_;
		pkt = slot;
		refused = i / 2 < COUNT(errors) ? errors[i / 2] : 0;
		told = refused ? 0 : lengths[i / 2 - COUNT(errors)];
		r = netring_capture_read_oversize(&cap, &pkt, buffer, ROOM);
		if (refused)
			assert_int_equal(r, -refused);
		else
			assert_int_equal(r, told >= vnet);
		if (r != 1) {
			assert_memory_equal(&pkt, &slot, sizeof(pkt));
			continue;
		}
		assert_true(pkt.data >= buffer);
		assert_true(pkt.data + pkt.len <= buffer + ROOM);
		if (told < 1001)
			assert_int_equal(pkt.len, told - vnet);
	}
	refused = EAGAIN;
	assert_int_equal(
		netring_capture_read_oversize(&cap, &slot, buffer, ROOM), 0);
	refused = 0;
	wrap_disarm();
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
	struct CMUnitTest tests[COUNT(calls) + 2];
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
	tests[i].name = "xdp_bridge_run";
	tests[i].test_func = bridge_run;
	tests[i++].teardown_func = xdp_clean;
	tests[i].name = "read_oversize";
	tests[i++].test_func = read_oversize;
	return _cmocka_run_group_tests("calls", tests, i, setup, teardown);
}
