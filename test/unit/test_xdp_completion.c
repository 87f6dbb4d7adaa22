/* SPDX-License-Identifier: MIT */
/* test_xdp_completion.c - AF_XDP: what the completion ring says, and keeps. */
#include "xdp_model.h"

#define TX (&xdp.sockets[0].tx)
#define OTHER (&xdp.sockets[1].tx)
#define COMPLETION (&xdp.kernel[0].completion)
#define FRAMES 16u

static const struct xdp_shape shape = {
	.frames = FRAMES, .rx_frames = 4, .start = UINT32_MAX - 5, .sockets = 2
};

static uint64_t send_one(struct netring_xdp_tx *tx)
{
	struct netring_xdp_frame frame;

	assert_int_equal(netring_xdp_tx_reserve(tx, &frame), 0);
	assert_int_equal(netring_xdp_tx_commit(tx, &frame, 60), 0);
	assert_true(netring_xdp_tx_flush(tx) >= 1);
	return frame.addr;
}

static void give(uint64_t addr)
{
	assert_int_equal(xdp_give(COMPLETION, addr), 1);
}

/* Twice, out of range, of nobody, of others: counted, and nobody's loss. */
static void wrong(void **state)
{
	uint64_t mine[3], theirs, addr;
	struct netring_xdp_frame frame;

	(void)state;
	xdp_make(&shape);
	mine[0] = send_one(TX);
	mine[1] = send_one(TX);
	mine[2] = send_one(TX);
	theirs = send_one(OTHER);
	assert_int_equal(netring_xdp_tx_reserve(TX, &frame), 0);
	assert_int_equal(netring_xdp_rx_fill(&xdp.sockets[0].rx), 4);
	addr = xdp_take(&xdp.kernel[0].fill);
	give(mine[1]);
	give(mine[1]);
	give(FRAMES * XDP_FRAME);
	give(UINT64_MAX);
	give(theirs);
	give(addr);
	give(frame.addr);
	give(mine[0] + 100); /* as long as it is within */
	assert_int_equal(netring_xdp_tx_reap(TX), 2);
	assert_int_equal(TX->invalid_, 6);
	assert_int_equal(TX->sent_, 2);
	assert_int_equal(netring_xdp_tx_pending(TX), 1);
	assert_int_equal(netring_xdp_tx_pending(OTHER), 1);
	assert_int_equal(xdp_waiting(COMPLETION), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 2);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 4);
	give(mine[1]); /* long ago */
	give(mine[2]);
	give(mine[2]);
	assert_int_equal(netring_xdp_tx_reap(TX), 1);
	assert_int_equal(TX->invalid_, 8);
	assert_int_equal(netring_xdp_tx_pending(TX), 0);
	/* the reserved one may go as if nothing had been */
	assert_int_equal(netring_xdp_tx_commit(TX, &frame, 60), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 2);
	xdp_free();
}

/* A producer index that cannot be: nothing, until it is right again. */
static void wrong_index(void **state)
{
	uint32_t i;

	(void)state;
	xdp_make(&shape);
	for (i = 9; i < 100000; i *= 3) {
		uint64_t addr = send_one(TX);

		xdp_transmit(0);
		COMPLETION->indices->producer += i;
		assert_int_equal(netring_xdp_tx_reap(TX), 0);
		COMPLETION->indices->producer -= 2 * i + 1;
		assert_int_equal(netring_xdp_tx_reap(TX), 0);
		assert_int_equal(netring_umem_owner(&xdp.umem, addr),
				 NETRING_UMEM_TX);
		COMPLETION->indices->producer += i + 1;
		assert_int_equal(netring_xdp_tx_reap(TX), 1);
	}
	assert_int_equal(TX->invalid_, 0);
	xdp_free();
}

static void make_kept(uint32_t most, uint32_t metadata)
{
	struct xdp_shape kept = shape;

	kept.sockets = 1;
	kept.most = most;
	kept.flags = NETRING_XDP_KEEP_COMPLETIONS;
	kept.umem_flags = metadata;
	xdp_make(&kept);
}

/* It is free again, with all that stands in it. */
static void next(uint64_t addr)
{
	uint32_t room = xdp.umem.metadata_;
	struct netring_xdp_frame frame;

	memset(&frame, 0xa5, sizeof(frame));
	memset(xdp.memory + addr - room, 0x5a, 60);
	assert_int_equal(netring_xdp_tx_next_completion(TX, &frame), 1);
	assert_true(frame.addr == addr);
	assert_ptr_equal(frame.data, xdp.memory + addr);
	assert_int_equal(frame.data[0], 0x5a);
	if (room) {
		assert_ptr_equal(frame.metadata, xdp.memory + addr - room);
		assert_int_equal(frame.metadata->flags & 0xff, 0x5a);
	} else {
		assert_null(frame.metadata);
	}
	assert_int_equal(netring_umem_owner(&xdp.umem, addr),
			 NETRING_UMEM_FREE);
}

static void none(void)
{
	struct netring_xdp_frame frame;

	assert_int_equal(netring_xdp_tx_next_completion(TX, &frame), 0);
}

/* Nothing is reaped on the way; each comes once, in order. */
static void kept(void **state)
{
	static const uint32_t metadata[] = { 0, NETRING_UMEM_METADATA };
	uint64_t addr[3];
	uint32_t i, n;

	(void)state;
	for (n = 0; n < 2; n++) {
		make_kept(0, metadata[n]);
		none();
		for (i = 0; i < 3; i++)
			addr[i] = send_one(TX);
		assert_int_equal(xdp_transmit(0), 3);
		assert_int_equal(netring_xdp_tx_reap(TX), 0);
		assert_int_equal(netring_xdp_tx_flush(TX), 0);
		assert_int_equal(xdp_waiting(COMPLETION), 3);
		assert_int_equal(netring_xdp_tx_pending(TX), 3);
		next(addr[0]);
		assert_int_equal(netring_xdp_tx_pending(TX), 2);
		assert_int_equal(xdp_count(NETRING_UMEM_FREE), FRAMES - 2);
		next(addr[1]);
		next(addr[2]);
		none();
		assert_int_equal(xdp_waiting(COMPLETION), 0);
		assert_int_equal(xdp_count(NETRING_UMEM_FREE), FRAMES);
		assert_int_equal(TX->sent_, 3);
		xdp_free();
	}
}

/* Wrong ones are passed over. */
static void kept_wrong(void **state)
{
	uint64_t addr;

	(void)state;
	make_kept(0, NETRING_UMEM_METADATA);
	addr = send_one(TX);
	give(UINT64_MAX);
	give(0);
	give(addr);
	give(addr);
	give(addr);
	next(addr);
	none();
	assert_int_equal(TX->invalid_, 4);
	assert_int_equal(netring_xdp_tx_pending(TX), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), FRAMES);
	xdp_free();
}

/* All that may be under way is, and nothing else is free: it goes on. */
static void kept_all(void **state)
{
	struct netring_xdp_frame frame;
	uint64_t addr[8];
	uint32_t most, round, i;

	(void)state;
	for (most = 1; most <= 8; most++) {
		make_kept(most, NETRING_UMEM_METADATA);
		for (i = 0; i < most; i++)
			addr[i] = send_one(TX);
		for (round = 0; round < 20; round++) {
			i = round % most;
			assert_int_equal(netring_xdp_tx_reserve(TX, &frame),
					 -EAGAIN);
			xdp_transmit(0);
			assert_int_equal(netring_xdp_tx_reserve(TX, &frame),
					 -EAGAIN);
			next(addr[i]);
			addr[i] = send_one(TX);
		}
		assert_int_equal(xdp_count(NETRING_UMEM_TX), most);
		xdp_free();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong),    cmocka_unit_test(wrong_index),
		cmocka_unit_test(kept),	    cmocka_unit_test(kept_wrong),
		cmocka_unit_test(kept_all),
	};

	return cmocka_run_group_tests_name("xdp_completion", tests, NULL, NULL);
}
