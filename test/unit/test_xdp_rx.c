/* SPDX-License-Identifier: MIT */
/* test_xdp_rx.c - AF_XDP: batches, released whole and in part, kept. */
#include "xdp_model.h"

#define RX (&xdp.sockets[0].rx)

/* Sixteen frames, eight of them to receive into, eight slots. */
static const struct xdp_shape shape = { .frames = 16, .start = UINT32_MAX - 9 };

static void receive(uint32_t count)
{
	uint64_t addr;

	while (count--) {
		addr = xdp_receive(0, 60 + count);
		memset(xdp.memory + addr, (int)(60 + count), 60 + count);
	}
}

/* The next packet of the batch: @len bytes of that number. */
static struct netring_xdp_packet walk(uint32_t len)
{
	struct netring_xdp_packet pkt;
	uint32_t i;

	memset(&pkt, 0xa5, sizeof(pkt));
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
	assert_int_equal(pkt.len, len);
	assert_int_equal(pkt.options, 0);
	assert_ptr_equal(pkt.data, xdp.memory + pkt.addr);
	for (i = 0; i < len; i++)
		assert_int_equal(pkt.data[i], len);
	assert_int_equal(netring_umem_owner(&xdp.umem, pkt.addr),
			 NETRING_UMEM_RX);
	return pkt;
}

static void no_more(void)
{
	struct netring_xdp_packet pkt;

	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 0);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 0);
}

/* All frames for receiving are with the kernel: each once, from its start. */
static void filling(void **state)
{
	uint32_t seen = 0, i;
	uint64_t addr;

	(void)state;
	xdp_make(&shape);
	assert_int_equal(netring_xdp_rx_fill(RX), 8);
	assert_int_equal(netring_xdp_rx_fill(RX), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	assert_int_equal(xdp_waiting(&xdp.kernel[0].fill), 8);
	for (i = 0; i < 8; i++) {
		addr = xdp_take(&xdp.kernel[0].fill);
		assert_int_equal(addr % XDP_FRAME, 0);
		assert_true(addr / XDP_FRAME < 8);
		seen |= 1u << addr / XDP_FRAME;
	}
	assert_int_equal(seen, 0xff);
	/* the ring is free again, but there are no frames left */
	assert_int_equal(netring_xdp_rx_fill(RX), 0);
	assert_true(xdp_take(&xdp.kernel[0].fill) == XDP_NOWHERE);
	xdp_free();
}

/* No more than a socket may have, and than the ring holds. */
static void fill_limits(void **state)
{
	struct xdp_shape small = shape;
	struct netring_xdp_packet pkt;

	(void)state;
	small.most = 3;
	xdp_make(&small);
	assert_int_equal(netring_xdp_rx_fill(RX), 3);
	xdp_take(&xdp.kernel[0].fill);
	assert_int_equal(netring_xdp_rx_fill(RX), 0);
	xdp_free();

	small.most = 0;
	small.slots = 2;
	xdp_make(&small);
	assert_int_equal(netring_xdp_rx_fill(RX), 2);
	assert_int_equal(netring_xdp_rx_fill(RX), 0);
	/* a consumer index that cannot be: no room */
	xdp_receive(0, 60);
	assert_int_equal(netring_xdp_rx_next(RX), 1);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
	xdp.kernel[0].fill.indices->consumer += 77;
	assert_int_equal(netring_xdp_rx_fill(RX), 0);
	xdp.kernel[0].fill.indices->consumer -= 77;
	assert_int_equal(netring_xdp_rx_fill(RX), 1);
	xdp_free();
}

/* Round after round, across the end of the numbers: whole batches. */
static void batches(void **state)
{
	uint32_t round, i;

	(void)state;
	xdp_make(&shape);
	assert_int_equal(netring_xdp_rx_next(RX), 0); /* which fills */
	no_more();
	netring_xdp_rx_release(RX);
	for (round = 0; round < 50; round++) {
		uint32_t count = 1 + round % 8;

		receive(count);
		assert_int_equal(netring_xdp_rx_next(RX), count);
		for (i = count; i; i--)
			walk(59 + i);
		no_more();
		assert_int_equal(xdp_count(NETRING_UMEM_RX), count);
		netring_xdp_rx_release(RX);
		assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
		assert_int_equal(xdp_waiting(&xdp.kernel[0].rx), 0);
		assert_int_equal(xdp_waiting(&xdp.kernel[0].fill), 8);
		netring_xdp_rx_release(RX); /* of nothing */
		assert_int_equal(netring_xdp_rx_next(RX), 0);
	}
	assert_int_equal(RX->received_, 50 / 8 * 36 + 3);
	assert_int_equal(RX->invalid_, 0);
	xdp_free();
}

/* What was not walked stays, in order, before what is new. */
static void released_in_part(void **state)
{
	(void)state;
	xdp_make(&shape);
	netring_xdp_rx_fill(RX);
	receive(5);
	assert_int_equal(netring_xdp_rx_next(RX), 5);
	walk(64);
	walk(63);
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	walk(62); /* it may go on */
	netring_xdp_rx_release(RX);
	receive(1);
	assert_int_equal(netring_xdp_rx_next(RX), 2); /* as known so far */
	walk(61);
	walk(60);
	no_more();
	netring_xdp_rx_release(RX);
	assert_int_equal(netring_xdp_rx_next(RX), 1);
	walk(60);
	netring_xdp_rx_release(RX);
	assert_int_equal(RX->received_, 6);
	xdp_free();
}

/* A kept frame is the caller's until it is freed, by any address in it. */
static void keeping(void **state)
{
	struct netring_xdp_packet kept[2];

	(void)state;
	xdp_make(&shape);
	netring_xdp_rx_fill(RX);
	receive(3);
	netring_xdp_rx_next(RX);
	kept[0] = walk(62);
	netring_xdp_rx_keep(RX, &kept[0]);
	walk(61);
	kept[1] = walk(60);
	netring_xdp_rx_keep(RX, &kept[1]);
	assert_int_equal(netring_umem_free(&xdp.umem, kept[1].addr), 0);
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 6);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 9);
	assert_int_equal(netring_xdp_rx_fill(RX), 1);
	assert_int_equal(kept[0].data[61], 62); /* still there */
	assert_int_equal(netring_umem_free(&xdp.umem, kept[0].addr), 0);
	assert_int_equal(netring_umem_free(&xdp.umem, kept[0].addr), -EINVAL);
	assert_int_equal(netring_xdp_rx_fill(RX), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	xdp_free();
}

/* 64 a batch, and the rest after it. */
static void many(void **state)
{
	const struct xdp_shape large = { .frames = 400, .slots = 256 };
	uint32_t left;

	(void)state;
	xdp_make(&large);
	assert_int_equal(netring_xdp_rx_fill(RX), 200);
	receive(150);
	for (left = 150; left;) {
		uint32_t count = left < 64 ? left : 64;

		assert_int_equal(netring_xdp_rx_next(RX), count);
		for (; count; count--)
			walk(59 + left--);
		no_more();
		netring_xdp_rx_release(RX);
	}
	assert_int_equal(netring_xdp_rx_next(RX), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 200);
	xdp_free();
}

/* A fill ring without room: what is released goes to the list. */
static void fill_ring_full(void **state)
{
	struct xdp_shape narrow = shape;
	uint32_t i;

	(void)state;
	narrow.slots = 4;
	xdp_make(&narrow);
	assert_int_equal(netring_xdp_rx_fill(RX), 4);
	receive(4);
	assert_int_equal(netring_xdp_rx_next(RX), 4);
	for (i = 4; i; i--)
		walk(59 + i);
	assert_int_equal(netring_xdp_rx_fill(RX), 4); /* the other four */
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 4);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 12);
	assert_int_equal(xdp_waiting(&xdp.kernel[0].fill), 4);
	xdp_free();

	/* nor is there any by an index that cannot be */
	xdp_make(&shape);
	assert_int_equal(netring_xdp_rx_fill(RX), 8);
	receive(2);
	assert_int_equal(netring_xdp_rx_next(RX), 2);
	walk(61);
	walk(60);
	RX->fill_.edge_ = RX->fill_.next_; /* as if not looked at so far */
	xdp.kernel[0].fill.indices->consumer += 99;
	netring_xdp_rx_release(RX);
	xdp.kernel[0].fill.indices->consumer -= 99;
	assert_int_equal(xdp_waiting(&xdp.kernel[0].fill), 6);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 6);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 10);
	xdp_free();
}

/* Filling while a batch is at hand gives the kernel no more than it may have:
 * what is released is too much, and free. */
static void fill_and_release(void **state)
{
	const struct xdp_shape wide = { .frames = 32, .slots = 32, .most = 4 };
	uint32_t round, i;

	(void)state;
	xdp_make(&wide);
	assert_int_equal(netring_xdp_rx_fill(RX), 4);
	for (round = 0; round < 10; round++) {
		receive(4);
		assert_int_equal(netring_xdp_rx_next(RX), 4);
		for (i = 4; i; i--)
			walk(59 + i);
		assert_true(netring_xdp_rx_fill(RX) <= 4);
		netring_xdp_rx_release(RX);
		assert_int_equal(xdp_count(NETRING_UMEM_FILL), 4);
		assert_int_equal(RX->posted_, 4);
		assert_int_equal(netring_xdp_rx_fill(RX), 0);
	}
	xdp_free();
}

/* A forgotten release: no frame is had twice, or lost. */
static void next_without_release(void **state)
{
	(void)state;
	xdp_make(&shape);
	netring_xdp_rx_fill(RX);
	receive(2);
	assert_int_equal(netring_xdp_rx_next(RX), 2);
	walk(61);
	walk(60);
	assert_int_equal(netring_xdp_rx_next(RX), 2);
	no_more(); /* they were seen */
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	xdp_free();
}

/* Where packets are there, waiting returns without a system call. */
static void no_wait(void **state)
{
	(void)state;
	xdp_make(&shape);
	netring_xdp_rx_fill(RX);
	receive(1);
	assert_int_equal(netring_xdp_rx_wait(RX, NETRING_FOREVER), 1);
	assert_int_equal(netring_xdp_rx_wait(RX, 0), 1);
	assert_int_equal(netring_xdp_rx_next(RX), 1);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filling),
		cmocka_unit_test(fill_limits),
		cmocka_unit_test(batches),
		cmocka_unit_test(released_in_part),
		cmocka_unit_test(keeping),
		cmocka_unit_test(many),
		cmocka_unit_test(fill_ring_full),
		cmocka_unit_test(fill_and_release),
		cmocka_unit_test(next_without_release),
		cmocka_unit_test(no_wait),
	};

	return cmocka_run_group_tests_name("xdp_rx", tests, NULL, NULL);
}
