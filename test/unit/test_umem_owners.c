/* SPDX-License-Identifier: MIT */
/* test_umem_owners.c - whose frames are whose: split, lists, books, reclaim. */
#include "xdp_model.h"

#define FRAMES 8u

static _Alignas(NETRING_UMEM_ALIGN) uint8_t memory[FRAMES * XDP_FRAME];
static uint32_t table[FRAMES];
static struct netring_umem umem;

static void init(uint32_t frames, uint32_t rx_frames)
{
	const struct netring_umem_config cfg = {
		.memory = memory,
		.size = frames * XDP_FRAME,
		.table = table,
		.table_size = sizeof(table),
		.frame_size = XDP_FRAME,
		.rx_frames = rx_frames,
	};

	memset(table, 0xa5, sizeof(table));
	assert_int_equal(netring_umem_init(&umem, &cfg), 0);
}

/* Lists of so many frames, each frame in the one it belongs to, once. */
static void lists(uint32_t rx, uint32_t tx)
{
	const struct netring_umem_pool_ *pool = &umem.rx_;
	uint32_t frame, n, seen = 0, count[NETRING_UMEM_OWNERS_];

	assert_int_equal(umem.rx_.count, rx);
	assert_int_equal(umem.tx_.count, tx);
	assert_int_equal(umem.rx_frames_, rx);
	for (; pool; pool = pool == &umem.rx_ ? &umem.tx_ : NULL) {
		frame = pool->first;
		for (n = 0; n < pool->count; n++) {
			assert_true(frame < rx + tx);
			assert_int_equal(frame < rx, pool == &umem.rx_);
			assert_false(seen >> frame & 1);
			assert_int_equal(netring_umem_owner(
						 &umem, frame * XDP_FRAME + n),
					 NETRING_UMEM_FREE);
			seen |= 1u << frame;
			frame = table[frame];
		}
		assert_int_equal(frame, NETRING_UMEM_END_);
	}
	assert_int_equal(netring_umem_count(&umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_FREE], rx + tx);
}

/* Somebody takes a frame out of a list. */
static void take(struct netring_umem_pool_ *pool, uint32_t owner,
		 uint32_t number)
{
	table[umem_pop(&umem, pool)] = UMEM_WORD(owner, number);
}

static int begin(enum netring_xdp_mode mode)
{
	return netring_umem_begin_(&umem, mode);
}

/* By the first socket's mode, or as configured. */
static void split(void **state)
{
	(void)state;
	init(8, 0);
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	lists(4, 4);
	init(7, 0);
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	lists(3, 4);
	init(8, 0);
	assert_int_equal(begin(NETRING_XDP_RX), 0);
	lists(8, 0);
	init(8, 0);
	assert_int_equal(begin(NETRING_XDP_TX), 0);
	lists(0, 8);
	init(8, 2);
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	lists(2, 6);
	init(8, 8); /* forwards only */
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	lists(8, 0);
	init(8, 2);
	assert_int_equal(begin(NETRING_XDP_RX), 0);
	lists(2, 6);
	init(8, 2);
	assert_int_equal(begin(NETRING_XDP_TX), 0);
	lists(2, 6);
}

/* A second socket goes by what the first one made, with its own number. */
static void second_socket(void **state)
{
	(void)state;
	init(8, 0);
	assert_int_equal(begin(NETRING_XDP_RX), 0);
	assert_int_equal(umem.number_, 1);
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	assert_int_equal(umem.number_, 2);
	lists(8, 0);
	assert_int_equal(begin(NETRING_XDP_TX), -EINVAL); /* none to send */
	assert_int_equal(umem.number_, 2);
	init(8, 0);
	assert_int_equal(begin(NETRING_XDP_TX), 0);
	assert_int_equal(begin(NETRING_XDP_RX), -EINVAL);
	assert_int_equal(begin(NETRING_XDP_BOTH), -EINVAL);
	assert_int_equal(begin(NETRING_XDP_TX), 0);
	lists(0, 8);
}

/* A mode that has no frames is refused, and another one may follow. */
static void refused_first(void **state)
{
	(void)state;
	init(8, 8);
	assert_int_equal(begin(NETRING_XDP_TX), -EINVAL);
	assert_int_equal(begin(NETRING_XDP_RX), 0);
	lists(8, 0);
	init(1, 0); /* half of one */
	assert_int_equal(begin(NETRING_XDP_BOTH), -EINVAL);
	assert_int_equal(begin(NETRING_XDP_TX), 0);
	lists(0, 1);
	init(1, 0);
	assert_int_equal(begin(NETRING_XDP_BOTH), -EINVAL);
	assert_int_equal(begin(NETRING_XDP_RX), 0);
	lists(1, 0);
}

/* An open tells why, before its first system call. */
static void reasons(void **state)
{
	struct netring_xdp_config cfg;
	struct netring_xdp socket;
	uint32_t *rings[] = { &cfg.rx_ring, &cfg.tx_ring, &cfg.fill_ring,
			      &cfg.completion_ring };
	static const uint32_t wrong[] = { 3,	 1023,	     32767,	32769,
					  65536, 0x80000000, UINT32_MAX };
	uint32_t i, n;

	(void)state;
	init(8, 8);
	memset(&cfg, 0, sizeof(cfg));
	cfg.interface = "lo";
	cfg.umem = &umem;
	for (i = 0; i < 4; i++)
		for (n = 0; n < sizeof(wrong) / sizeof(wrong[0]); n++) {
			*rings[i] = wrong[n];
			assert_int_equal(netring_xdp_open(&socket, &cfg),
					 -EINVAL);
			assert_int_equal(socket.step, NETRING_STEP_GEOMETRY);
			assert_int_equal(umem.reason,
					 NETRING_GEOMETRY_RING_SLOTS);
			*rings[i] = 0;
		}
	cfg.mode = NETRING_XDP_TX;
	assert_int_equal(netring_xdp_open(&socket, &cfg), -EINVAL);
	assert_int_equal(socket.step, NETRING_STEP_GEOMETRY);
	assert_int_equal(umem.reason, NETRING_GEOMETRY_FRAMES);
	assert_int_equal(begin(NETRING_XDP_RX), 0);
	lists(8, 0);
}

/* Only what was kept may be given back, once, by any address within it. */
static void freeing(void **state)
{
	uint32_t owner, frame, count[NETRING_UMEM_OWNERS_];

	(void)state;
	init(8, 4);
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	/* three kept, of both halves */
	take(&umem.rx_, NETRING_UMEM_USER, 0);
	take(&umem.rx_, NETRING_UMEM_USER, 0);
	take(&umem.tx_, NETRING_UMEM_USER, 0);
	assert_int_equal(netring_umem_count(&umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_USER], 3);
	assert_int_equal(netring_umem_free(&umem, 0), 0);
	assert_int_equal(netring_umem_free(&umem, 0), -EINVAL);
	assert_int_equal(netring_umem_free(&umem, 2 * XDP_FRAME - 1), 0);
	assert_int_equal(netring_umem_free(&umem, XDP_FRAME), -EINVAL);
	assert_int_equal(netring_umem_free(&umem, 4 * XDP_FRAME + 256), 0);
	assert_int_equal(netring_umem_free(&umem, 8 * XDP_FRAME), -EINVAL);
	assert_int_equal(netring_umem_free(&umem, 1ull << 32), -EINVAL);
	assert_int_equal(netring_umem_free(&umem, UINT64_MAX), -EINVAL);
	for (frame = 0; frame < 8; frame++)
		assert_int_equal(netring_umem_free(&umem, frame * XDP_FRAME),
				 -EINVAL);
	lists(4, 4);
	/* not the caller's: with the kernel, in a batch, reserved, sent */
	frame = umem_pop(&umem, &umem.tx_);
	for (owner = NETRING_UMEM_FILL; owner <= NETRING_UMEM_TX; owner++) {
		table[frame] = UMEM_WORD(owner, 1);
		assert_int_equal(netring_umem_owner(&umem, frame * XDP_FRAME),
				 owner);
		assert_int_equal(netring_umem_free(&umem, frame * XDP_FRAME),
				 -EINVAL);
	}
	table[frame] = UMEM_WORD(NETRING_UMEM_USER, 0);
	assert_int_equal(netring_umem_free(&umem, frame * XDP_FRAME), 0);
	lists(4, 4);
}

/* What a socket has goes back; what another has, or was kept, stays. */
static void reclaim(void **state)
{
	uint32_t count[NETRING_UMEM_OWNERS_], i;
	struct netring_xdp other;

	(void)state;
	init(8, 4);
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	assert_int_equal(begin(NETRING_XDP_BOTH), 0);
	take(&umem.rx_, NETRING_UMEM_FILL, 1);
	take(&umem.rx_, NETRING_UMEM_RX, 1);
	take(&umem.rx_, NETRING_UMEM_TX, 1);
	take(&umem.rx_, NETRING_UMEM_USER, 0);
	take(&umem.tx_, NETRING_UMEM_USER, 1);
	take(&umem.tx_, NETRING_UMEM_USER, 2);
	take(&umem.tx_, NETRING_UMEM_TX, 2);
	memset(&other, 0, sizeof(other));
	other.tx.in_flight_ = 1;
	umem.sockets_ = &other; /* the first one is closed */
	assert_int_equal(netring_umem_count(&umem, count), -EUCLEAN);
	netring_umem_reclaim_(&umem, 1);
	assert_int_equal(netring_umem_count(&umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_FREE], 5);
	assert_int_equal(count[NETRING_UMEM_FILL], 0);
	assert_int_equal(count[NETRING_UMEM_RX], 0);
	assert_int_equal(count[NETRING_UMEM_USER], 2);
	assert_int_equal(count[NETRING_UMEM_TX], 1);
	assert_int_equal(umem.rx_.count, 3);
	/* neither a free frame's place in its list nor 0 is a socket */
	for (i = 3; i < 20; i++)
		netring_umem_reclaim_(&umem, i);
	assert_int_equal(netring_umem_count(&umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_FREE], 5);
	netring_umem_reclaim_(&umem, 2);
	umem.sockets_ = NULL;
	assert_int_equal(netring_umem_count(&umem, count), 0);
	assert_int_equal(count[NETRING_UMEM_FREE], 7);
	assert_int_equal(count[NETRING_UMEM_USER], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(split),
		cmocka_unit_test(second_socket),
		cmocka_unit_test(refused_first),
		cmocka_unit_test(reasons),
		cmocka_unit_test(freeing),
		cmocka_unit_test(reclaim),
	};

	return cmocka_run_group_tests_name("umem_owners", tests, NULL, NULL);
}
