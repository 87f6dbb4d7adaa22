/* SPDX-License-Identifier: MIT */
/* test_batch_v2.c - the walk over TPACKET_V2 slots, whole and corrupt. */
#include "batch_checks.h"

#define SLOT 2048u

static const struct ring_packet plain = { .len = 60, .status = 1 };

static void empty_ring(void **state)
{
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v2(&ring, 2 * SLOT, 1, SLOT);
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 0);
	/* one that is ready behind one that is not */
	ring_put(&ring, 1, &plain);
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 0);
	ring_free(&ring);
}

static void every_field(void **state)
{
	const struct ring_packet packet = {
		.data = "0123456789abcdefghij",
		.len = 20,
		.wire_len = 1400,
		.sec = 0xfedcba98,
		.nsec = 999999999,
		.status = 0x200000f5, /* losing, VLAN, its protocol, clock */
		.vlan_tci = 0xf123,
		.vlan_tpid = 0x88a8,
		.type = NETRING_TYPE_MULTICAST,
	};
	struct netring_packet pkt;
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v2(&ring, 2 * SLOT, 1, SLOT);
	ring.cap.packet_flags_ = NETRING_PACKET_COOKED;
	ring.cap.sequence_ = 77;
	ring_put(&ring, 0, &packet);
	batch = batch_take(&ring);
	assert_int_equal(batch.sequence, 77);
	batch_is(&batch, &packet, NETRING_BATCH_LOSING,
		 0x200000f5 | NETRING_PACKET_COOKED, &pkt);
	assert_int_equal(netring_batch_next(&batch, &pkt), 0);
	ring_put(&ring, 0, &plain);
	batch = batch_take(&ring);
	assert_int_equal(netring_batch_next(&batch, &pkt), 1);
	assert_int_equal(pkt.vlan_tpid, 0x8100); /* before Linux 3.14 */
	ring_free(&ring);
}

/* Times of the first and the last, LOSING of any. */
static void many(void **state)
{
	struct ring_packet packet = { .len = 0, .status = 1 };
	struct netring_packet pkt;
	struct netring_batch batch;
	struct ring ring;
	uint32_t i;

	(void)state;
	ring_make_v2(&ring, 32 * SLOT, 1, SLOT);
	for (i = 0; i < 32; i++) {
		packet.sec = 100 + i;
		packet.nsec = 200 + i;
		packet.len = i * 60;
		packet.status = i == 15 ? 5 : 1;
		ring_put(&ring, i, &packet);
	}
	batch = batch_take(&ring);
	assert_int_equal(batch.count, 32);
	assert_int_equal(batch.flags, NETRING_BATCH_LOSING);
	assert_int_equal(batch.first_sec, 100);
	assert_int_equal(batch.first_nsec, 200);
	assert_int_equal(batch.last_sec, 131);
	assert_int_equal(batch.last_nsec, 231);
	for (i = 0; netring_batch_next(&batch, &pkt); i++) {
		assert_int_equal(pkt.sec, 100 + i);
		assert_int_equal(pkt.len, i * 60);
		assert_int_equal(!!(pkt.flags & NETRING_PACKET_LOSING),
				 i == 15);
	}
	assert_int_equal(i, 32);
	assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
	ring_free(&ring);
}

/* A packet that reaches exactly to its slot's last byte, and the ring's. */
static void full_slot(void **state)
{
	const struct ring_packet packet = { .len = SLOT - V2_MAC, .status = 1 };
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v2(&ring, 2 * SLOT, 1, SLOT);
	ring_put(&ring, 0, &packet);
	ring_put(&ring, 1, &packet);
	batch = batch_take(&ring);
	assert_int_equal(batch_walk(&ring, &batch), 2);
	assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
	ring_free(&ring);
}

static void skip_mask(void **state)
{
	struct ring ring;

	(void)state;
	ring_make_v2(&ring, 8 * SLOT, 1, SLOT);
	batch_skips(&ring);
	ring_free(&ring);
}

static const uint32_t wrong[] = {
	0,	   1,	      8,	  51,	      52,	  53,
	60,	   SLOT - 60, SLOT - 59,  SLOT - 1,   SLOT,	  SLOT + 1,
	65535,	   65536,     0x7fffffff, 0x80000000, 0xfffff800, 0xffffffba,
	SLOT - 70, SLOT - 69, 0xffffffff,
};

/* In the middle slot, and in the last, behind which memory faults. */
static void wrong_offsets(void **state)
{
	struct netring_tpacket2_ *h;
	struct netring_batch batch;
	struct ring ring;
	uint32_t i, slot;
	int field, bad;

	(void)state;
	ring_make_v2(&ring, 3 * SLOT, 1, SLOT);
	for (i = 0; i < 4 * sizeof(wrong) / sizeof(wrong[0]); i++) {
		for (slot = 0; slot < 3; slot++)
			h = ring_put(&ring, slot, &plain);
		slot = 1 + (i & 1);
		field = i >> 1 & 1;
		h = ring_slot(&ring, slot);
		if (field)
			h->mac = (uint16_t)wrong[i / 4];
		else
			h->snaplen = wrong[i / 4];
		bad = h->mac < 52 || h->mac > SLOT ||
		      h->snaplen > SLOT - h->mac;
		batch = batch_take(&ring);
		assert_int_equal(batch_walk(&ring, &batch), bad ? slot : 3);
		assert_int_equal(batch.flags, bad ? NETRING_BATCH_CORRUPT : 0);
		netring_capture_release(&ring.cap);
		for (slot = 0; slot < 3; slot++)
			assert_int_equal(ring_slot(&ring, slot)->status, 0);
		assert_ptr_equal(ring.cap.at_, ring.memory);
	}
	ring_free(&ring);
}

static void random_corruption(void **state)
{
	struct netring_batch batch;
	struct ring ring;
	uint32_t round, n, at, value, slot, corrupt = 0, whole = 0;
	uint8_t *h;

	(void)state;
	seed_print();
	ring_make_v2(&ring, 4 * 256, 1, 256);
	for (round = 0; round < 100000; round++) {
		for (slot = 0; slot < 4; slot++)
			ring_put(&ring, slot, &plain);
		for (n = 1 + random_below(3); n; n--) {
			slot = random_below(4);
			h = (void *)ring_slot(&ring, slot);
			at = random_below(8) ? 4 + random_below(16) :
					       random_below(252);
			value = random_below(2) ? random_size() :
						  wrong[random_below(21)];
			memcpy(h + at, &value, 1u << random_below(3));
		}
		ring_slot(&ring, 0)->status |= 1;
		ring.cap.skip_ = random_below(4) ? 0 : random_below(256);
		batch = batch_take(&ring);
		slot = batch.count;
		batch_walk(&ring, &batch);
		if (batch.flags & NETRING_BATCH_CORRUPT)
			corrupt++;
		else
			whole++;
		netring_capture_release(&ring.cap);
		while (slot--)
			assert_int_equal(ring_slot(&ring, slot)->status, 0);
		ring.cap.at_ = ring.memory; /* not all slots were ready */
		ring.cap.slot_ = 0;
	}
	print_message("# %u corrupt, %u whole\n", corrupt, whole);
	assert_true(corrupt > 10000 && whole > 10000);
	ring_free(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_ring),
		cmocka_unit_test(every_field),
		cmocka_unit_test(many),
		cmocka_unit_test(full_slot),
		cmocka_unit_test(skip_mask),
		cmocka_unit_test(wrong_offsets),
		cmocka_unit_test(random_corruption),
	};

	return cmocka_run_group_tests_name("batch_v2", tests, NULL, NULL);
}
