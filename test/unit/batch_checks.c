/* SPDX-License-Identifier: MIT */
/* batch_checks.c - what is the same of batches of TPACKET_V2 and V3. */
#include "batch_checks.h"

#define TYPES 8u

struct netring_batch batch_take(struct ring *ring)
{
	struct netring_batch batch;

	memset(&batch, 0xa5, sizeof(batch)); /* next() is to set all of it */
	assert_int_equal(netring_capture_next(&ring->cap, &batch), 1);
	return batch;
}

uint32_t batch_walk(struct ring *ring, struct netring_batch *batch)
{
	return ring_walk(batch, ring->memory, ring->memory + ring->size);
}

void batch_is(struct netring_batch *batch, const struct ring_packet *want,
	      uint32_t batch_flags, uint32_t packet_flags,
	      struct netring_packet *pkt)
{
	assert_int_equal(batch->count, 1);
	assert_int_equal(batch->flags, batch_flags);
	assert_int_equal(batch->first_sec, want->sec);
	assert_int_equal(batch->first_nsec, want->nsec);
	assert_int_equal(batch->last_sec, want->sec);
	assert_int_equal(batch->last_nsec, want->nsec);
	assert_int_equal(netring_batch_next(batch, pkt), 1);
	assert_int_equal(pkt->len, want->len);
	assert_memory_equal(pkt->data, want->data, want->len);
	assert_int_equal(pkt->wire_len, want->wire_len);
	assert_true(netring_packet_truncated(pkt));
	assert_int_equal(pkt->sec, want->sec);
	assert_int_equal(pkt->nsec, want->nsec);
	assert_int_equal(pkt->flags, packet_flags);
	assert_int_equal(pkt->hash, want->hash);
	assert_int_equal(pkt->vlan_tci, want->vlan_tci);
	assert_int_equal(pkt->vlan_tpid, want->vlan_tpid);
	assert_int_equal(pkt->link->type, want->type);
	assert_int_equal(pkt->link->ifindex, 7);
	assert_int_equal(pkt->link->length, 6);
}

/* V2: a slot each, V3: all in the first block. */
static void deliver_types(struct ring *ring, uint32_t sequence)
{
	struct ring_packet packet = { .len = 60, .status = 1 };

	if (!ring->cap.slots_)
		ring_begin(ring, 0);
	for (packet.type = 0; packet.type < TYPES; packet.type++)
		if (ring->cap.slots_)
			ring_put(ring, packet.type, &packet);
		else
			ring_add(ring, 0, &packet);
	if (!ring->cap.slots_)
		ring_retire(ring, 0, sequence);
}

void batch_skips(struct ring *ring)
{
	struct netring_packet pkt;
	struct netring_batch batch;
	uint32_t skip, got;

	for (skip = 0; skip < 1u << TYPES; skip++) {
		deliver_types(ring, skip);
		ring->cap.skip_ = skip;
		batch = batch_take(ring);
		assert_int_equal(batch.count, TYPES);
		for (got = skip; netring_batch_next(&batch, &pkt);) {
			assert_int_equal(got >> pkt.link->type & 1, 0);
			got |= 1u << pkt.link->type;
		}
		assert_int_equal(got, (1u << TYPES) - 1);
		assert_int_equal(batch.flags & NETRING_BATCH_CORRUPT, 0);
		netring_capture_release(&ring->cap);
	}
}
