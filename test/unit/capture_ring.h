/* SPDX-License-Identifier: MIT */
/* capture_ring.h - receive rings made by hand; next to them memory faults. */
#ifndef NETRING_TEST_CAPTURE_RING_H
#define NETRING_TEST_CAPTURE_RING_H

#include "capture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define V3_FIRST 48u /* where the kernel puts a block's first packet */
#define V3_MAC 86u   /* and a packet's bytes, from its header on */
#define V2_MAC 70u

/* A ring between two stretches of memory that may not be touched. */
struct ring {
	struct netring_capture cap;
	uint8_t *memory; /* of the whole ring */
	size_t size;
	uint32_t fill; /* V3: offset of the block's end so far */
	struct netring_tpacket3_ *last;
};

/* One packet as the kernel tells it; what is zero gets a likely value. */
struct ring_packet {
	const void *data; /* NULL: counting bytes */
	uint32_t len;
	uint32_t wire_len; /* 0: len */
	uint32_t sec;
	uint32_t nsec;
	uint32_t status; /* V2: with the ready bit or without */
	uint32_t hash;
	uint16_t vlan_tci;
	uint16_t vlan_tpid;
	uint8_t type;
};

/* block_size is no matter of pages here; @slots of @frame_size for V2. */
void ring_make_v3(struct ring *ring, uint32_t block_size, uint32_t blocks);
void ring_make_v2(struct ring *ring, uint32_t block_size, uint32_t blocks,
		  uint32_t frame_size);
void ring_free(struct ring *ring);

struct nr_tpacket_block_desc *ring_block(struct ring *ring, uint32_t block);

/* Begin a block; add packets; hand it over. add returns NULL when full. */
void ring_begin(struct ring *ring, uint32_t block);
struct netring_tpacket3_ *ring_add(struct ring *ring, uint32_t block,
				   const struct ring_packet *packet);
void ring_retire(struct ring *ring, uint32_t block, uint64_t sequence);

/* A block of @count packets of 60 bytes, handed over. */
void ring_fill(struct ring *ring, uint32_t block, uint32_t count,
	       uint64_t sequence);

/* The slot with number @slot of the whole ring, and a ready frame in it. */
struct netring_tpacket2_ *ring_slot(struct ring *ring, uint32_t slot);
struct netring_tpacket2_ *ring_put(struct ring *ring, uint32_t slot,
				   const struct ring_packet *packet);

/*
 * Walk @batch to its end, touching all that each packet offers and holding it
 * against [from, to). Returns the number of packets.
 */
uint32_t ring_walk(struct netring_batch *batch, const uint8_t *from,
		   const uint8_t *to);

/* Random numbers that come again with the same NETRING_SEED. */
void seed_print(void);
uint32_t random_u32(void);
uint32_t random_below(uint32_t limit);
/* Small, round, huge, or next to one of these. */
uint32_t random_size(void);

#endif
