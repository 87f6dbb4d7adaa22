/* SPDX-License-Identifier: MIT */
/* Rings made by hand, and a clock: what the walks over them share. */
#ifndef BENCH_WALK_H
#define BENCH_WALK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* madvise(): to be included first */
#endif

#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

/*
 * No packet moves. In each round the kernel's half hands over what is in the
 * rings already, by a few words, and the library takes all of it: so two runs
 * that differ in their rounds differ in the library's own work alone, for a
 * clock and for a counter of instructions.
 */

enum {
	WALK_BLOCK = 1 << 18, /* libpcap's, of 256 KiB */
	WALK_FIRST = 48,    /* where the kernel puts a block's first packet, */
	WALK_MAC = 82,	    /* and a packet's bytes behind its header */
	WALK_FRAME = 2048,  /* of AF_XDP, */
	WALK_HEADROOM = 256 /* and a packet's bytes in it */
};

/* Put @count packets of @length bytes into a TPACKET_V3 block. */
static inline void walk_fill(void *memory, uint32_t count, uint32_t length)
{
	struct tpacket_block_desc *block = memory;
	uint8_t *at = (uint8_t *)memory + WALK_FIRST;
	uint32_t i, step = (WALK_MAC + length + 7) & ~7u;
	struct tpacket3_hdr *packet;
	struct sockaddr_ll *link;

	if (WALK_FIRST + (uint64_t)count * step > WALK_BLOCK) {
		fprintf(stderr, "%u packets do not fit into a block\n", count);
		exit(2);
	}
	memset(block, 0, WALK_FIRST);
	block->version = TPACKET_V3;
	block->hdr.bh1.num_pkts = count;
	block->hdr.bh1.offset_to_first_pkt = WALK_FIRST;
	block->hdr.bh1.blk_len = WALK_FIRST + count * step;
	for (i = 0; i < count; i++, at += step) {
		memset(at, 0, step);
		packet = (void *)at;
		packet->tp_next_offset = i + 1 < count ? step : 0;
		packet->tp_sec = 1;
		packet->tp_nsec = i;
		packet->tp_snaplen = packet->tp_len = length;
		packet->tp_status = TP_STATUS_USER;
		packet->tp_mac = WALK_MAC;
		packet->tp_net = WALK_MAC + 14;
		link = (void *)(packet + 1);
		link->sll_family = 17; /* AF_PACKET */
		link->sll_ifindex = 2;
		link->sll_hatype = 1;  /* Ethernet */
		at[WALK_MAC + 12] = 8; /* IPv4 */
	}
}

/* The kernel's half of a ring of blocks: all of them are full. */
static inline void walk_retire(void *ring, uint32_t blocks)
{
	struct tpacket_block_desc *block;
	uint32_t i;

	for (i = 0; i < blocks; i++) {
		block = (void *)((uint8_t *)ring + (size_t)i * WALK_BLOCK);
		__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_USER,
				 __ATOMIC_RELEASE);
	}
}

/* An AF_XDP ring: in the kernel's layout each index has a cache line. */
struct walk_ring {
	uint32_t producer __attribute__((aligned(64)));
	uint32_t consumer __attribute__((aligned(64)));
	uint32_t flags __attribute__((aligned(64)));
	void *slots;
	uint32_t size;
};

/* Pages of 4 KiB, as rings have. */
static inline void *walk_memory(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	madvise(memory, size, MADV_NOHUGEPAGE);
	memset(memory, 0, size);
	return memory;
}

static inline void walk_ring_make(struct walk_ring *ring, uint32_t size)
{
	memset(ring, 0, sizeof(*ring));
	ring->size = size;
	ring->slots = walk_memory(size * sizeof(struct xdp_desc));
}

/* The kernel's half of receiving: it took what was in the fill ring, and in
 * each slot is what was there before. */
static inline void walk_receive(struct walk_ring *rx, struct walk_ring *fill)
{
	uint32_t count = fill->producer - fill->consumer;

	fill->consumer += count;
	__atomic_store_n(&rx->producer, rx->producer + count, __ATOMIC_RELEASE);
}

/* And of sending: all is sent, and the completions say so. */
static inline void walk_send(struct walk_ring *tx, struct walk_ring *completed)
{
	const struct xdp_desc *descs = tx->slots;
	uint64_t *addresses = completed->slots;
	uint32_t mask = tx->size - 1;

	for (; tx->consumer != tx->producer; tx->consumer++)
		addresses[completed->producer++ & mask] =
			descs[tx->consumer & mask].addr;
}

static inline uint64_t walk_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* One round of all; returns packets. */
typedef uint64_t walk_round(void);

/* A few rounds to warm up, then those that count. */
static inline int walk_run(walk_round *round, uint32_t rounds)
{
	uint64_t begin, packets = 0;
	uint32_t i;

	for (i = 0; i < 3; i++)
		round();
	begin = walk_clock();
	for (i = 0; i < rounds; i++)
		packets += round();
	printf("packets %llu ns %llu\n", (unsigned long long)packets,
	       (unsigned long long)(walk_clock() - begin));
	return 0;
}

/* Where what was read of the packets goes. */
static volatile uint64_t walk_sum;

#endif
