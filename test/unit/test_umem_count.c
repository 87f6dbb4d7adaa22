/* SPDX-License-Identifier: MIT */
/* test_umem_count.c - netring_umem_count() finds what is lost or had twice. */
#include "xdp_model.h"

#define FRAMES 8u

/* Frames 0 to 3 for receiving, the others for sending: one with the kernel,
 * one in a batch, two reserved, one of these committed. */
static void make(void)
{
	const struct xdp_shape shape = { .frames = FRAMES, .most = 2 };
	struct netring_xdp_packet pkt;
	struct netring_xdp_frame frame;

	xdp_make(&shape);
	assert_int_equal(netring_xdp_rx_fill(&xdp.sockets[0].rx), 2);
	xdp_receive(0, 60);
	assert_int_equal(netring_xdp_rx_next(&xdp.sockets[0].rx), 1);
	assert_int_equal(netring_xdp_rx_packet(&xdp.sockets[0].rx, &pkt), 1);
	assert_int_equal(netring_xdp_tx_reserve(&xdp.sockets[0].tx, &frame), 0);
	assert_int_equal(netring_xdp_tx_commit(&xdp.sockets[0].tx, &frame, 60),
			 0);
	assert_int_equal(netring_xdp_tx_reserve(&xdp.sockets[0].tx, &frame), 0);
}

static int recount(void)
{
	uint32_t count[NETRING_UMEM_OWNERS_];

	return netring_umem_count(&xdp.umem, count);
}

static void counts(void **state)
{
	(void)state;
	make();
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 4);
	assert_int_equal(xdp_count(NETRING_UMEM_FILL), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_RX), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_USER), 1);
	assert_int_equal(xdp_count(NETRING_UMEM_TX), 1);
	xdp_free();
}

/* Every word of the table, made that of every owner: one frame more here, one
 * less there. Only who has what is in no list and no ring is not in the books:
 * RX and USER are for one another. */
static void wrong_owner(void **state)
{
	uint32_t frame, owner, before, word;
	int outside;

	(void)state;
	make();
	for (frame = 0; frame < FRAMES; frame++)
		for (owner = 1; owner < 16; owner++) {
			word = xdp.table[frame];
			before = word >> 28;
			outside = (before == NETRING_UMEM_RX ||
				   before == NETRING_UMEM_USER) &&
				  (owner == NETRING_UMEM_RX ||
				   owner == NETRING_UMEM_USER);
			xdp.table[frame] = UMEM_WORD(owner, 1);
			if (before != owner && !outside)
				assert_int_equal(recount(), -EUCLEAN);
			else
				assert_int_equal(recount(), 0);
			xdp.table[frame] = word;
			assert_int_equal(recount(), 0);
		}
	xdp_free();
}

/* Every link of the lists, made any other. */
static void wrong_link(void **state)
{
	uint32_t frame, next, word;

	(void)state;
	make();
	for (frame = 0; frame < FRAMES; frame++) {
		word = xdp.table[frame];
		if (word >> 28 != NETRING_UMEM_FREE)
			continue;
		for (next = 0; next < FRAMES + 2; next++) {
			xdp.table[frame] = next == FRAMES ? NETRING_UMEM_END_ :
							    next;
			assert_int_equal(recount(), xdp.table[frame] == word ?
							    0 :
							    -EUCLEAN);
		}
		xdp.table[frame] = word;
	}
	assert_int_equal(recount(), 0);
	xdp_free();
}

/* Heads and numbers of the lists, and of what sockets believe to have. */
static void wrong_number(void **state)
{
	uint32_t *const numbers[] = {
		&xdp.umem.rx_.first,	       &xdp.umem.rx_.count,
		&xdp.umem.tx_.first,	       &xdp.umem.tx_.count,
		&xdp.sockets[0].rx.posted_,    &xdp.sockets[0].tx.staged_,
		&xdp.sockets[0].tx.in_flight_,
	};
	uint32_t i, right;

	(void)state;
	make();
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		right = *numbers[i];
		*numbers[i] = right + 1;
		assert_int_equal(recount(), -EUCLEAN);
		*numbers[i] = right - 1;
		assert_int_equal(recount(), -EUCLEAN);
		*numbers[i] = right;
		assert_int_equal(recount(), 0);
	}
	xdp_free();
}

/* The end of one list leads into the other one, whose head is lost: a frame
 * had twice, one lost, and all the numbers right. */
static void joined_lists(void **state)
{
	const struct xdp_shape shape = { .frames = 4 };

	(void)state;
	xdp_make(&shape);
	assert_int_equal(xdp_count(NETRING_UMEM_FREE), 4);
	assert_int_equal(xdp.umem.rx_.first, 0);
	assert_int_equal(xdp.umem.tx_.first, 2);
	xdp.table[0] = 3; /* 0, 3 and 2, 3; 1 is lost */
	assert_int_equal(recount(), -EUCLEAN);
	xdp.table[0] = 1;
	xdp.table[2] = 1; /* 0, 1 and 2, 1; 3 is lost */
	assert_int_equal(recount(), -EUCLEAN);
	xdp.table[2] = 3;
	assert_int_equal(recount(), 0);
	xdp_free();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),	cmocka_unit_test(wrong_owner),
		cmocka_unit_test(wrong_link),	cmocka_unit_test(wrong_number),
		cmocka_unit_test(joined_lists),
	};

	return cmocka_run_group_tests_name("umem_count", tests, NULL, NULL);
}
