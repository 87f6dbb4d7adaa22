/* SPDX-License-Identifier: MIT */
/* test_xdp_tx.c - AF_XDP: frames reserved, committed, given up, in flight. */
#include "xdp_model.h"

#define TX (&xdp.sockets[0].tx)
#define KERNEL (&xdp.kernel[0])

/* Sixteen frames, all to send from but one; eight slots. */
static const struct xdp_shape shape = { .frames = 16,
					.rx_frames = 1,
					.start = UINT32_MAX - 9 };

static struct netring_xdp_frame frames[32];

static void reserve(uint32_t i)
{
	struct netring_xdp_frame *frame = &frames[i];

	memset(frame, 0xa5, sizeof(*frame));
	assert_int_equal(netring_xdp_tx_reserve(TX, frame), 0);
	assert_int_equal(frame->capacity, XDP_FRAME);
	assert_ptr_equal(frame->data, xdp.memory + frame->addr);
	assert_true(frame->addr < xdp.umem.size_);
	assert_int_equal(frame->addr % XDP_FRAME, 0);
	assert_null(frame->metadata);
	assert_int_equal(netring_umem_owner(&xdp.umem, frame->addr),
			 NETRING_UMEM_USER);
}

static void commit(uint32_t i, uint32_t len)
{
	assert_int_equal(netring_xdp_tx_commit(TX, &frames[i], len), 0);
	assert_int_equal(netring_umem_owner(&xdp.umem, frames[i].addr),
			 NETRING_UMEM_TX);
}

/* The kernel finds that descriptor next. */
static void sent(uint32_t i, uint32_t len)
{
	struct netring_xdp_desc desc;

	assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
	assert_true(desc.addr == frames[i].addr);
	assert_int_equal(desc.len, len);
	assert_int_equal(desc.options, 0);
}

static void full(void)
{
	struct netring_xdp_frame frame;

	assert_int_equal(netring_xdp_tx_reserve(TX, &frame), -EAGAIN);
}

/* In the order of the commits, and not before a flush; then completed. */
static void in_order(void **state)
{
	struct netring_xdp_desc desc;
	uint32_t round, i;

	(void)state;
	xdp_make(&shape);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 5; i++)
			reserve(i);
		for (i = 5; i; i--)
			commit(i - 1, 60 + i);
		assert_int_equal(netring_xdp_tx_pending(TX), 5);
		assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 0);
		assert_int_equal(netring_xdp_tx_flush(TX), 5);
		for (i = 5; i; i--)
			sent(i - 1, 60 + i);
		assert_int_equal(netring_xdp_tx_flush(TX), 0);
		assert_int_equal(xdp_count(NETRING_UMEM_TX), 5);
		for (i = 0; i < 5; i++)
			assert_int_equal(xdp_give(&KERNEL->completion,
						  frames[i].addr),
					 1);
		assert_int_equal(netring_xdp_tx_pending(TX), 5);
		assert_int_equal(netring_xdp_tx_reap(TX), 5);
		assert_int_equal(netring_xdp_tx_reap(TX), 0);
		assert_int_equal(netring_xdp_tx_pending(TX), 0);
		assert_int_equal(xdp_count(NETRING_UMEM_FREE), 16);
		assert_int_equal(xdp_waiting(&KERNEL->completion), 0);
	}
	assert_int_equal(TX->queued_, 100);
	assert_int_equal(TX->sent_, 100);
	assert_int_equal(TX->invalid_, 0);
	xdp_free();
}

/* As many as the ring has slots, reserved or committed; a discarded one makes
 * room; no slot is written twice. */
static void slots(void **state)
{
	uint32_t i;

	(void)state;
	xdp_make(&shape);
	for (i = 0; i < 8; i++)
		reserve(i);
	full();
	netring_xdp_tx_discard(TX, &frames[3]);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 7);
	reserve(3);
	full();
	for (i = 0; i < 4; i++)
		commit(i, 60 + i);
	full();
	assert_int_equal(netring_xdp_tx_flush(TX), 4);
	full(); /* they are in flight */
	for (i = 4; i < 8; i++)
		commit(i, 60 + i);
	full();
	assert_int_equal(netring_xdp_tx_flush(TX), 8);
	for (i = 0; i < 8; i++)
		sent(i, 60 + i);
	full(); /* taken, not completed */
	xdp_give(&KERNEL->completion, frames[5].addr);
	reserve(8); /* which reaps */
	full();
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 7);
	xdp_free();
}

/* Frames are fewer than slots. */
static void frames_run_out(void **state)
{
	const struct xdp_shape few = { .frames = 6, .slots = 32 };
	uint32_t i;

	(void)state;
	xdp_make(&few);
	for (i = 0; i < 3; i++)
		reserve(i);
	full();
	for (i = 0; i < 3; i++)
		commit(i, 60);
	full();
	assert_int_equal(netring_xdp_tx_flush(TX), 3);
	assert_int_equal(xdp_transmit(0), 3);
	for (i = 0; i < 3; i++)
		reserve(i);
	full();
	xdp_free();
}

/* A socket's own limit, in whatever state its frames are. */
static void in_flight(void **state)
{
	struct xdp_shape narrow = shape;
	uint32_t i, done;

	(void)state;
	narrow.most = 3;
	xdp_make(&narrow);
	reserve(0);
	commit(0, 60);
	assert_int_equal(netring_xdp_tx_flush(TX), 1);
	reserve(1);
	commit(1, 60);
	reserve(2);
	full();
	commit(2, 60);
	full();
	assert_int_equal(netring_xdp_tx_flush(TX), 3);
	full();
	for (i = 0; i < 3; i++)
		sent(i, 60);
	for (done = 0; done < 3; done++) {
		full();
		xdp_give(&KERNEL->completion, frames[done].addr);
		reserve(3 + done);
	}
	full();
	for (i = 0; i < 3; i++)
		netring_xdp_tx_discard(TX, &frames[3 + i]);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 16);
	xdp_free();
}

/* A ring that the kernel does not empty is not written into. */
static void stuck_ring(void **state)
{
	const struct xdp_shape deep = {
		.frames = 32, .rx_frames = 1, .slots = 16, .start = 7
	};
	struct netring_xdp_desc before[8];
	uint32_t i;

	(void)state;
	xdp_make(&deep);
	/* a ring of eight slots only */
	xdp_ring_free(&KERNEL->tx);
	xdp_ring_make(&TX->ring_, &KERNEL->tx, 8, sizeof(before[0]), 7, 1);
	for (i = 0; i < 8; i++) {
		reserve(i);
		commit(i, 60 + i);
	}
	assert_int_equal(netring_xdp_tx_flush(TX), 8);
	memcpy(before, KERNEL->tx.slots, sizeof(before));
	full();
	/* completed, though the consumer does not tell: Linux before 6.18 */
	for (i = 0; i < 4; i++)
		xdp_give(&KERNEL->completion, frames[i].addr);
	full();
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 4);
	/* an index that cannot be makes no room either */
	KERNEL->tx.indices->consumer += 9;
	full();
	KERNEL->tx.indices->consumer -= 10;
	full();
	KERNEL->tx.indices->consumer += 1;
	full();
	assert_memory_equal(before, KERNEL->tx.slots, sizeof(before));
	KERNEL->tx.indices->consumer += 8;
	for (i = 0; i < 8; i++)
		reserve(i);
	full();
	xdp_free();
}

/* netring_xdp_tx_queue(): a copy, no kick; -EAGAIN when there is no frame. */
static void queue(void **state)
{
	uint8_t data[1523];
	uint32_t i;

	(void)state;
	xdp_make(&shape);
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7);
	for (i = 0; i < 8; i++)
		assert_int_equal(netring_xdp_tx_queue(TX, data, 1522 - i, 0),
				 0);
	assert_int_equal(xdp_waiting(&KERNEL->tx), 0);
	assert_int_equal(netring_xdp_tx_queue(TX, data, 60, 0), -EAGAIN);
	assert_int_equal(xdp_waiting(&KERNEL->tx), 8); /* it was flushed */
	for (i = 0; i < 8; i++) {
		struct netring_xdp_desc desc;

		assert_int_equal(xdp_take_desc(&KERNEL->tx, &desc), 1);
		assert_int_equal(desc.len, 1522 - i);
		assert_memory_equal(xdp.memory + desc.addr, data, 1522 - i);
		xdp_give(&KERNEL->completion, desc.addr);
	}
	assert_int_equal(netring_xdp_tx_queue(TX, data, 13, 0), -EINVAL);
	assert_int_equal(netring_xdp_tx_queue(TX, data, 1523, 0), -EMSGSIZE);
	/* more than a frame has is not copied */
	assert_int_equal(netring_xdp_tx_queue(TX, data, 2049, 0), -EMSGSIZE);
	assert_int_equal(netring_xdp_tx_queue(TX, NULL, UINT32_MAX, 0),
			 -EMSGSIZE);
	assert_int_equal(netring_xdp_tx_queue(TX, data, 60, 0), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 1);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),	  cmocka_unit_test(slots),
		cmocka_unit_test(frames_run_out), cmocka_unit_test(in_flight),
		cmocka_unit_test(stuck_ring),	  cmocka_unit_test(queue),
	};

	return cmocka_run_group_tests_name("xdp_tx", tests, NULL, NULL);
}
