/* SPDX-License-Identifier: MIT */
/* test_umem.c - how memory is cut into frames, and what is refused. */
#include "xdp_model.h"

#define FRAMES 8u

static _Alignas(NETRING_UMEM_ALIGN) uint8_t memory[2 * FRAMES * XDP_FRAME];
static uint32_t table[2 * FRAMES];
static struct netring_umem umem;

static struct netring_umem_config usual(void)
{
	const struct netring_umem_config cfg = {
		.memory = memory,
		.size = sizeof(memory) / 2,
		.table = table,
		.table_size = FRAMES * sizeof(*table),
		.frame_size = XDP_FRAME,
	};

	return cfg;
}

static void refused(const struct netring_umem_config *cfg,
		    enum netring_geometry_reason reason)
{
	struct netring_xdp_config socket;
	struct netring_xdp xdp;

	memset(&umem, 0x5a, sizeof(umem));
	assert_int_equal(netring_umem_init(&umem, cfg), -EINVAL);
	assert_int_equal(umem.reason, reason);
	assert_null(umem.sockets_);
	/* and no socket takes it */
	memset(&socket, 0, sizeof(socket));
	socket.interface = "lo";
	socket.umem = &umem;
	assert_int_equal(netring_xdp_open(&xdp, &socket), -EINVAL);
	assert_int_equal(xdp.step, NETRING_STEP_CONFIG);
	assert_int_equal(netring_xdp_close(&xdp), 0);
}

static void taken(const struct netring_umem_config *cfg, uint32_t room)
{
	memset(&umem, 0x5a, sizeof(umem));
	assert_int_equal(netring_umem_init(&umem, cfg), 0);
	assert_int_equal(umem.reason, NETRING_GEOMETRY_OK);
	assert_int_equal(netring_umem_room(&umem), room);
	assert_ptr_equal(netring_umem_data(&umem, 4097),
			 (uint8_t *)cfg->memory + 4097);
}

static void addresses(void **state)
{
	struct netring_umem_config cfg = usual();
	uint32_t offset;

	(void)state;
	cfg.memory = NULL;
	refused(&cfg, NETRING_GEOMETRY_ADDRESS);
	for (offset = 1; offset < XDP_PAGE; offset *= 2) {
		cfg.memory = memory + offset;
		refused(&cfg, NETRING_GEOMETRY_ADDRESS);
		cfg.memory = memory + XDP_PAGE - offset;
		refused(&cfg, NETRING_GEOMETRY_ADDRESS);
	}
	cfg.memory = memory + XDP_PAGE; /* of this machine */
	taken(&cfg, 1792);
}

static void frame_sizes(void **state)
{
	static const uint32_t wrong[] = { 1,	     2,	   1024,  2047,
					  2049,	     2112, 3072,  4095,
					  4097,	     8192, 65536, 0x80000000,
					  0xfffff800 };
	struct netring_umem_config cfg = usual();
	uint32_t i;

	(void)state;
	assert_int_equal(getpagesize(), XDP_PAGE);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		cfg.frame_size = wrong[i];
		refused(&cfg, NETRING_GEOMETRY_CHUNK);
	}
	cfg.frame_size = 4096;
	taken(&cfg, 3840);
	cfg.frame_size = 0;
	taken(&cfg, NETRING_CONFIG_XDP_FRAME_SIZE - 256);
}

static void sizes(void **state)
{
	struct netring_umem_config cfg = usual();

	(void)state;
	cfg.size = 0;
	refused(&cfg, NETRING_GEOMETRY_REST);
	cfg.size = 1;
	refused(&cfg, NETRING_GEOMETRY_REST);
	cfg.size = XDP_FRAME - 1;
	refused(&cfg, NETRING_GEOMETRY_REST);
	cfg.size = 3 * XDP_FRAME + 64;
	refused(&cfg, NETRING_GEOMETRY_REST);
	cfg.size = SIZE_MAX;
	refused(&cfg, NETRING_GEOMETRY_REST);
	cfg.size = XDP_FRAME;
	taken(&cfg, 1792);
	cfg.frame_size = 4096;
	refused(&cfg, NETRING_GEOMETRY_REST);
	/* on 32 bits no memory is that large */
	if (sizeof(size_t) < 8)
		return;
	cfg = usual();
	cfg.table_size = SIZE_MAX;
	cfg.size = (size_t)(NETRING_UMEM_FRAMES_MAX + 1ull) * XDP_FRAME;
	refused(&cfg, NETRING_GEOMETRY_TOO_LARGE);
	cfg.size = SIZE_MAX - XDP_FRAME + 1;
	refused(&cfg, NETRING_GEOMETRY_TOO_LARGE);
	cfg.size = (size_t)NETRING_UMEM_FRAMES_MAX * XDP_FRAME;
	taken(&cfg, 1792);
	assert_int_equal(umem.frames_, NETRING_UMEM_FRAMES_MAX);
}

static void headrooms(void **state)
{
	struct netring_umem_config cfg = usual();

	(void)state;
	cfg.headroom = XDP_FRAME - 703;
	refused(&cfg, NETRING_GEOMETRY_HEADROOM);
	cfg.headroom = XDP_FRAME;
	refused(&cfg, NETRING_GEOMETRY_HEADROOM);
	cfg.headroom = UINT32_MAX;
	refused(&cfg, NETRING_GEOMETRY_HEADROOM);
	cfg.headroom = XDP_FRAME - 704;
	taken(&cfg, 448);
	cfg.headroom = 64;
	taken(&cfg, 1728);
}

static void tables(void **state)
{
	struct netring_umem_config cfg = usual();

	(void)state;
	cfg.table = NULL;
	refused(&cfg, NETRING_GEOMETRY_TABLE);
	cfg.table = table;
	cfg.table_size = 0;
	refused(&cfg, NETRING_GEOMETRY_TABLE);
	cfg.table_size = FRAMES * 4 - 1;
	refused(&cfg, NETRING_GEOMETRY_TABLE);
	cfg.table_size = FRAMES * 4;
	taken(&cfg, 1792);
	cfg.table_size = SIZE_MAX;
	taken(&cfg, 1792);
}

static void rx_frames(void **state)
{
	struct netring_umem_config cfg = usual();

	(void)state;
	cfg.rx_frames = FRAMES + 1;
	refused(&cfg, NETRING_GEOMETRY_FRAMES);
	cfg.rx_frames = UINT32_MAX;
	refused(&cfg, NETRING_GEOMETRY_FRAMES);
	cfg.rx_frames = FRAMES;
	taken(&cfg, 1792);
	cfg.rx_frames = 1;
	taken(&cfg, 1792);
}

/* Nothing but what is documented; what the library keeps there is private. */
static void flags(void **state)
{
	struct netring_umem_config cfg = usual();
	uint32_t bit;

	(void)state;
	cfg.flags = NETRING_UMEM_METADATA;
	taken(&cfg, 1792);
	for (bit = 2; bit; bit *= 2) {
		cfg.flags = bit;
		assert_int_equal(netring_umem_init(&umem, &cfg), -EOPNOTSUPP);
		assert_int_equal(umem.reason, NETRING_GEOMETRY_OK);
	}
}

/* The sizes that the macros give are those that init takes. */
static void macros(void **state)
{
	NETRING_UMEM_AREA(area, 16, 4096);
	struct netring_umem_config cfg = {
		.memory = area.memory,
		.size = sizeof(area.memory),
		.table = area.table,
		.table_size = sizeof(area.table),
		.frame_size = 4096,
	};

	(void)state;
	assert_int_equal((uintptr_t)area.memory % 65536, 0);
	assert_int_equal(sizeof(area.memory), NETRING_UMEM_SIZE(16, 4096));
	assert_int_equal(sizeof(area.table), NETRING_UMEM_TABLE_SIZE(16));
	taken(&cfg, 3840);
	assert_int_equal(umem.frames_, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses), cmocka_unit_test(frame_sizes),
		cmocka_unit_test(sizes),     cmocka_unit_test(headrooms),
		cmocka_unit_test(tables),    cmocka_unit_test(rx_frames),
		cmocka_unit_test(flags),     cmocka_unit_test(macros),
	};

	return cmocka_run_group_tests_name("umem", tests, NULL, NULL);
}
