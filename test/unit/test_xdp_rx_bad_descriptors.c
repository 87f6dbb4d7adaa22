/* SPDX-License-Identifier: MIT */
/* test_xdp_rx_bad_descriptors.c - AF_XDP: descriptors that cannot be. */
#include "xdp_model.h"

#define RX (&xdp.sockets[0].rx)
#define FRAMES 16u

static const struct xdp_shape shape = { .frames = FRAMES,
					.start = UINT32_MAX - 9,
					.sockets = 2,
					.rx_frames = 8,
					.most = 4 };

static void give(uint64_t addr, uint32_t len)
{
	assert_true(xdp_give_desc(&xdp.kernel[0].rx, addr, len, 0));
}

/* A frame that the kernel has of that socket. */
static uint64_t with_kernel(uint32_t socket)
{
	uint64_t addr = xdp_take(&xdp.kernel[socket].fill);

	assert_true(addr != XDP_NOWHERE);
	return addr;
}

/* One wrong descriptor between two right ones: it is passed over, counted, and
 * changes nobody's frame. */
static void between(uint64_t addr, uint32_t len)
{
	uint64_t first = with_kernel(0) + 256, second = with_kernel(0) + 256;
	uint64_t invalid = RX->invalid_;
	struct netring_xdp_packet pkt;
	uint32_t before = 0, frame = FRAMES;

	if (addr < xdp.umem.size_) {
		frame = (uint32_t)(addr / XDP_FRAME);
		before = xdp.table[frame];
	}
	give(first, 60);
	give(addr, len);
	give(second, 61);
	assert_int_equal(netring_xdp_rx_next(RX), 3);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
	assert_int_equal(pkt.addr, first);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
	assert_int_equal(pkt.addr, second);
	assert_int_equal(pkt.len, 61);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 0);
	assert_int_equal(RX->invalid_, invalid + 1);
	netring_xdp_rx_release(RX);
	if (frame < FRAMES)
		assert_int_equal(xdp.table[frame], before);
	assert_int_equal(xdp_count(NETRING_UMEM_RX), 0);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	assert_int_equal(RX->invalid_, invalid + 1);
}

static void make(void)
{
	xdp_make(&shape);
	assert_int_equal(netring_xdp_rx_fill(RX), 4);
	assert_int_equal(netring_xdp_rx_fill(&xdp.sockets[1].rx), 4);
}

static void outside(void **state)
{
	static const uint64_t wrong[] = {
		FRAMES * XDP_FRAME,
		FRAMES * XDP_FRAME + 256,
		FRAMES * XDP_FRAME * 2,
		0x7fffffff,
		0x80000000,
		0xffffffff,
		0x100000000,
		0x100000100,	 /* 256 in 32 bits */
		0x1000000000000, /* what unaligned mode has offsets in */
		0x8000000000000000,
		0xffffffffffffffff,
	};
	uint32_t i;

	(void)state;
	make();
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		between(wrong[i], 60);
		between(wrong[i], 0);
		between(wrong[i], UINT32_MAX);
	}
	xdp_free();
}

/* Frames that this socket did not give: of the lists, of another one, kept,
 * reserved, being sent. */
static void not_filled(void **state)
{
	struct netring_xdp_tx *tx = &xdp.sockets[0].tx;
	struct netring_xdp_frame frame;
	struct netring_xdp_packet pkt;
	uint64_t other, kept;

	(void)state;
	make();
	between(12 * XDP_FRAME, 60); /* free */
	other = with_kernel(1);
	between(other, 60);
	between(other + 256, 60);
	give(with_kernel(0) + 256, 60);
	netring_xdp_rx_next(RX);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
	netring_xdp_rx_keep(RX, &pkt);
	kept = pkt.addr;
	netring_xdp_rx_release(RX);
	assert_int_equal(netring_umem_free(&xdp.umem, kept), 0);
	assert_int_equal(netring_xdp_rx_fill(RX), 1);
	assert_int_equal(netring_xdp_tx_reserve(tx, &frame), 0);
	between(frame.addr, 60);
	assert_int_equal(netring_xdp_tx_commit(tx, &frame, 60), 0);
	between(frame.addr, 60);
	assert_true(netring_xdp_tx_flush(tx) >= 0);
	between(frame.addr, 60);
	assert_int_equal(xdp_transmit(0), 1);
	between(frame.addr, 60);
	xdp_free();
}

/* Packets that end behind their frame. */
static void too_long(void **state)
{
	static const struct {
		uint32_t offset, len;
	} wrong[] = {
		{ 256, 1793 },	   { 256, 2048 },	{ 0, 2049 },
		{ 2047, 2 },	   { 256, UINT32_MAX }, { 1, UINT32_MAX },
		{ 512, 1537 },	   { 256, 0x80000000 }, { 0, UINT32_MAX - 255 },
		{ 2, 0xfffffffe },
	};
	struct netring_xdp_packet pkt;
	uint64_t addr;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make();
		addr = with_kernel(0);
		give(addr + wrong[i].offset, wrong[i].len);
		assert_int_equal(netring_xdp_rx_next(RX), 1);
		assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 0);
		assert_int_equal(RX->invalid_, 1);
		netring_xdp_rx_release(RX);
		/* the frame itself is still the kernel's */
		assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
		give(addr + wrong[i].offset, XDP_FRAME - wrong[i].offset);
		assert_int_equal(netring_xdp_rx_next(RX), 1);
		assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
		xdp_free();
	}
}

/* The same frame twice in a batch. */
static void doubled(void **state)
{
	uint64_t addr;
	struct netring_xdp_packet pkt;
	uint32_t i;

	(void)state;
	make();
	addr = with_kernel(0) + 256;
	for (i = 0; i < 5; i++)
		give(addr + i * 16, 60 + i);
	assert_int_equal(netring_xdp_rx_next(RX), 5);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
	assert_int_equal(pkt.addr, addr);
	assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 0);
	assert_int_equal(RX->invalid_, 4);
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	/* it was handed back once */
	assert_int_equal(xdp_waiting(&xdp.kernel[0].fill), 4);
	xdp_free();
}

/* Nothing but wrong ones: the ring goes on. */
static void all_wrong(void **state)
{
	struct netring_xdp_packet pkt;
	uint32_t round, i;

	(void)state;
	make();
	for (round = 0; round < 10; round++) {
		for (i = 0; i < 8; i++)
			give(UINT64_MAX - i, 60);
		assert_int_equal(netring_xdp_rx_next(RX), 8);
		assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 0);
		netring_xdp_rx_release(RX);
		assert_int_equal(netring_xdp_rx_next(RX), 0);
	}
	assert_int_equal(RX->invalid_, 80);
	assert_int_equal(RX->received_, 80);
	between(UINT64_MAX, 60);
	xdp_free();
}

/* A producer index that cannot be. */
static void wrong_index(void **state)
{
	uint32_t *producer, i;

	(void)state;
	make();
	producer = &xdp.kernel[0].rx.indices->producer;
	for (i = 9; i < 2000; i += i / 4) {
		*producer += i;
		assert_int_equal(netring_xdp_rx_next(RX), 0);
		*producer -= 2 * i;
		assert_int_equal(netring_xdp_rx_next(RX), 0);
		netring_xdp_rx_release(RX);
		*producer += i;
		between(UINT64_MAX, 60);
	}
	xdp_free();
}

/* Wherever in its frame a packet was, the frame's start is handed back; and
 * so much in front of it may be asked for as there is. */
static void recycled(void **state)
{
	static const uint32_t headrooms[] = { 0, 2, 64, 256, 1344 };
	struct xdp_shape roomy = { .frames = FRAMES };
	struct netring_xdp_packet pkt;
	uint32_t i, offset, n;

	(void)state;
	for (i = 0; i < sizeof(headrooms) / sizeof(headrooms[0]); i++) {
		roomy.headroom = headrooms[i];
		offset = 256 + headrooms[i];
		xdp_make(&roomy);
		assert_int_equal(netring_umem_room(&xdp.umem),
				 XDP_FRAME - offset);
		assert_int_equal(netring_xdp_rx_fill(RX), 8);
		xdp_receive(0, XDP_FRAME - offset); /* which just fits */
		xdp_receive(0, 0);
		assert_int_equal(netring_xdp_rx_next(RX), 2);
		for (n = 0; n < 2; n++) {
			assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
			assert_int_equal(pkt.addr % XDP_FRAME, offset);
			assert_int_equal(pkt.len, n ? 0 : XDP_FRAME - offset);
			assert_ptr_equal(netring_xdp_rx_metadata(RX, &pkt, 4),
					 pkt.data - 4);
			assert_ptr_equal(netring_xdp_rx_metadata(RX, &pkt,
								 offset),
					 pkt.data - offset);
			assert_null(
				netring_xdp_rx_metadata(RX, &pkt, offset + 1));
			assert_null(
				netring_xdp_rx_metadata(RX, &pkt, UINT32_MAX));
		}
		netring_xdp_rx_release(RX);
		for (n = 0; n < 8; n++)
			assert_int_equal(with_kernel(0) % XDP_FRAME, 0);
		assert_int_equal(xdp_waiting(&xdp.kernel[0].fill), 0);
		xdp_free();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outside),   cmocka_unit_test(not_filled),
		cmocka_unit_test(too_long),  cmocka_unit_test(doubled),
		cmocka_unit_test(all_wrong), cmocka_unit_test(wrong_index),
		cmocka_unit_test(recycled),
	};

	return cmocka_run_group_tests_name("xdp_rx_bad_descriptors", tests,
					   NULL, NULL);
}
