/* SPDX-License-Identifier: MIT */
/* capture_ring.c - receive rings made by hand; next to them memory faults. */
#include "capture_ring.h"

#include "guarded_memory.h"

#include <stdlib.h>

static void make(struct ring *ring, uint32_t block_size, uint32_t blocks)
{
	memset(ring, 0, sizeof(*ring));
	ring->size = (size_t)block_size * blocks;
	ring->memory = guarded_map(ring->size);
	ring->cap.ring_ = ring->memory;
	ring->cap.ring_size_ = ring->size;
	ring->cap.at_ = ring->memory;
	ring->cap.geometry_.block_size = block_size;
	ring->cap.geometry_.block_count = blocks;
}

void ring_make_v3(struct ring *ring, uint32_t block_size, uint32_t blocks)
{
	make(ring, block_size, blocks);
	ring->cap.geometry_.frame_size = 2048;
	ring->cap.status_at_ =
		offsetof(struct nr_tpacket_block_desc, block_status);
}

void ring_make_v2(struct ring *ring, uint32_t block_size, uint32_t blocks,
		  uint32_t frame_size)
{
	make(ring, block_size, blocks);
	ring->cap.geometry_.frame_size = frame_size;
	ring->cap.slots_ = block_size / frame_size;
	ring->cap.geometry_.frame_count = ring->cap.slots_ * blocks;
}

void ring_free(struct ring *ring)
{
	guarded_unmap(ring->memory, ring->size);
}

struct nr_tpacket_block_desc *ring_block(struct ring *ring, uint32_t block)
{
	return (void *)(ring->memory +
			(size_t)block * ring->cap.geometry_.block_size);
}

void ring_begin(struct ring *ring, uint32_t block)
{
	struct nr_tpacket_block_desc *b = ring_block(ring, block);

	memset(b, 0xee, ring->cap.geometry_.block_size);
	memset(b, 0, sizeof(*b));
	b->version = 1;
	b->offset_to_first_pkt = V3_FIRST;
	b->blk_len = V3_FIRST;
	ring->fill = V3_FIRST;
	ring->last = NULL;
}

static void put_bytes(uint8_t *to, const struct ring_packet *packet)
{
	uint32_t i;

	if (packet->data)
		memcpy(to, packet->data, packet->len);
	for (i = 0; !packet->data && i < packet->len; i++)
		to[i] = (uint8_t)i;
}

static void put_link(struct netring_link *link,
		     const struct ring_packet *packet)
{
	memset(link, 0, sizeof(*link));
	link->family = AF_PACKET;
	link->protocol = 0x0008; /* 0x0800, on the little-endian host */
	link->ifindex = 7;
	link->hatype = 1;
	link->type = packet->type;
	link->length = 6;
	memcpy(link->address, "\x02\x00\x5e\x10\x00\x01", 6);
}

struct netring_tpacket3_ *ring_add(struct ring *ring, uint32_t block,
				   const struct ring_packet *packet)
{
	struct nr_tpacket_block_desc *b = ring_block(ring, block);
	struct netring_tpacket3_ *h =
		(void *)((uint8_t *)(void *)b + ring->fill);
	uint32_t step = (V3_MAC + packet->len + 7) & ~7u;

	if (step > ring->cap.geometry_.block_size - ring->fill)
		return NULL;
	memset(h, 0, sizeof(*h));
	h->sec = packet->sec;
	h->nsec = packet->nsec;
	h->snaplen = packet->len;
	h->len = packet->wire_len ? packet->wire_len : packet->len;
	h->status = packet->status;
	h->mac = V3_MAC;
	h->net = V3_MAC + 14;
	h->rxhash = packet->hash;
	h->vlan_tci = packet->vlan_tci;
	h->vlan_tpid = packet->vlan_tpid;
	put_link(&h->link, packet);
	put_bytes((uint8_t *)(void *)h + V3_MAC, packet);
	if (ring->last)
		ring->last->next_offset =
			(uint32_t)((uint8_t *)(void *)h -
				   (uint8_t *)(void *)ring->last);
	ring->last = h;
	ring->fill += step;
	if (!b->num_pkts++) {
		b->first_sec = h->sec;
		b->first_nsec = h->nsec;
	}
	b->last_sec = h->sec;
	b->last_nsec = h->nsec;
	b->blk_len = ring->fill;
	return h;
}

void ring_retire(struct ring *ring, uint32_t block, uint64_t sequence)
{
	struct nr_tpacket_block_desc *b = ring_block(ring, block);

	b->seq_num = sequence;
	b->block_status |= NR_TP_STATUS_USER;
}

void ring_fill(struct ring *ring, uint32_t block, uint32_t count,
	       uint64_t sequence)
{
	struct ring_packet packet = { .len = 60 };

	ring_begin(ring, block);
	for (; packet.sec < count; packet.sec++)
		assert_non_null(ring_add(ring, block, &packet));
	ring_retire(ring, block, sequence);
}

struct netring_tpacket2_ *ring_slot(struct ring *ring, uint32_t slot)
{
	struct netring_geometry *g = &ring->cap.geometry_;

	return (void *)(ring->memory +
			(size_t)(slot / ring->cap.slots_) * g->block_size +
			(size_t)(slot % ring->cap.slots_) * g->frame_size);
}

struct netring_tpacket2_ *ring_put(struct ring *ring, uint32_t slot,
				   const struct ring_packet *packet)
{
	struct netring_tpacket2_ *h = ring_slot(ring, slot);

	memset(h, 0xee, ring->cap.geometry_.frame_size);
	h->len = packet->wire_len ? packet->wire_len : packet->len;
	h->snaplen = packet->len;
	h->mac = V2_MAC;
	h->net = V2_MAC + 14;
	h->sec = packet->sec;
	h->nsec = packet->nsec;
	h->vlan_tci = packet->vlan_tci;
	h->vlan_tpid = packet->vlan_tpid;
	put_link(&h->link, packet);
	put_bytes((uint8_t *)(void *)h + V2_MAC, packet);
	h->status = packet->status;
	return h;
}

uint32_t ring_walk(struct netring_batch *batch, const uint8_t *from,
		   const uint8_t *to)
{
	struct netring_packet pkt;
	volatile uint32_t sum = 0;
	uint32_t count = 0, i;

	while (netring_batch_next(batch, &pkt)) {
		const uint8_t *link = (const void *)pkt.link;

		count++;
		assert_true(pkt.data >= from && pkt.data <= to);
		assert_true(pkt.len <= (size_t)(to - pkt.data));
		assert_true(link >= from && link + 20 <= to);
		/* what restoring a tag or reading a vnet header touches */
		assert_true(pkt.data - from >= 14);
		for (i = 0; i < pkt.len; i++)
			sum += pkt.data[i];
		for (i = 0; i < 20; i++)
			sum += link[i];
		pkt.data[-1] = pkt.data[-14] = 0;
	}
	return count;
}

static uint64_t random_state = 0x6e657472696e6721u; /* "netring!" */

void seed_print(void)
{
	const char *seed = getenv("NETRING_SEED");

	if (seed)
		random_state = strtoull(seed, NULL, 0) | 1;
	print_message("# NETRING_SEED=%#llx\n",
		      (unsigned long long)random_state);
}

uint32_t random_u32(void)
{
	/* xorshift64*, Vigna 2016 */
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (uint32_t)((random_state * 0x2545f4914f6cdd1du) >> 32);
}

uint32_t random_below(uint32_t limit)
{
	return (uint32_t)((uint64_t)random_u32() * limit >> 32);
}

uint32_t random_size(void)
{
	uint32_t n = 1u << random_below(32);

	switch (random_below(6)) {
	case 0:
		return random_u32();
	case 1:
		return n + random_below(5) - 2;
	case 2:
		return n * random_below(20);
	case 3:
		return random_below(300) * 16;
	case 4:
		return random_below(100);
	default:
		return n;
	}
}
