/* SPDX-License-Identifier: MIT */
/* test_names.c - words for steps and reasons, presets, small inlines. */
#include "capture_ring.h"

static void distinct(const char *(*name)(int), int count)
{
	int i, j;

	for (i = 0; i < count; i++) {
		assert_true(strlen(name(i)) > 2);
		assert_string_not_equal(name(i), "unknown");
		for (j = 0; j < i; j++)
			assert_string_not_equal(name(i), name(j));
	}
	assert_string_equal(name(count), "unknown");
	assert_string_equal(name(count + 1), "unknown");
	assert_string_equal(name(1000), "unknown");
	assert_string_equal(name(-1), "unknown");
	assert_string_equal(name(INT32_MIN), "unknown");
	assert_string_equal(name(INT32_MAX), "unknown");
}

static const char *step(int i)
{
	return netring_step_name((enum netring_step)i);
}

static const char *reason(int i)
{
	return netring_geometry_explain((enum netring_geometry_reason)i);
}

static void steps(void **state)
{
	(void)state;
	distinct(step, NETRING_STEP_ATTACH + 1);
	assert_string_equal(step(NETRING_STEP_BIND), "bind");
	assert_string_equal(step(NETRING_STEP_FANOUT), "fanout");
	assert_string_equal(step(NETRING_STEP_VNET_HDR), "vnet header");
	assert_string_equal(step(NETRING_STEP_LOSS), "loss");
	assert_string_equal(step(NETRING_STEP_OPTION), "option");
	assert_string_equal(step(NETRING_STEP_OFFLOAD), "offload");
	assert_string_equal(step(NETRING_STEP_UMEM), "umem");
	assert_string_equal(step(NETRING_STEP_XSKMAP), "xskmap");
	assert_string_equal(step(NETRING_STEP_PROGRAM), "program");
	assert_string_equal(step(NETRING_STEP_ATTACH), "attach");
}

static void reasons(void **state)
{
	(void)state;
	distinct(reason, NETRING_GEOMETRY_RING_SLOTS + 1);
	assert_non_null(strstr(reason(NETRING_GEOMETRY_PAGE_SIZE), "page"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_BLOCK_SIZE), "block"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_FRAME_SIZE), "frame"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_MEMORY), "memory"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_FRAME_BLOCK), "packet"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_TOO_LARGE), "2 GiB"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_ADDRESS), "page"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_CHUNK), "2048"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_REST), "multiple"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_HEADROOM), "headroom"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_TABLE), "table"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_FRAMES), "frames"));
	assert_non_null(strstr(reason(NETRING_GEOMETRY_RING_SLOTS), "32768"));
}

/* The bytes of a preset's ring, on a machine of such pages. */
static uint32_t ring_bytes(const struct netring_capture_config *cfg,
			   uint32_t page, struct netring_geometry *g)
{
	struct netring_geometry_request request = {
		.page_size = page,
		.memory = cfg->memory,
		.block_size = cfg->block_size,
		.block_count = cfg->block_count,
		.frame_size = cfg->frame_size,
		.max_packet = cfg->max_packet,
		.fixed_slots = (cfg->flags & NETRING_CAPTURE_IMMEDIATE) != 0,
	};

	assert_int_equal(netring_geometry_compute(g, &request), 0);
	return g->block_size * g->block_count;
}

static void presets(void **state)
{
	/* what is not of the preset stays, what is of it is set anew */
	struct netring_capture_config cfg = {
		.interface = "x",
		.flags = NETRING_CAPTURE_PROMISC,
		.snaplen = 7,
	};
	struct netring_geometry g;
	uint32_t page, i;

	(void)state;
	for (i = 0; i < 2; i++)
		for (page = 4096; page <= 65536; page *= 4) {
			cfg.memory = cfg.block_size = cfg.block_count = 1;
			cfg.frame_size = cfg.retire_ms = 1;
			cfg.max_packet = 1;
			cfg.flags |= NETRING_CAPTURE_IMMEDIATE;
			netring_capture_preset(&cfg, NETRING_PRESET_DEFAULT);
			assert_int_equal(ring_bytes(&cfg, page, &g), 512 << 10);
			assert_int_equal(cfg.retire_ms, 0);
			assert_int_equal(cfg.max_packet, 0);
			assert_int_equal(cfg.flags, NETRING_CAPTURE_PROMISC);
			assert_int_equal(cfg.snaplen, 7);
			assert_string_equal(cfg.interface, "x");

			netring_capture_preset(&cfg,
					       NETRING_PRESET_LOW_LATENCY);
			assert_int_equal(cfg.retire_ms, 1);
			assert_int_equal(cfg.flags,
					 NETRING_CAPTURE_PROMISC |
						 NETRING_CAPTURE_IMMEDIATE);
			assert_int_equal(ring_bytes(&cfg, page, &g), 512 << 10);

			netring_capture_preset(&cfg, NETRING_PRESET_LOW_MEMORY);
			assert_int_equal(cfg.flags, NETRING_CAPTURE_PROMISC);
			assert_int_equal(ring_bytes(&cfg, page, &g), 128 << 10);

			netring_capture_preset(&cfg,
					       NETRING_PRESET_HIGH_THROUGHPUT);
			assert_int_equal(ring_bytes(&cfg, page, &g), 16 << 20);
			assert_int_equal(g.block_size, 1 << 20);
			assert_int_equal(g.block_count, 16);
			assert_int_equal(cfg.retire_ms, 0);

			netring_capture_preset(&cfg, NETRING_PRESET_JUMBO);
			cfg.flags |= i ? NETRING_CAPTURE_IMMEDIATE : 0;
			assert_int_equal(ring_bytes(&cfg, page, &g), 4 << 20);
			assert_int_equal(cfg.max_packet, 65550);
			assert_true((i ? g.frame_size : g.block_size) >=
				    65550 + 112);
			/* a block is no more than is needed */
			if (!i)
				assert_int_equal(g.block_size, 512 << 10);
			assert_int_equal(cfg.retire_ms, 0);
		}
	netring_capture_preset(&cfg, (enum netring_preset)99);
	assert_int_equal(cfg.memory, 0);
}

static void link_types(void **state)
{
	(void)state;
	assert_int_equal(netring_link_type(1, 0), 1);
	assert_int_equal(netring_link_type(772, 0), 1);
	assert_int_equal(netring_link_type(65534, 0), 101);
	assert_int_equal(netring_link_type(519, 0), 101);
	assert_int_equal(netring_link_type(1, 1), 276);
	assert_int_equal(netring_link_type(65534, 1), 276);
}

static void closed_object(void **state)
{
	struct netring_capture cap;

	(void)state;
	memset(&cap, 0, sizeof(cap));
	assert_int_equal(netring_capture_fd(&cap), -1);
	netring_capture_close(&cap);
	netring_capture_close(&cap);
	assert_int_equal(netring_capture_fd(&cap), -1);
}

/* Monotonic, in milliseconds. */
static void clock_of_deadlines(void **state)
{
	const struct timespec pause = { 0, 20 * 1000000 };
	int64_t before = netring_clock_ms(), after;

	(void)state;
	assert_true(before > 0);
	clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	after = netring_clock_ms();
	assert_true(after - before >= 19 && after - before < 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps),
		cmocka_unit_test(reasons),
		cmocka_unit_test(presets),
		cmocka_unit_test(link_types),
		cmocka_unit_test(closed_object),
		cmocka_unit_test(clock_of_deadlines),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
