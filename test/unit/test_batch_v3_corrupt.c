/* SPDX-License-Identifier: MIT */
/* test_batch_v3_corrupt.c - wrong offsets in a TPACKET_V3 block. */
#include "batch_checks.h"

#define BLOCK 4096u

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
			batch = batch_take(&ring);
			walked = batch_walk(&ring, &batch);
			if (bad) {
				assert_true(batch.flags &
					    NETRING_BATCH_CORRUPT);
				assert_true(walked < 3);
			} else if (f == MAC || f == SNAPLEN) {
				assert_int_equal(batch.flags, 0);
				assert_int_equal(walked, 3);
			}
			assert_int_equal(batch_walk(&ring, &batch), 0);
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
	batch = batch_take(&ring);
	assert_int_equal(batch_walk(&ring, &batch), 0);
	assert_true(batch.flags & NETRING_BATCH_CORRUPT);
	netring_capture_release(&ring.cap);
	batch = batch_take(&ring);
	assert_int_equal(batch.sequence, 2);
	assert_int_equal(batch_walk(&ring, &batch), 3);
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
		batch = batch_take(&ring);
		batch_walk(&ring, &batch);
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
		cmocka_unit_test(wrong_offsets),
		cmocka_unit_test(goes_on_after_corrupt),
		cmocka_unit_test(random_corruption),
	};

	return cmocka_run_group_tests_name("batch_v3_corrupt", tests, NULL,
					   NULL);
}
