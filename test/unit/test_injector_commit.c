/* SPDX-License-Identifier: MIT */
/* test_injector_commit.c - which lengths may be sent; launch times; VLAN tags. */
#include "injector_model.h"

static const struct tx_shape plain = { 4096, 2, 2048, 0, 1 };
static const struct tx_shape vnet = { 4096, 2, 2048, 1, 1 };
static const struct tx_shape large = { 4096, 2, 4096, 0, 1 };
static const struct tx_shape bare = { 4096, 2, 2048, 0, 0 };

struct row {
	const struct tx_shape *shape;
	uint16_t type;
	uint8_t gso_type;
	uint32_t mtu;
	uint32_t len;
	int result;
	uint32_t asked; /* did it have to look at the MTU again? */
};

static const struct row rows[] = {
	{ &plain, 0x0800, 0, 1500, 0, -EINVAL, 0 },
	{ &plain, 0x0800, 0, 1500, 1, -EINVAL, 0 },
	{ &plain, 0x0800, 0, 1500, 13, -EINVAL, 0 },
	{ &plain, 0x0800, 0, 1500, 14, 0, 0 },
	{ &plain, 0x0800, 0, 1500, 60, 0, 0 },
	{ &plain, 0x0800, 0, 1500, 1513, 0, 0 },
	{ &plain, 0x0800, 0, 1500, 1514, 0, 0 },
	{ &plain, 0x0800, 0, 1500, 1515, -EMSGSIZE, 1 },
	{ &plain, 0x0800, 0, 1500, 1518, -EMSGSIZE, 1 },
	{ &plain, 0x8100, 0, 1500, 13, -EINVAL, 0 },
	{ &plain, 0x8100, 0, 1500, 1514, 0, 0 },
	{ &plain, 0x8100, 0, 1500, 1515, 0, 0 },
	{ &plain, 0x8100, 0, 1500, 1518, 0, 0 },
	{ &plain, 0x8100, 0, 1500, 1519, -EMSGSIZE, 1 },
	/* the kernel has four bytes more for no other tag */
	{ &plain, 0x88a8, 0, 1500, 1514, 0, 0 },
	{ &plain, 0x88a8, 0, 1500, 1515, -EMSGSIZE, 1 },
	{ &plain, 0x88a8, 0, 1500, 1518, -EMSGSIZE, 1 },
	{ &plain, 0x0081, 0, 1500, 1515, -EMSGSIZE, 1 },
	{ &plain, 0x8101, 0, 1500, 1515, -EMSGSIZE, 1 },
	/* the slot ends at 2048 - 42 */
	{ &plain, 0x0800, 0, 9000, 2006, 0, 0 },
	{ &plain, 0x0800, 0, 9000, 2007, -EMSGSIZE, 0 },
	{ &large, 0x0800, 0, 9000, 2048, 0, 0 },
	{ &large, 0x0800, 0, 9000, 2049, 0, 0 },
	{ &plain, 0x0800, 0, 9000, 0xffffffff, -EMSGSIZE, 0 },
	{ &plain, 0x0800, 0, 68, 82, 0, 0 },
	{ &plain, 0x0800, 0, 68, 83, -EMSGSIZE, 1 },
	{ &vnet, 0x0800, 0, 1500, 13, -EINVAL, 0 },
	{ &vnet, 0x0800, 0, 1500, 14, 0, 0 },
	{ &vnet, 0x0800, 0, 1500, 1514, 0, 0 },
	{ &vnet, 0x0800, 0, 1500, 1515, -EMSGSIZE, 1 },
	{ &vnet, 0x8100, 0, 1500, 1518, 0, 0 },
	{ &vnet, 0x8100, 0, 1500, 1519, -EMSGSIZE, 1 },
	{ &vnet, 0x88a8, 0, 1500, 1518, 0, 0 },
	{ &vnet, 0x88a8, 0, 1500, 1519, -EMSGSIZE, 1 },
	/* super-frames: what the slot holds */
	{ &vnet, 0x0800, 1, 1500, 1515, 0, 0 },
	{ &vnet, 0x0800, 4, 1500, 2006, 0, 0 },
	{ &vnet, 0x0800, 5, 1500, 2007, -EMSGSIZE, 0 },
	{ &vnet, 0x0800, 1, 1500, 13, -EINVAL, 0 },
	/* without a link header, the MTU is the frame, 0x8100 any bytes */
	{ &bare, 0x0800, 0, 1500, 0, -EINVAL, 0 },
	{ &bare, 0x0800, 0, 1500, 1, 0, 0 },
	{ &bare, 0x0800, 0, 1500, 1500, 0, 0 },
	{ &bare, 0x0800, 0, 1500, 1501, -EMSGSIZE, 1 },
	{ &bare, 0x8100, 0, 1500, 1501, -EMSGSIZE, 1 },
};

/* Behind a vnet header that calls all of an ordinary frame a header. */
static void check_slot(const struct injector_slot *slot, uint32_t len)
{
	uint16_t header_len;

	assert_int_equal(slot->len, len + 10);
	memcpy(&header_len, (const uint8_t *)slot + 32 + 2, 2);
	assert_int_equal(header_len, len > 2048 ? 0 : len);
}

static void try(const struct row *row, uint32_t before)
{
	struct netring_injector_stats stats;
	struct netring_frame frame, other;
	struct injector_slot *slot;
	int r;

	tx_make(row->shape, 0, 0);
	tx.mtu = row->mtu;
	tx.inj.interface_.mtu = before;
	assert_int_equal(netring_injector_reserve(&tx.inj, &frame), 0);
	frame.data[12] = (uint8_t)(row->type >> 8);
	frame.data[13] = (uint8_t)row->type;
	if (frame.vnet)
		frame.vnet->gso_type = row->gso_type;
	r = netring_injector_commit(&tx.inj, &frame, row->len);
	if (r != row->result || tx.asked != (before ? row->asked : tx.asked))
		print_message("# row %u: %d, asked %u\n",
			      (uint32_t)(row - rows), r, tx.asked);
	assert_int_equal(r, row->result);
	if (before == row->mtu)
		assert_int_equal(tx.asked, row->asked);
	slot = tx_slot(0);
	netring_injector_read_stats(&tx.inj, &stats);
	assert_int_equal(stats.queued, r == 0);
	assert_int_equal(stats.too_short, r == -EINVAL);
	assert_int_equal(stats.too_long, r == -EMSGSIZE);
	assert_int_equal(stats.discarded, 0);
	assert_int_equal(netring_injector_pending(&tx.inj), r == 0);
	/* in doubt: not before the flush */
	if (r < 0 || !row->shape->header || row->gso_type)
		assert_int_equal(slot->status, 0);
	else
		assert_int_equal(slot->status, NR_TP_STATUS_SEND_REQUEST);
	if (r == 0)
		check_slot(slot, row->len);
	/* a refused frame leaves its slot to the next one */
	assert_int_equal(netring_injector_reserve(&tx.inj, &other), 0);
	assert_int_equal(other.number, r == 0);
	assert_int_equal(other.data == frame.data, r != 0);
	tx_free();
}

static void lengths(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		try(&rows[i], rows[i].mtu);
		/* an MTU that grew is found out by what is too long */
		try(&rows[i], 0);
	}
}

/* The interface is gone: what is too long stays so, the rest is queued. */
static void no_interface(void **state)
{
	struct netring_frame frame;

	(void)state;
	tx_make(&plain, 0, 0);
	tx.gone = 1;
	assert_int_equal(netring_injector_reserve(&tx.inj, &frame), 0);
	assert_int_equal(netring_injector_commit(&tx.inj, &frame, 114), 0);
	assert_int_equal(netring_injector_reserve(&tx.inj, &frame), 0);
	frame.data[12] = 8;
	assert_int_equal(netring_injector_commit(&tx.inj, &frame, 115),
			 -EMSGSIZE);
	assert_int_equal(netring_injector_mtu(&tx.inj), 100);
	tx_free();
}

/* A frame in the middle is refused: a hole that the kernel passes over. */
static void refused_in_the_middle(void **state)
{
	struct netring_injector_stats stats;
	struct netring_frame frames[4];
	uint32_t i;

	(void)state;
	tx_make(&plain, 0xfffffffe, 3);
	for (i = 0; i < 4; i++)
		assert_int_equal(netring_injector_reserve(&tx.inj, &frames[i]),
				 0);
	assert_int_equal(frames[2].number, 0);
	assert_int_equal(netring_injector_reserve(&tx.inj, &frames[0]),
			 -EAGAIN);
	assert_int_equal(netring_injector_commit(&tx.inj, &frames[3], 60), 0);
	assert_int_equal(netring_injector_commit(&tx.inj, &frames[1], 5),
			 -EINVAL);
	assert_int_equal(netring_injector_commit(&tx.inj, &frames[2], 600),
			 -EMSGSIZE);
	/* behind a reserved one nothing goes */
	assert_int_equal(netring_injector_flush(&tx.inj), 1);
	assert_int_equal(tx.head, 3);
	assert_int_equal(netring_injector_commit(&tx.inj, &frames[0], 60), 0);
	assert_int_equal(netring_injector_flush(&tx.inj), 2);
	tx_complete(3);
	tx_complete(2);
	assert_int_equal(netring_injector_pending(&tx.inj), 0);
	netring_injector_read_stats(&tx.inj, &stats);
	assert_int_equal(stats.queued, 2);
	assert_int_equal(stats.accepted, 2);
	assert_int_equal(stats.discarded, 0);
	assert_int_equal(stats.too_short, 1);
	assert_int_equal(stats.too_long, 1);
	tx_free();
}

/* A frame that is not reserved, or whose slot the kernel wrote to, so that it
 * was taken for done: no slot is touched, wherever the cursor is. */
static void not_reserved(void **state)
{
	struct netring_injector_stats stats;
	struct netring_frame frame, other;

	(void)state;
	tx_make(&plain, 7, 0);
	assert_int_equal(netring_injector_reserve(&tx.inj, &frame), 0);
	assert_int_equal(netring_injector_reserve(&tx.inj, &other), 0);
	assert_int_equal(netring_injector_commit(&tx.inj, &other, 60), 0);
	assert_int_equal(netring_injector_commit(&tx.inj, &other, 60), -EBADF);
	other.number = 5; /* done long ago */
	assert_int_equal(netring_injector_commit(&tx.inj, &other, 60), -EBADF);
	other.number = 9; /* to come */
	assert_int_equal(netring_injector_commit(&tx.inj, &other, 60), -EBADF);
	tx_slot(0)->state = SLOT_FREE;
	tx_slot(1)->status = NR_TP_STATUS_AVAILABLE;
	tx.inj.sent_ = tx.inj.head_;
	assert_int_equal(netring_injector_pending(&tx.inj), 0);
	assert_int_equal(netring_injector_commit(&tx.inj, &frame, 60), -EBADF);
	netring_injector_discard(&tx.inj, &frame);
	netring_injector_read_stats(&tx.inj, &stats);
	assert_int_equal(stats.queued, 1);
	assert_int_equal(stats.discarded, 0);
	tx_free();
}

static void launch_times(void **state)
{
	struct netring_frame frame;

	(void)state;
	tx_make(&plain, 0, 0);
	assert_int_equal(netring_injector_reserve(&tx.inj, &frame), 0);
	assert_int_equal(netring_injector_commit(&tx.inj, &frame, 60), 0);
	assert_int_equal(netring_injector_flush_at(&tx.inj, 5), -EINVAL);
	assert_int_equal(tx.kicks, 0);
	tx.inj.flags_ |= NETRING_INJECTOR_TXTIME;
	assert_int_equal(netring_injector_flush_at(&tx.inj, 0), 1);
	assert_int_equal(tx.kicks, 1);
	assert_int_equal(netring_injector_flush_at(&tx.inj, UINT64_MAX - 7), 1);
	assert_true(tx.last_time == UINT64_MAX - 7);
	assert_int_equal(netring_injector_flush(&tx.inj), 1);
	assert_int_equal(tx.last_time, 0);
	tx_free();
}

static void insert_vlan(void **state)
{
	static const uint8_t tagged[20] = { 0,	  1,	2,  3,	4,  5,	  6,
					    7,	  8,	9,  10, 11, 0x88, 0xa8,
					    0xe1, 0x23, 12, 13, 14, 15 };
	uint8_t bytes[20];
	uint32_t i, len;

	(void)state;
	for (len = 0; len <= 16; len++) {
		memset(bytes, 0xee, sizeof(bytes));
		for (i = 0; i < len; i++)
			bytes[i] = (uint8_t)i;
		i = netring_vlan_insert(bytes, len, 0x88a8, 0xe123);
		assert_int_equal(i, len < 14 ? len : len + 4);
		if (len >= 14)
			assert_memory_equal(bytes, tagged, i);
		for (; i < sizeof(bytes); i++)
			assert_int_equal(bytes[i], 0xee);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths),
		cmocka_unit_test(no_interface),
		cmocka_unit_test(refused_in_the_middle),
		cmocka_unit_test(not_reserved),
		cmocka_unit_test(launch_times),
		cmocka_unit_test(insert_vlan),
	};

	return cmocka_run_group_tests_name("commit", tests, NULL, NULL);
}
