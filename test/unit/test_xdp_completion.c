/* SPDX-License-Identifier: MIT */
/* test_xdp_completion.c - AF_XDP: what the completion ring says, and keeps. */
#include "xdp.h"

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

static void make_kept(uint32_t most)
{
	struct xdp_shape kept = shape;

	kept.sockets = 1;
	kept.most = most;
	kept.flags = NETRING_XDP_KEEP_COMPLETIONS;
	xdp_make(&kept);
}

static uint64_t next(struct netring_xdp_frame *frame)
{
	memset(frame, 0xa5, sizeof(*frame));
	assert_int_equal(netring_xdp_tx_next_completion(TX, frame), 1);
	assert_int_equal(frame->capacity, XDP_FRAME);
	assert_ptr_equal(frame->data, xdp.memory + frame->addr);
	assert_int_equal(netring_umem_owner(&xdp.umem, frame->addr),
			 NETRING_UMEM_USER);
	return frame->addr;
}

/* Nothing is reaped on the way; each comes once, in order; may be given back,
 * or sent again. */
static void kept(void **state)
{
	struct netring_xdp_frame frame;
	uint64_t addr[3];
	uint32_t i;

	(void)state;
	make_kept(0);
	assert_int_equal(netring_xdp_tx_next_completion(TX, &frame), 0);
	for (i = 0; i < 3; i++)
		addr[i] = send_one(TX);
	xdp_transmit(0);
	assert_int_equal(netring_xdp_tx_reap(TX), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	assert_int_equal(xdp_waiting(COMPLETION), 3);
	assert_int_equal(netring_xdp_tx_pending(TX), 3);
	assert_int_equal(next(&frame), addr[0]);
	assert_int_equal(netring_xdp_tx_pending(TX), 2);
	netring_xdp_tx_discard(TX, &frame);
	assert_int_equal(next(&frame), addr[1]);
	assert_int_equal(netring_xdp_tx_commit(TX, &frame, 70), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 1);
	assert_int_equal(xdp_transmit(0), 1);
	assert_int_equal(next(&frame), addr[2]);
	netring_xdp_tx_discard(TX, &frame);
	assert_int_equal(next(&frame), addr[1]);
	netring_xdp_tx_discard(TX, &frame);
	assert_int_equal(netring_xdp_tx_next_completion(TX, &frame), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), FRAMES);
	assert_int_equal(TX->sent_, 4);
	xdp_free();
}

/* Wrong ones are passed over. */
static void kept_wrong(void **state)
{
	struct netring_xdp_frame frame;
	uint64_t addr;

	(void)state;
	make_kept(0);
	addr = send_one(TX);
	give(UINT64_MAX);
	give(0);
	give(addr);
	give(addr);
	give(addr);
	assert_int_equal(next(&frame), addr);
	assert_int_equal(netring_xdp_tx_next_completion(TX, &frame), 0);
	assert_int_equal(TX->invalid_, 4);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 1);
	xdp_free();
}

/* All that may be under way is: a completion takes the place of its frame. */
static void kept_all(void **state)
{
	struct netring_xdp_frame frame;
	uint32_t most, i;

	(void)state;
	for (most = 1; most <= 8; most++) {
		make_kept(most);
		for (i = 0; i < most; i++)
			send_one(TX);
		assert_int_equal(netring_xdp_tx_reserve(TX, &frame), -EAGAIN);
		assert_int_equal(xdp_transmit(0), most);
		for (i = 0; i < most; i++) {
			next(&frame);
			if (i % 2)
				netring_xdp_tx_discard(TX, &frame);
			else
				assert_int_equal(
					netring_xdp_tx_commit(TX, &frame, 60),
					0);
		}
		assert_int_equal(xdp_count(NETRING_UMEM_TX), (most + 1) / 2);
		xdp_free();
	}
}

/* No slot of the tx ring to send it again: it stays in the ring. */
static void kept_no_slot(void **state)
{
	struct netring_xdp_frame frame, more[8];
	uint64_t addr;
	uint32_t i;

	(void)state;
	make_kept(0);
	addr = send_one(TX);
	give(addr); /* though the consumer does not tell */
	for (i = 0; i < 7; i++)
		assert_int_equal(netring_xdp_tx_reserve(TX, &more[i]), 0);
	assert_int_equal(netring_xdp_tx_next_completion(TX, &frame), -EAGAIN);
	assert_int_equal(xdp_waiting(COMPLETION), 1);
	netring_xdp_tx_discard(TX, &more[0]);
	assert_int_equal(next(&frame), addr);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 7);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong),    cmocka_unit_test(wrong_index),
		cmocka_unit_test(kept),	    cmocka_unit_test(kept_wrong),
		cmocka_unit_test(kept_all), cmocka_unit_test(kept_no_slot),
	};

	return cmocka_run_group_tests_name("xdp_completion", tests, NULL, NULL);
}
