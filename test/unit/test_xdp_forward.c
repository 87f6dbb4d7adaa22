/* SPDX-License-Identifier: MIT */
/* test_xdp_forward.c - AF_XDP: received frames leave by another socket. */
#include "xdp_model.h"

#define RX (&xdp.sockets[0].rx)
#define TX (&xdp.sockets[1].tx)

/* All frames are for receiving, four of them with each socket. */
static const struct xdp_shape shape = { .frames = 8,
					.rx_frames = 8,
					.start = UINT32_MAX - 9,
					.flags = NETRING_XDP_FRAGMENTS,
					.sockets = 2 };

static void make(uint32_t most)
{
	struct xdp_shape some = shape;

	some.most = most;
	xdp_make(&some);
	assert_int_equal(netring_xdp_rx_fill(RX), most ? most : 8);
}

static struct netring_xdp_packet receive(uint32_t len, uint32_t options)
{
	struct netring_xdp_packet pkt;
	uint64_t addr = xdp_take(&xdp.kernel[0].fill);

	assert_true(addr != XDP_NOWHERE);
	assert_int_equal(
		xdp_give_desc(&xdp.kernel[0].rx, addr + 256, len, options), 1);
	if (!netring_xdp_rx_packet(RX, &pkt)) {
		netring_xdp_rx_release(RX);
		assert_int_equal(netring_xdp_rx_next(RX), 1);
		assert_int_equal(netring_xdp_rx_packet(RX, &pkt), 1);
	}
	return pkt;
}

static int forward(uint32_t len, uint32_t options)
{
	struct netring_xdp_packet pkt = receive(len, options);

	return netring_xdp_tx_forward(TX, &pkt);
}

/* From the kernel to the kernel, from the same place, and back to receive. */
static void around(void **state)
{
	struct netring_xdp_packet pkt;
	struct netring_xdp_desc desc;
	uint32_t round;

	(void)state;
	make(0);
	for (round = 0; round < 40; round++) {
		pkt = receive(60 + round, 0);
		assert_int_equal(netring_xdp_tx_forward(TX, &pkt), 0);
		assert_int_equal(netring_umem_owner(&xdp.umem, pkt.addr),
				 NETRING_UMEM_TX);
		netring_xdp_rx_release(RX);
		assert_int_equal(netring_xdp_tx_flush(TX), 1);
		assert_int_equal(xdp_count(NETRING_UMEM_TX), 1);
		assert_int_equal(xdp_count(NETRING_UMEM_FILL), 7);
		assert_int_equal(xdp_take_desc(&xdp.kernel[1].tx, &desc), 1);
		assert_true(desc.addr == pkt.addr);
		assert_int_equal(desc.addr % XDP_FRAME, 256);
		assert_int_equal(desc.len, 60 + round);
		assert_int_equal(desc.options, 0);
		xdp_give(&xdp.kernel[1].completion, desc.addr);
		assert_int_equal(netring_xdp_tx_reap(TX), 1);
		assert_int_equal(xdp_count(NETRING_UMEM_FREE), 1);
		/* it goes back to receiving, from its start */
		assert_int_equal(netring_xdp_rx_fill(RX), 1);
	}
	assert_int_equal(TX->sent_, 40);
	xdp_free();
}

/* Completed, and with the kernel again, before the batch is released: none is
 * handed back twice. */
static void fast(void **state)
{
	struct netring_xdp_packet pkt;
	uint32_t round, i;

	(void)state;
	make(4);
	for (round = 0; round < 30; round++) {
		for (i = 0; i < 4; i++)
			xdp_receive(0, 60 + i);
		assert_int_equal(netring_xdp_rx_next(RX), 4);
		while (netring_xdp_rx_packet(RX, &pkt))
			assert_int_equal(netring_xdp_tx_forward(TX, &pkt), 0);
		assert_int_equal(netring_xdp_tx_flush(TX), 4);
		assert_int_equal(xdp_transmit(1), 4);
		assert_int_equal(netring_xdp_tx_flush(TX), 0);
		assert_int_equal(xdp_count(NETRING_UMEM_TX), 0);
		assert_int_equal(netring_xdp_rx_fill(RX), 4);
		netring_xdp_rx_release(RX);
		assert_int_equal(xdp_count(NETRING_UMEM_FILL), 4);
		assert_int_equal(xdp_waiting(&xdp.kernel[0].fill), 4);
	}
	assert_int_equal(RX->invalid_, 0);
	xdp_free();
}

/* What cannot go stays in its batch, to be received into again. */
static void refused(void **state)
{
	(void)state;
	make(0);
	assert_int_equal(forward(13, 0), -EINVAL);
	assert_int_equal(forward(0, 0), -EINVAL);
	assert_int_equal(forward(1523, 0), -EMSGSIZE);
	assert_int_equal(xdp_count(NETRING_UMEM_RX), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 0);
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	assert_int_equal(TX->too_short_, 2);
	assert_int_equal(TX->too_long_, 1);
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	xdp_free();
}

/* A length that the caller changed: up to the frame's end. */
static void other_length(void **state)
{
	struct netring_xdp_packet pkt;
	struct netring_xdp_desc desc;

	(void)state;
	make(0);
	TX->longest_ = 9018;
	pkt = receive(60, 0);
	pkt.len = 1793;
	assert_int_equal(netring_xdp_tx_forward(TX, &pkt), -EMSGSIZE);
	pkt.len = UINT32_MAX;
	assert_int_equal(netring_xdp_tx_forward(TX, &pkt), -EMSGSIZE);
	pkt.len = 1792;
	assert_int_equal(netring_xdp_tx_forward(TX, &pkt), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 1);
	assert_int_equal(xdp_take_desc(&xdp.kernel[1].tx, &desc), 1);
	assert_int_equal(desc.len, 1792);
	/* options of the packet that are not for the kernel are not told */
	pkt = receive(60, 0);
	pkt.options = 0xfffffffe;
	assert_int_equal(netring_xdp_tx_forward(TX, &pkt), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 1);
	assert_int_equal(xdp_take_desc(&xdp.kernel[1].tx, &desc), 1);
	assert_int_equal(desc.options, 0);
	xdp_free();
}

/* No slot: it stays, and may be tried again. */
static void no_slot(void **state)
{
	struct netring_xdp_packet pkt;
	uint32_t i;

	(void)state;
	make(4);
	for (i = 0; i < 4; i++)
		assert_int_equal(forward(60, 0), 0);
	netring_xdp_rx_release(RX);
	netring_xdp_rx_fill(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 4);
	pkt = receive(70, 0);
	assert_int_equal(netring_xdp_tx_forward(TX, &pkt), -EAGAIN);
	assert_int_equal(netring_umem_owner(&xdp.umem, pkt.addr),
			 NETRING_UMEM_RX);
	assert_int_equal(netring_xdp_tx_flush(TX), 4);
	assert_int_equal(xdp_transmit(1), 4);
	assert_int_equal(netring_xdp_tx_forward(TX, &pkt), 0);
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_RX), 0);
	xdp_free();
}

/* Fragments: published when the last is there; when one is refused, those
 * before it are free, and the batch's release does not take them again. */
static void fragments(void **state)
{
	struct netring_xdp_desc desc;

	(void)state;
	make(0);
	TX->longest_ = 3000;
	assert_int_equal(forward(1000, NETRING_XDP_MORE), 0);
	assert_int_equal(forward(1000, NETRING_XDP_MORE), 0);
	netring_xdp_rx_release(RX);
	assert_int_equal(netring_xdp_tx_flush(TX), 0);
	assert_int_equal(forward(1, 0), 0);
	assert_int_equal(netring_xdp_tx_flush(TX), 3);
	assert_int_equal(xdp_take_desc(&xdp.kernel[1].tx, &desc), 1);
	assert_int_equal(desc.options, NETRING_XDP_MORE);
	assert_int_equal(forward(1000, NETRING_XDP_MORE), 0);
	assert_int_equal(forward(1000, NETRING_XDP_MORE), 0);
	assert_int_equal(forward(1001, 0), -EMSGSIZE);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 3);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 2);
	netring_xdp_rx_release(RX);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 2);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 3);
	assert_int_equal(netring_xdp_tx_flush(TX), 2);
	xdp_free();
}

/* Back out of the socket it came from. */
static void same_socket(void **state)
{
	struct netring_xdp_tx *tx = &xdp.sockets[0].tx;
	struct netring_xdp_packet pkt;

	(void)state;
	make(0);
	pkt = receive(60, 0);
	assert_int_equal(netring_xdp_tx_forward(tx, &pkt), 0);
	netring_xdp_rx_release(RX);
	assert_int_equal(netring_xdp_tx_flush(tx), 1);
	assert_int_equal(xdp_transmit(0), 1);
	assert_int_equal(netring_xdp_tx_reap(tx), 1);
	assert_int_equal(netring_xdp_rx_fill(RX), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 8);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(around),      cmocka_unit_test(fast),
		cmocka_unit_test(refused),     cmocka_unit_test(other_length),
		cmocka_unit_test(no_slot),     cmocka_unit_test(fragments),
		cmocka_unit_test(same_socket),
	};

	return cmocka_run_group_tests_name("xdp_forward", tests, NULL, NULL);
}
