/* SPDX-License-Identifier: MIT */
/* test_batch_v3.c - the walk over a TPACKET_V3 block. */
#include "batch_checks.h"

#define BLOCK 4096u

static void empty_ring(void **state)
{
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 2);
	assert_int_equal(netring_capture_next(&ring.cap, &batch), 0);
	ring_fill(&ring, 0, 0, 1); /* the kernel retires such ones: timer */
	ring_block(&ring, 0)->first_sec = 7;
	ring_block(&ring, 0)->first_nsec = 8;
	batch = batch_take(&ring);
	assert_int_equal(batch.count, 0);
	assert_int_equal(batch.first_sec, 7); /* there is no packet's */
	assert_int_equal(batch.first_nsec, 8);
	assert_int_equal(batch_walk(&ring, &batch), 0);
	assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
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
		.status = 0xa00000f1, /* VLAN, its protocol, both clocks */
		.hash = 0x89abcdef,
		.vlan_tci = 0xf123,
		.vlan_tpid = 0x88a8,
		.type = NETRING_TYPE_OTHERHOST,
	};
	struct netring_packet pkt;
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 1);
	ring.cap.packet_flags_ = NETRING_PACKET_VNET;
	ring_begin(&ring, 0);
	ring_add(&ring, 0, &packet);
	ring_block(&ring, 0)->block_status = 0x24; /* losing, timed out */
	ring_block(&ring, 0)->first_sec = 5; /* when the block was opened */
	ring_block(&ring, 0)->first_nsec = 6;
	ring_retire(&ring, 0, 77);
	batch = batch_take(&ring);
	assert_int_equal(batch.sequence, 77);
	batch_is(&batch, &packet,
		 NETRING_BATCH_LOSING | NETRING_BATCH_TIMED_OUT,
		 0xa00000f1 | NETRING_PACKET_VNET, &pkt);
	assert_int_equal(netring_packet_protocol(&pkt), 0x0800);
	assert_int_equal(netring_batch_next(&batch, &pkt), 0);
	assert_int_equal(netring_batch_next(&batch, &pkt), 0);
	ring_free(&ring);
}

/* Before Linux 3.14 the tag's protocol was not told: 0x8100. */
static void vlan_protocol_unknown(void **state)
{
	const struct ring_packet packet = { .len = 60,
					    .status = NETRING_PACKET_VLAN,
					    .vlan_tpid = 0xdead };
	struct netring_packet pkt;
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 1);
	ring_begin(&ring, 0);
	ring_add(&ring, 0, &packet);
	ring_retire(&ring, 0, 1);
	batch = batch_take(&ring);
	assert_int_equal(netring_batch_next(&batch, &pkt), 1);
	assert_int_equal(pkt.vlan_tpid, 0x8100);
	ring_free(&ring);
}

/* The last packet's next_offset is 0 and does not end in CORRUPT. */
static void many(void **state)
{
	struct ring_packet packet = { .len = 1 };
	struct netring_packet pkt;
	struct netring_batch batch;
	struct ring ring;
	uint32_t count = 0, i;

	(void)state;
	ring_make_v3(&ring, 65536, 1);
	ring_begin(&ring, 0);
	for (; ring_add(&ring, 0, &packet); count++) {
		packet.len = packet.len * 7 % 300; /* all alignments */
		packet.nsec++;
	}
	assert_int_equal(ring.last->next_offset, 0);
	ring_retire(&ring, 0, 1);
	batch = batch_take(&ring);
	assert_int_equal(batch.count, count);
	assert_int_equal(batch.first_nsec, 0);
	assert_int_equal(batch.last_nsec, count - 1);
	packet.len = 1;
	for (i = 0; netring_batch_next(&batch, &pkt); i++) {
		assert_int_equal(pkt.nsec, i);
		assert_int_equal(pkt.len, packet.len);
		packet.len = packet.len * 7 % 300;
	}
	assert_int_equal(i, count);
	assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
	ring_free(&ring);
}

/* One packet that reaches exactly to the block's last byte. */
static void full_block(void **state)
{
	const struct ring_packet packet = { .len = BLOCK - V3_FIRST - V3_MAC };
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 1);
	ring_begin(&ring, 0);
	ring_add(&ring, 0, &packet);
	assert_int_equal(ring.fill, BLOCK);
	ring_retire(&ring, 0, 1);
	batch = batch_take(&ring);
	assert_int_equal(batch_walk(&ring, &batch), 1);
	assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
	ring_free(&ring);
}

static void skip_mask(void **state)
{
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 1);
	batch_skips(&ring);
	ring_free(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_ring),
		cmocka_unit_test(every_field),
		cmocka_unit_test(vlan_protocol_unknown),
		cmocka_unit_test(many),
		cmocka_unit_test(full_block),
		cmocka_unit_test(skip_mask),
	};

	return cmocka_run_group_tests_name("batch_v3", tests, NULL, NULL);
}
