/* SPDX-License-Identifier: MIT */
/* test_xdp_unowned_frames.c - AF_XDP: frames that the caller does not have. */
#include "xdp_model.h"

#define FRAMES 8u

static struct netring_xdp_tx *tx;

/* Two reserved, one of them by the other socket; one with the kernel, one in a
 * batch, one kept, one being sent, two free. */
static struct netring_xdp_frame reserved, theirs;
static struct netring_xdp_packet in_batch, was_kept;

static void make(void)
{
	const struct xdp_shape shape = { .frames = FRAMES,
					 .most = 3,
					 .sockets = 2,
					 .flags = NETRING_XDP_FRAGMENTS };
	struct netring_xdp_rx *rx;
	struct netring_xdp_frame frame;

	xdp_make(&shape);
	tx = &xdp.sockets[0].tx;
	rx = &xdp.sockets[0].rx;
	assert_int_equal(netring_xdp_rx_fill(rx), 3);
	xdp_receive(0, 60);
	xdp_receive(0, 60);
	assert_int_equal(netring_xdp_rx_next(rx), 2);
	assert_int_equal(netring_xdp_rx_packet(rx, &was_kept), 1);
	assert_int_equal(netring_xdp_rx_packet(rx, &in_batch), 1);
	netring_xdp_rx_keep(rx, &was_kept);
	assert_int_equal(netring_xdp_tx_reserve(tx, &frame), 0);
	assert_int_equal(netring_xdp_tx_commit(tx, &frame, 60), 0);
	assert_int_equal(netring_xdp_tx_reserve(tx, &reserved), 0);
	assert_int_equal(netring_xdp_tx_reserve(&xdp.sockets[1].tx, &theirs),
			 0);
}

/* Every frame's owner, and what the handle has, as they were. */
static void unchanged(const uint32_t *words, const struct netring_xdp_tx *was)
{
	assert_memory_equal(xdp.table, words, FRAMES * sizeof(*words));
	assert_int_equal(tx->reserved_, was->reserved_);
	assert_int_equal(tx->staged_, was->staged_);
	assert_int_equal(xdp_count(NETRING_UMEM_RX), 1);
}

static const uint64_t outside[] = {
	FRAMES * XDP_FRAME, FRAMES *XDP_FRAME + 1, 0x7fffffff, 0x80000000,
	0xffffffff,	    0x100000000,	   UINT64_MAX,
};

#define OUTSIDE (sizeof(outside) / sizeof(outside[0]))

/* Only what this handle reserved may be committed, or discarded. */
static void not_reserved(void **state)
{
	uint32_t words[FRAMES], i;
	struct netring_xdp_frame frame;
	struct netring_xdp_tx was;

	(void)state;
	make();
	memcpy(words, xdp.table, sizeof(words));
	was = *tx;
	for (i = 0; i < FRAMES + OUTSIDE; i++) {
		frame = reserved;
		frame.addr = i < FRAMES ? i * XDP_FRAME : outside[i - FRAMES];
		if (frame.addr == reserved.addr)
			continue;
		assert_int_equal(netring_xdp_tx_commit(tx, &frame, 60), -EBADF);
		unchanged(words, &was);
		assert_int_equal(netring_xdp_tx_commit_more(tx, &frame, 60),
				 -EBADF);
		unchanged(words, &was);
		netring_xdp_tx_discard(tx, &frame);
		unchanged(words, &was);
	}
	/* once, and no more */
	assert_int_equal(netring_xdp_tx_commit(tx, &reserved, 60), 0);
	assert_int_equal(netring_xdp_tx_commit(tx, &reserved, 60), -EBADF);
	netring_xdp_tx_discard(tx, &reserved);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 2);
	netring_xdp_tx_discard(&xdp.sockets[1].tx, &theirs);
	netring_xdp_tx_discard(&xdp.sockets[1].tx, &theirs);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 1); /* the kept one */
	assert_int_equal(xdp.sockets[1].tx.reserved_, 0);
	xdp_free();
}

/* Only what is in a batch may be forwarded, once. */
static void in_no_batch(void **state)
{
	uint32_t words[FRAMES], i;
	struct netring_xdp_packet pkt;
	struct netring_xdp_tx was;

	(void)state;
	make();
	memcpy(words, xdp.table, sizeof(words));
	was = *tx;
	for (i = 0; i < FRAMES + OUTSIDE; i++) {
		pkt = in_batch;
		pkt.addr = i < FRAMES ? i * XDP_FRAME + 256 :
					outside[i - FRAMES];
		if (pkt.addr == in_batch.addr)
			continue;
		assert_int_equal(netring_xdp_tx_forward(tx, &pkt), -EBADF);
		pkt.options = NETRING_XDP_MORE;
		assert_int_equal(netring_xdp_tx_forward(tx, &pkt), -EBADF);
		unchanged(words, &was);
	}
	assert_int_equal(netring_xdp_tx_forward(tx, &was_kept), -EBADF);
	assert_int_equal(netring_xdp_tx_forward(&xdp.sockets[1].tx, &in_batch),
			 0);
	assert_int_equal(netring_xdp_tx_forward(&xdp.sockets[1].tx, &in_batch),
			 -EBADF);
	assert_int_equal(netring_xdp_tx_forward(tx, &in_batch), -EBADF);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 2);
	assert_int_equal(xdp.sockets[1].tx.staged_, 1);
	xdp_free();
}

/* Neither disturbs an unfinished packet. */
static void midway(void **state)
{
	struct netring_xdp_frame frame;

	(void)state;
	make();
	assert_int_equal(netring_xdp_tx_commit_more(tx, &reserved, 60), 0);
	frame = reserved;
	assert_int_equal(netring_xdp_tx_commit(tx, &frame, 60), -EBADF);
	frame.addr = UINT64_MAX;
	assert_int_equal(netring_xdp_tx_commit(tx, &frame, 60), -EBADF);
	assert_int_equal(netring_xdp_tx_forward(tx, &was_kept), -EBADF);
	assert_int_equal(tx->open_, 1);
	assert_int_equal(netring_xdp_tx_reserve(tx, &frame), 0);
	assert_int_equal(netring_xdp_tx_commit(tx, &frame, 60), 0);
	assert_int_equal(netring_xdp_tx_flush(tx), 3);
	assert_int_equal(xdp_transmit(0), 3);
	assert_int_equal(netring_xdp_tx_reap(tx), 3);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_reserved),
		cmocka_unit_test(in_no_batch),
		cmocka_unit_test(midway),
	};

	return cmocka_run_group_tests_name("xdp_unowned_frames", tests, NULL,
					   NULL);
}
