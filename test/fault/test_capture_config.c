/* SPDX-License-Identifier: MIT */
/* test_capture_config.c - what open refuses, and what the kernel does. */
#include "capture_open_cases.h"
#include "refusal.h"

static const struct netring_instruction code[] = { { BPF_RET | BPF_K, 0, 0,
						     262144 } };
static const struct netring_filter filter = { code, 1 };
static const struct netring_filter nothing = { code, 0 };
static const struct netring_fanout no_classic = {
	.mode = NETRING_FANOUT_CLASSIC_BPF
};
static const struct netring_fanout no_ebpf = { .mode = NETRING_FANOUT_EBPF };
static const struct netring_fanout rollover_twice = {
	.mode = NETRING_FANOUT_ROLLOVER, .flags = NETRING_FANOUT_ROLLOVER_FLAG
};
static const struct netring_fanout no_mode = {
	.mode = (enum netring_fanout_mode)(NETRING_FANOUT_EBPF + 1)
};
static const struct netring_fanout minus_mode = {
	.mode = (enum netring_fanout_mode) - 1
};
/* shifted into the kernel's word, 0x10000 would be a mode that exists */
static const struct netring_fanout wide_mode = {
	.mode = (enum netring_fanout_mode)0x10000
};
static const int bad = -1;
static const int input = 0;

struct row {
	struct netring_capture_config cfg;
	struct refusal want;
};

#define LO .interface = "lo", .memory = 65536
#define DIRECTION(number) (enum netring_direction)(number)

static const struct row table[] = {
	{ { .memory = 65536 }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .filter = &filter, .snaplen = 64 },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .ebpf_filter = &bad, .snaplen = 64 },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .filter = &filter, .ebpf_filter = &bad },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .netns = &bad, .socket = &bad },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .fanout = &no_classic }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .fanout = &no_ebpf }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .fanout = &no_mode }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .fanout = &minus_mode }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .fanout = &wide_mode }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .direction = DIRECTION(NETRING_DIRECTION_OUT + 1) },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .direction = DIRECTION(-1) },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .retire_ms = 65536 }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .retire_ms = 0xffffffff },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	/* blocks have no slots that cut a packet */
	{ { LO, .flags = NETRING_CAPTURE_OVERSIZE },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	/* also where it would mean nothing */
	{ { LO, .retire_ms = 65536, .flags = NETRING_CAPTURE_IMMEDIATE },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .flags = 0x80000000 },
	  { -EOPNOTSUPP, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .flags = 0x200 }, { -EOPNOTSUPP, STEP(CONFIG), EARLY, 0 } },
	{ { .interface = "lo", .memory = 1 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_MEMORY } },
	{ { LO, .block_size = 5000 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_BLOCK_SIZE } },
	{ { LO, .frame_size = 1001, .flags = NETRING_CAPTURE_IMMEDIATE },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_FRAME_SIZE } },
	{ { .interface = "lo", .memory = 0xffffffff },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_TOO_LARGE } },
	{ { LO, .max_packet = 65536 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_MEMORY } },
	{ { LO, .max_packet = 0xffffffff },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_TOO_LARGE } },
	{ { LO, .max_packet = 9000, .block_size = 8192 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_FRAME_BLOCK } },
	{ { LO, .max_packet = 2000, .frame_size = 2048,
	    .flags = NETRING_CAPTURE_IMMEDIATE },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_FRAME_BLOCK } },
	/* from here on it is the kernel that refuses */
	{ { LO, .netns = &bad }, { -EBADF, STEP(NETNS), 0, 0 } },
	{ { LO, .socket = &bad }, { -EBADF, STEP(SOCKET), 0, 0 } },
	{ { LO, .socket = &input }, { -ENOTSOCK, STEP(SOCKET), 0, 0 } },
	{ { LO, .filter = &nothing }, { -EINVAL, STEP(FILTER), 0, 0 } },
	{ { LO, .ebpf_filter = &bad }, { -EBADF, STEP(FILTER), 0, 0 } },
	{ { .memory = 65536, .interface = "nonesuch0" },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .interface = "" },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .interface = "fifteen-letters" },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	/* must not be cut to a name that exists, nor read further */
	{ { .memory = 65536, .interface = "sixteen-letters-" },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .interface = "lo                       " },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .ifindex = 99 },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .ifindex = 0xffffffff },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { LO, .fanout = &rollover_twice }, { -EINVAL, STEP(FANOUT), 0, 0 } },
};

static void refused(void **state)
{
	struct netring_capture cap;
	const struct row *row;
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		row = &table[i];
		memset(&cap, 0xa5, sizeof(cap));
		wrap_arm(0, 0);
		r = netring_capture_open(&cap, &row->cfg);
		refusal_is(&row->want, i, r, cap.step, cap.reason,
			   netring_capture_fd(&cap));
		netring_capture_close(&cap);
		netring_capture_close(&cap);
		assert_int_equal(wrap_open_descriptors(), 0);
		wrap_disarm();
	}
}

/* The last values that are not refused. */
static void accepted(void **state)
{
	static const struct netring_fanout group = {
		.mode = NETRING_FANOUT_QUEUE
	};
	static const struct netring_capture_config configs[] = {
		{ LO, .direction = NETRING_DIRECTION_OUT },
		{ LO, .retire_ms = 65535 },
		{ LO, .retire_ms = 65535, .flags = NETRING_CAPTURE_IMMEDIATE },
		{ LO, .retire_ms = 1 },
		{ LO, .fanout = &group },
		{ LO, .max_packet = 32768 - 160 },
		{ LO, .max_packet = 1936, .frame_size = 2048,
		  .flags = NETRING_CAPTURE_IMMEDIATE },
	};
	struct netring_capture cap;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
		assert_int_equal(netring_capture_open(&cap, &configs[i]), 0);
		assert_int_equal(cap.step, NETRING_STEP_NONE);
		netring_capture_close(&cap);
	}
}

/* Not a packet socket: refused, and left as it is. */
static void adopt_other_domain(void **state)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	const struct netring_capture_config cfg = { LO, .socket = &fd };
	struct netring_capture cap;

	(void)state;
	assert_int_equal(netring_capture_open(&cap, &cfg), -EPFNOSUPPORT);
	assert_int_equal(cap.step, NETRING_STEP_SOCKET);
	assert_int_equal(netring_capture_fd(&cap), -1);
	netring_capture_close(&cap);
	assert_int_equal(close(fd), 0);
}

/* A packet socket of the other kind: its packets would be misread. */
static void adopt_other_type(void **state)
{
	struct netring_capture_config cfg = { LO };
	struct netring_capture cap;
	int fd, i;

	(void)state;
	for (i = 0; i < 4; i++) {
		fd = socket(AF_PACKET, i & 1 ? SOCK_DGRAM : SOCK_RAW, 0);
		cfg.socket = &fd;
		cfg.flags = i & 2 ? NETRING_CAPTURE_COOKED : 0;
		if ((i & 1) == i >> 1) {
			assert_int_equal(netring_capture_open(&cap, &cfg), 0);
			netring_capture_close(&cap);
			continue;
		}
		assert_int_equal(netring_capture_open(&cap, &cfg), -EPROTOTYPE);
		assert_int_equal(cap.step, NETRING_STEP_SOCKET);
		assert_int_equal(close(fd), 0);
	}
}

/*
 * A helper with privileges locked a filter into the socket that it hands over:
 * without a filter of our own that one stays in force, with one it is -EPERM.
 */
static void adopt_locked(void **state)
{
	const struct netring_instruction refuse = { BPF_RET | BPF_K, 0, 0, 0 };
	const struct netring_filter refuse_all = { &refuse, 1 };
	struct netring_capture_config cfg = { LO };
	struct netring_capture cap;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1;

	(void)state;
	cfg.socket = &fd;
	assert_int_equal(netring_packet_filter_(fd, refuse_all.code, 1), 0);
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &on, sizeof(on)), 0);
	cfg.filter = &filter;
	assert_int_equal(netring_capture_open(&cap, &cfg), -EPERM);
	assert_int_equal(cap.step, NETRING_STEP_FILTER);
	cfg.filter = NULL;
	cfg.snaplen = 64;
	assert_int_equal(netring_capture_open(&cap, &cfg), -EPERM);
	assert_int_equal(cap.step, NETRING_STEP_FILTER);
	cfg.snaplen = 0;
	assert_int_equal(netring_capture_open(&cap, &cfg), 0);
	send_on_lo(60);
	assert_int_equal(netring_capture_wait(&cap, 20), NETRING_EVENT_TIMEOUT);
	assert_int_equal(netring_capture_set_filter(&cap, &filter), -EPERM);
	assert_int_equal(cap.step, NETRING_STEP_FILTER);
	assert_int_equal(netring_capture_detach_filter(&cap), -EPERM);
	netring_capture_close(&cap);
}

/* The privilege that is missing shows as -EPERM of the socket. */
static void all_refused(void **state)
{
	const struct netring_capture_config cfg = { LO };
	struct netring_capture cap;

	(void)state;
	wrap_arm(1, EPERM);
	assert_int_equal(netring_capture_open(&cap, &cfg), -EPERM);
	wrap_disarm();
	assert_int_equal(cap.step, NETRING_STEP_SOCKET);
	assert_string_equal(netring_step_name(cap.step), "socket");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(accepted),
		cmocka_unit_test(adopt_other_domain),
		cmocka_unit_test(adopt_other_type),
		cmocka_unit_test(adopt_locked),
		cmocka_unit_test(all_refused),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("capture_config", tests, NULL, NULL);
}
