/* SPDX-License-Identifier: MIT */
/* test_batch_v3.c - the walk over a TPACKET_V3 block, whole and corrupt. */
#include "ring.h"

#define BLOCK 4096u

static struct netring_batch take(struct ring *ring)
{
	struct netring_batch batch;

	memset(&batch, 0xa5, sizeof(batch)); /* next() is to set all of it */
	assert_int_equal(netring_capture_next(&ring->cap, &batch), 1);
	return batch;
}

static uint32_t walk(struct ring *ring, struct netring_batch *batch)
{
	return ring_walk(batch, ring->memory, ring->memory + ring->size);
}

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
	batch = take(&ring);
	assert_int_equal(batch.count, 0);
	assert_int_equal(batch.first_sec, 7); /* there is no packet's */
	assert_int_equal(batch.first_nsec, 8);
	assert_int_equal(walk(&ring, &batch), 0);
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
	batch = take(&ring);
	assert_int_equal(batch.sequence, 77);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.flags,
			 NETRING_BATCH_LOSING | NETRING_BATCH_TIMED_OUT);
	assert_int_equal(batch.first_sec, 0xfedcba98);
	assert_int_equal(batch.first_nsec, 999999999);
	assert_int_equal(batch.last_sec, 0xfedcba98);
	assert_int_equal(batch.last_nsec, 999999999);
	assert_int_equal(netring_batch_next(&batch, &pkt), 1);
	assert_int_equal(pkt.len, 20);
	assert_memory_equal(pkt.data, packet.data, 20);
	assert_int_equal(pkt.wire_len, 1400);
	assert_true(netring_packet_truncated(&pkt));
	assert_int_equal(pkt.sec, 0xfedcba98);
	assert_int_equal(pkt.nsec, 999999999);
	assert_int_equal(pkt.flags, 0xa00000f1 | NETRING_PACKET_VNET);
	assert_int_equal(pkt.hash, 0x89abcdef);
	assert_int_equal(pkt.vlan_tci, 0xf123);
	assert_int_equal(pkt.vlan_tpid, 0x88a8);
	assert_int_equal(pkt.link->type, NETRING_TYPE_OTHERHOST);
	assert_int_equal(pkt.link->ifindex, 7);
	assert_int_equal(pkt.link->length, 6);
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
	batch = take(&ring);
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
	batch = take(&ring);
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
	batch = take(&ring);
	assert_int_equal(walk(&ring, &batch), 1);
	assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
	ring_free(&ring);
}

static void skip_mask(void **state)
{
	struct ring_packet packet = { .len = 60 };
	struct netring_packet pkt;
	struct netring_batch batch;
	struct ring ring;
	uint32_t skip, want, got;

	(void)state;
	ring_make_v3(&ring, BLOCK, 1);
	for (skip = 0; skip < 256; skip++) {
		ring_begin(&ring, 0);
		for (packet.type = 0; packet.type < 8; packet.type++)
			ring_add(&ring, 0, &packet);
		ring_retire(&ring, 0, skip);
		ring.cap.skip_ = skip;
		batch = take(&ring);
		assert_int_equal(batch.count, 8);
		for (want = got = 0; want < 8; want++)
			got |= (skip >> want & 1) << want;
		while (netring_batch_next(&batch, &pkt)) {
			assert_int_equal(got >> pkt.link->type & 1, 0);
			got |= 1u << pkt.link->type;
		}
		assert_int_equal(got, 0xff);
		assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
		netring_capture_release(&ring.cap);
	}
	ring_free(&ring);
}

static const uint32_t wrong[] = {
	0,	    1,		2,	    4,		7,	    9,
	47,	    67,		BLOCK - 8,  BLOCK - 1,	BLOCK,	    BLOCK + 1,
	BLOCK + 8,  65535,	65536,	    0x7ffffff8, 0x7fffffff, 0x80000000,
	0x80000008, 0xfffff000, 0xfffffff0, 0xfffffff8, 0xffffffff,
};

enum field {
	MAC,
	SNAPLEN,
	NEXT,
	FIRST,
	COUNT,
	FIELDS
};

/* Returns whether @value is wrong for @field, in packet 1 of 3. */
static int set(struct ring *ring, enum field field, uint32_t value)
{
	struct nr_tpacket_block_desc *b = ring_block(ring, 0);
	struct netring_tpacket3_ *h =
		(void *)(ring->memory + V3_FIRST + ((V3_MAC + 60 + 7) & ~7u));
	uint32_t room = (uint32_t)(ring->memory + BLOCK - (uint8_t *)h);

	switch (field) {
	case MAC:
		h->mac = (uint16_t)value;
		return h->mac < 68 || h->mac + 60u > room;
	case SNAPLEN:
		h->snaplen = value;
		return value > room - V3_MAC;
	case NEXT:
		h->next_offset = value;
		return !value || value % 8 || value > room;
	case FIRST:
		b->offset_to_first_pkt = value;
		return value % 8 || value > BLOCK;
	default:
		b->num_pkts = value;
		return value > 3;
	}
}

/* Every single wrong offset, with the block's end at memory that faults. */
static void wrong_offsets(void **state)
{
	struct netring_batch batch;
	struct ring ring;
	uint32_t f, i, walked;
	int bad;

	(void)state;
	ring_make_v3(&ring, BLOCK, 1);
	for (f = 0; f < FIELDS; f++)
		for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
			ring_fill(&ring, 0, 3, 1);
			bad = set(&ring, (enum field)f, wrong[i]);
			batch = take(&ring);
			walked = walk(&ring, &batch);
			if (bad) {
				assert_true(batch.flags &
					    NETRING_BATCH_CORRUPT);
				assert_true(walked < 3);
			} else if (f == MAC || f == SNAPLEN) {
				assert_int_equal(batch.flags, 0);
				assert_int_equal(walked, 3);
			}
			assert_int_equal(walk(&ring, &batch), 0);
			netring_capture_release(&ring.cap);
			assert_int_equal(ring_block(&ring, 0)->block_status, 0);
			assert_int_equal(ring.cap.held_, 0);
		}
	ring_free(&ring);
}

/* A wrong block does not keep the next one from being read. */
static void goes_on_after_corrupt(void **state)
{
	struct netring_batch batch;
	struct ring ring;

	(void)state;
	ring_make_v3(&ring, BLOCK, 3);
	ring_fill(&ring, 0, 3, 1);
	ring_block(&ring, 0)->offset_to_first_pkt = 0xfffffff8;
	ring_fill(&ring, 1, 3, 2);
	batch = take(&ring);
	assert_int_equal(walk(&ring, &batch), 0);
	assert_true(batch.flags & NETRING_BATCH_CORRUPT);
	netring_capture_release(&ring.cap);
	batch = take(&ring);
	assert_int_equal(batch.sequence, 2);
	assert_int_equal(walk(&ring, &batch), 3);
	assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
	ring_free(&ring);
}

/* Bytes, halves and words of headers overwritten at random. */
static void random_corruption(void **state)
{
	struct netring_batch batch;
	struct ring ring;
	uint32_t round, n, at, corrupt = 0, whole = 0, value;
	uint8_t *b;

	(void)state;
	seed_print();
	ring_make_v3(&ring, BLOCK, 1);
	b = ring.memory;
	for (round = 0; round < 100000; round++) {
		ring_fill(&ring, 0, 1 + random_below(20), round);
		for (n = 1 + random_below(4); n; n--) {
			at = random_below(6) ? V3_FIRST : 8;
			at += random_below(3) ? random_below(28) :
						random_below(BLOCK - 64);
			value = random_below(2) ? random_size() :
						  wrong[random_below(23)];
			memcpy(b + at, &value, 1u << random_below(3));
		}
		ring_block(&ring, 0)->block_status |= 1;
		ring.cap.skip_ = random_below(4) ? 0 : random_below(256);
		batch = take(&ring);
		walk(&ring, &batch);
		if (batch.flags & NETRING_BATCH_CORRUPT)
			corrupt++;
		else
			whole++;
		netring_capture_release(&ring.cap);
		assert_int_equal(ring_block(&ring, 0)->block_status, 0);
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
		cmocka_unit_test(vlan_protocol_unknown),
		cmocka_unit_test(many),
		cmocka_unit_test(full_block),
		cmocka_unit_test(skip_mask),
		cmocka_unit_test(wrong_offsets),
		cmocka_unit_test(goes_on_after_corrupt),
		cmocka_unit_test(random_corruption),
	};

	return cmocka_run_group_tests_name("batch_v3", tests, NULL, NULL);
}
