/* SPDX-License-Identifier: MIT */
/*
 * libxdp's own work alone: its inline functions over AF_XDP rings made by hand.
 *
 * usage: peer_xsk_walk rx|tx SLOTS ROUNDS
 *
 * As ours_walk does it, with the loops of the kernel's and libxdp's examples.
 */
#include "walk.h"

#include <xdp/xsk.h>

enum {
	BATCH = 64,
	FRAMES = 4096
};

static uint8_t memory[(size_t)FRAMES * WALK_FRAME]
	__attribute__((aligned(65536)));
static uint64_t freed[FRAMES]; /* a stack: xdpsock's users need one */
static uint32_t free_count, slots;
static struct walk_ring data, addresses;
static struct xsk_ring_prod producer;
static struct xsk_ring_cons consumer;

static void make_rings(struct walk_ring *produced, struct walk_ring *consumed)
{
	walk_ring_make(produced, slots);
	producer.producer = &produced->producer;
	producer.consumer = &produced->consumer;
	producer.flags = &produced->flags;
	producer.ring = produced->slots;
	producer.size = producer.cached_cons = slots;
	producer.mask = slots - 1;
	walk_ring_make(consumed, slots);
	consumer.producer = &consumed->producer;
	consumer.consumer = &consumed->consumer;
	consumer.flags = &consumed->flags;
	consumer.ring = consumed->slots;
	consumer.size = slots;
	consumer.mask = slots - 1;
}

static uint64_t round_rx(void)
{
	uint32_t i, got, from, to = 0;
	uint64_t packets = 0, sum = 0;

	walk_receive(&data, &addresses);
	while ((got = xsk_ring_cons__peek(&consumer, BATCH, &from))) {
		if (xsk_ring_prod__reserve(&producer, got, &to) != got)
			abort();
		for (i = 0; i < got; i++) {
			const struct xdp_desc *desc =
				xsk_ring_cons__rx_desc(&consumer, from + i);
			uint64_t addr = desc->addr;
			uint64_t frame = xsk_umem__extract_addr(addr);
			const uint8_t *packet;

			addr = xsk_umem__add_offset_to_addr(addr);
			packet = xsk_umem__get_data(memory, addr);
			sum += desc->len + packet[12];
			*xsk_ring_prod__fill_addr(&producer, to + i) = frame;
		}
		xsk_ring_prod__submit(&producer, got);
		xsk_ring_cons__release(&consumer, got);
		packets += got;
	}
	walk_sum += sum;
	return packets;
}

static void make_rx(void)
{
	struct xdp_desc *desc;
	uint32_t i, at = 0;

	make_rings(&addresses, &data);
	xsk_ring_prod__reserve(&producer, slots, &at);
	for (i = 0; i < slots; i++) {
		*xsk_ring_prod__fill_addr(&producer, at + i) =
			(uint64_t)i * WALK_FRAME;
		desc = (struct xdp_desc *)data.slots + i;
		desc->addr = (uint64_t)i * WALK_FRAME + WALK_HEADROOM;
		desc->len = 64;
	}
	xsk_ring_prod__submit(&producer, slots);
}

static void reap(void)
{
	uint32_t i, at = 0, got = xsk_ring_cons__peek(&consumer, BATCH, &at);

	for (i = 0; i < got; i++)
		freed[free_count++] =
			*xsk_ring_cons__comp_addr(&consumer, at + i);
	xsk_ring_cons__release(&consumer, got);
}

static uint64_t round_tx(void)
{
	uint32_t i, at = 0;
	uint64_t packets = 0;

	for (; packets < slots; packets += BATCH) {
		reap();
		if (xsk_ring_prod__reserve(&producer, BATCH, &at) != BATCH)
			abort();
		for (i = 0; i < BATCH; i++) {
			struct xdp_desc *desc =
				xsk_ring_prod__tx_desc(&producer, at + i);
			uint8_t *packet;

			desc->addr = freed[--free_count];
			desc->len = 64;
			desc->options = 0;
			packet = xsk_umem__get_data(memory, desc->addr);
			packet[12] = 8;
		}
		xsk_ring_prod__submit(&producer, BATCH);
		walk_send(&data, &addresses);
	}
	return packets;
}

static void make_tx(void)
{
	make_rings(&data, &addresses);
	for (; free_count < FRAMES; free_count++)
		freed[free_count] = (uint64_t)free_count * WALK_FRAME;
}

int main(int argc, char **argv)
{
	int receive = argc > 1 && !strcmp(argv[1], "rx");
	uint32_t rounds = argc == 4 ? (uint32_t)strtoul(argv[3], NULL, 0) : 0;

	slots = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 0) : 0;
	if (slots < BATCH || slots > FRAMES || slots & (slots - 1)) {
		fputs("usage: peer_xsk_walk rx|tx SLOTS ROUNDS\n", stderr);
		return 2;
	}
	if (receive)
		make_rx();
	else
		make_tx();
	return walk_run(receive ? round_rx : round_tx, rounds);
}
