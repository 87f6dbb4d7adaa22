/* SPDX-License-Identifier: MIT */
/* test_injector_config.c - what an injector's open refuses by itself. */
#include "capture_open_cases.h"
#include "refusal.h"

#include <netring/injector.h>

static const int bad = -1;
static const int input = 0;

#define LO .interface = "lo", .memory = 65536

struct row {
	struct netring_injector_config cfg;
	struct refusal want;
};

static const struct row table[] = {
	{ { .memory = 65536 }, { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .flags = 0x10 }, { -EOPNOTSUPP, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .flags = 0x80000000 },
	  { -EOPNOTSUPP, STEP(CONFIG), EARLY, 0 } },
	{ { LO, .netns = &bad, .socket = &bad },
	  { -EINVAL, STEP(CONFIG), EARLY, 0 } },
	{ { .interface = "lo", .memory = 1 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_MEMORY } },
	{ { LO, .block_size = 5000 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_BLOCK_SIZE } },
	{ { LO, .frame_size = 1001 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_FRAME_SIZE } },
	{ { LO, .frame_size = 1024, .max_packet = 1000 },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_FRAME_BLOCK } },
	{ { .interface = "lo", .memory = 0xffffffff },
	  { -EINVAL, STEP(GEOMETRY), EARLY, NETRING_GEOMETRY_TOO_LARGE } },
	/* from here on it is the kernel that refuses */
	{ { LO, .netns = &bad }, { -EBADF, STEP(NETNS), 0, 0 } },
	{ { LO, .socket = &bad }, { -EBADF, STEP(SOCKET), 0, 0 } },
	{ { LO, .socket = &input }, { -ENOTSOCK, STEP(SOCKET), 0, 0 } },
	{ { LO, .flags = NETRING_INJECTOR_TXTIME, .txtime_clock = 77 },
	  { -EINVAL, STEP(TIMESTAMP), 0, 0 } },
	{ { .memory = 65536, .interface = "nonesuch0" },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .interface = "" },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .interface = "sixteen-letters-" },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
	{ { .memory = 65536, .ifindex = 99 },
	  { -ENODEV, STEP(INTERFACE), 0, 0 } },
};

static void refused(void **state)
{
	struct netring_injector inj;
	const struct row *row;
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		row = &table[i];
		memset(&inj, 0xa5, sizeof(inj));
		wrap_arm(0, 0);
		r = netring_injector_open(&inj, &row->cfg);
		refusal_is(&row->want, i, r, inj.step, inj.reason,
			   netring_injector_fd(&inj));
		assert_int_equal(netring_injector_close(&inj), 0);
		assert_int_equal(netring_injector_close(&inj), 0);
		assert_int_equal(wrap_open_descriptors(), 0);
		wrap_disarm();
	}
}

static void adopt_other_socket(void **state)
{
	static const struct {
		int domain, type, result;
	} sockets[] = {
		{ AF_INET, SOCK_DGRAM, -EPFNOSUPPORT },
		{ AF_PACKET, SOCK_DGRAM, -EPROTOTYPE },
	};
	struct netring_injector_config cfg = { LO };
	struct netring_injector inj;
	uint32_t i;
	int fd;

	(void)state;
	for (i = 0; i < 2; i++) {
		fd = socket(sockets[i].domain, sockets[i].type | SOCK_CLOEXEC,
			    0);
		cfg.socket = &fd;
		assert_int_equal(netring_injector_open(&inj, &cfg),
				 sockets[i].result);
		assert_int_equal(inj.step, NETRING_STEP_SOCKET);
		netring_injector_close(&inj);
		assert_int_equal(close(fd), 0);
	}
}

/* What a slot holds is what was asked for, whatever is given. */
static void capacities(void **state)
{
	static const struct {
		struct netring_injector_config cfg;
		uint32_t least, most;
	} cases[] = {
		{ { LO }, 1514, 2048 - 42 },
		{ { LO, .frame_size = 512 }, 470, 470 },
		{ { LO, .max_packet = 9018 }, 9018, 9200 },
		{ { LO, .max_packet = 60 }, 60, 200 },
		{ { LO, .max_packet = 1514,
		    .flags = NETRING_INJECTOR_VNET_HDR },
		  1514,
		  1700 },
		{ { LO, .max_packet = 1514, .block_size = 4096,
		    .block_count = 2 },
		  1514,
		  1700 },
		{ { .interface = "lo" }, 1514, 2048 - 42 },
	};
	struct netring_injector inj;
	struct netring_frame frame;
	uint32_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(netring_injector_open(&inj, &cases[i].cfg), 0);
		for (n = 0; netring_injector_reserve(&inj, &frame) == 0; n++) {
			assert_in_range(frame.capacity, cases[i].least,
					cases[i].most);
			memset(frame.data, 0xff, frame.capacity);
			assert_true(frame.data >= inj.ring_);
			assert_true(frame.data + frame.capacity <=
				    inj.ring_ + inj.ring_size_);
		}
		assert_int_equal(n,
				 netring_injector_geometry(&inj)->frame_count);
		if (!cases[i].cfg.memory)
			assert_int_equal(inj.ring_size_,
					 NETRING_CONFIG_INJECTOR_MEMORY_KIB *
						 1024);
		netring_injector_close(&inj);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refused),
		cmocka_unit_test(adopt_other_socket),
		cmocka_unit_test(capacities),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("injector_config", tests, NULL,
					   NULL);
}
