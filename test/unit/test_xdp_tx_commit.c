/* SPDX-License-Identifier: MIT */
/* test_xdp_tx_commit.c - AF_XDP: lengths, fragments, metadata: what may go. */
#include "xdp_model.h"

#define TX (&xdp.sockets[0].tx)
#define KERNEL (&xdp.kernel[0])

static const struct xdp_shape plain = {
	.frames = 64, .rx_frames = 1, .slots = 32, .start = UINT32_MAX - 20
};

static struct netring_xdp_frame reserve(void)
{
	struct netring_xdp_frame frame;

	assert_int_equal(netring_xdp_tx_reserve(TX, &frame), 0);
	return frame;
}

static int commit(uint32_t len)
{
	struct netring_xdp_frame frame = reserve();

	return netring_xdp_tx_commit(TX, &frame, len);
}

static int more(uint32_t len)
{
	struct netring_xdp_frame frame = reserve();

	return netring_xdp_tx_commit_more(TX, &frame, len);
}

/* Everything is as if nothing had been: frames, slots. */
static void nothing(void)
{
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), plain.frames);
	assert_int_equal(netring_xdp_tx_pending(TX), 0);
	assert_int_equal(TX->reserved_, 0);
	assert_int_equal(TX->open_, 0);
	assert_int_equal(TX->open_len_, 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	assert_int_equal(xdp_waiting(&KERNEL->tx), 0);
}

static void lengths(void **state)
{
	static const struct {
		uint32_t longest, len;
		int result;
	} rows[] = {
		{ 1518, 0, -EINVAL },
		{ 1518, 1, -EINVAL },
		{ 1518, 13, -EINVAL },
		{ 1518, 14, 0 },
		{ 1518, 60, 0 },
		{ 1518, 1518, 0 },
		{ 1518, 1519, -EMSGSIZE },
		{ 1518, 2048, -EMSGSIZE },
		{ 9018, 2047, 0 },
		{ 9018, 2048, 0 },
		{ 9018, 2049, -EMSGSIZE },
		{ 9018, 4096, -EMSGSIZE },
		{ 9018, 65536, -EMSGSIZE },
		{ UINT32_MAX, 2049, -EMSGSIZE },
		{ 1518, UINT32_MAX, -EMSGSIZE },
		{ UINT32_MAX, UINT32_MAX, -EMSGSIZE },
		{ 1518, 0x80000000, -EMSGSIZE },
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		xdp_make(&plain);
		TX->longest_ = rows[i].longest;
		assert_int_equal(commit(rows[i].len), rows[i].result);
		assert_int_equal(TX->too_short_, rows[i].result == -EINVAL);
		assert_int_equal(TX->too_long_, rows[i].result == -EMSGSIZE);
		if (rows[i].result)
			nothing();
		else
			assert_int_equal(xdp_count(NETRING_UMEM_TX), 1);
		xdp_free();
	}
}

static void make_fragments(void)
{
	struct xdp_shape shape = plain;

	shape.flags = NETRING_XDP_FRAGMENTS;
	xdp_make(&shape);
	TX->longest_ = 9018;
}

/* Seventeen go, with the mark on all but the last, and not before it. */
static void seventeen(void **state)
{
	struct netring_xdp_desc desc;
	uint32_t i;

	(void)state;
	make_fragments();
	assert_int_equal(commit(60), 0);
	for (i = 0; i < 16; i++) {
		assert_int_equal(more(100 + i), 0);
		assert_int_equal(netring_xdp_tx_flush(TX), 1);
		assert_int_equal(xdp_waiting(&KERNEL->tx), 1);
	}
	assert_int_equal(netring_xdp_tx_pending(TX), 17);
	assert_int_equal(commit(200), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 18);
	assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
	for (i = 0; i < 17; i++) {
		assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
		assert_int_equal(desc.len, i < 16 ? 100 + i : 200);
		assert_int_equal(desc.options, i < 16 ? NETRING_XDP_MORE : 0);
	}
	xdp_free();
}

/* The seventeenth may not say that another one follows: all are given up. */
static void eighteen(void **state)
{
	uint32_t i;

	(void)state;
	make_fragments();
	for (i = 0; i < 16; i++)
		assert_int_equal(more(100), 0);
	assert_int_equal(more(100), -EMSGSIZE);
	assert_int_equal(TX->too_long_, 1);
	nothing();
	/* and the next packet is none the worse */
	assert_int_equal(more(100), 0);
	assert_int_equal(commit(100), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 2);
	xdp_free();
}

/* What is refused in the middle takes what was before it along, but not the
 * packet before that. */
static void refused_midway(void **state)
{
	static const struct {
		uint32_t len;
		int last, result;
	} rows[] = {
		{ 0, 0, -EINVAL },
		{ 0, 1, -EINVAL },
		{ 2049, 0, -EMSGSIZE },
		{ 2049, 1, -EMSGSIZE },
		{ UINT32_MAX, 0, -EMSGSIZE },
		{ UINT32_MAX - 99, 1, -EMSGSIZE },
		{ UINT32_MAX - 300, 1, -EMSGSIZE },
	};
	struct netring_xdp_desc desc;
	uint32_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		make_fragments();
		assert_int_equal(commit(60), 0);
		for (n = 0; n < 3; n++)
			assert_int_equal(more(100), 0);
		assert_int_equal(rows[i].last ? commit(rows[i].len) :
						more(rows[i].len),
				 rows[i].result);
		assert_int_equal(xdp_count(NETRING_UMEM_TX), 1);
		assert_int_equal(TX->open_len_, 0);
		assert_int_equal(more(20), 0);
		assert_int_equal(commit(1), 0);
		assert_int_equal(netring_xdp_tx_flush(TX), 3);
		assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
		assert_int_equal(desc.len, 60);
		assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
		assert_int_equal(desc.len, 20);
		assert_int_equal(desc.options, NETRING_XDP_MORE);
		assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
		assert_int_equal(desc.len, 1);
		assert_int_equal(desc.options, 0);
		xdp_free();
	}
}

/* All fragments together are a packet: 14 bytes to MTU + 18. */
static void whole_length(void **state)
{
	(void)state;
	make_fragments();
	assert_int_equal(more(12), 0);
	assert_int_equal(commit(1), -EINVAL);
	nothing();
	assert_int_equal(more(12), 0);
	assert_int_equal(more(1), 0);
	assert_int_equal(commit(1), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 3);
	assert_int_equal(xdp_transmit(0), 3);
	assert_int_equal(netring_xdp_tx_reap(TX), 3);
	assert_int_equal(more(2048), 0);
	assert_int_equal(more(2048), 0);
	assert_int_equal(more(2048), 0);
	assert_int_equal(more(2048), 0);
	assert_int_equal(commit(9018 - 8192), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 5);
	assert_int_equal(xdp_transmit(0), 5);
	assert_int_equal(netring_xdp_tx_reap(TX), 5);
	assert_int_equal(more(2048), 0);
	assert_int_equal(more(2048), 0);
	assert_int_equal(more(2048), 0);
	assert_int_equal(more(2048), 0);
	assert_int_equal(commit(9018 - 8192 + 1), -EMSGSIZE);
	nothing();
	xdp_free();
}

/* Without FRAGMENTS there are none. */
static void no_fragments(void **state)
{
	(void)state;
	xdp_make(&plain);
	assert_int_equal(more(100), -EOPNOTSUPP);
	nothing();
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(seventeen),
		cmocka_unit_test(eighteen),
		cmocka_unit_test(refused_midway),
		cmocka_unit_test(whole_length),
		cmocka_unit_test(no_fragments),
	};

	return cmocka_run_group_tests_name("xdp_tx_commit", tests, NULL, NULL);
}
