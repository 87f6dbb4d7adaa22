/* SPDX-License-Identifier: MIT */
/*
 * The library's own work alone, over rings made by hand.
 *
 * usage: ours_walk v3 BLOCKS PACKETS LENGTH ROUNDS
 *        ours_walk rx|tx|ring SLOTS ROUNDS
 *
 * v3: walk over BLOCKS blocks of PACKETS packets, reading the length and a
 * byte of each, and hand them back. rx: receive SLOTS packets by AF_XDP, and
 * give their frames back. tx: reserve and commit SLOTS frames, take back what
 * was completed; ring: the same with a packet ring.
 */
#include "walk.h"

#include <netring/netring.h>

enum {
	BATCH = 64,
	FRAMES = 4096
};

static uint32_t slots;

static struct netring_capture capture;

static uint64_t round_v3(void)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	uint64_t packets = 0, sum = 0;

	walk_retire(capture.ring_, capture.geometry_.block_count);
	while (netring_capture_next(&capture, &batch)) {
		while (netring_batch_next(&batch, &pkt)) {
			sum += pkt.len + pkt.data[12];
			packets++;
		}
		netring_capture_release(&capture);
	}
	walk_sum += sum;
	return packets;
}

static void make_v3(uint32_t blocks, uint32_t packets, uint32_t length)
{
	uint32_t i;

	capture.ring_size_ = (size_t)blocks * WALK_BLOCK;
	capture.ring_ = capture.at_ = walk_memory(capture.ring_size_);
	capture.geometry_.block_size = WALK_BLOCK;
	capture.geometry_.block_count = blocks;
	capture.geometry_.frame_size = 2048;
	capture.status_at_ = offsetof(struct tpacket_block_desc, hdr);
	for (i = 0; i < blocks; i++)
		walk_fill(capture.ring_ + (size_t)i * WALK_BLOCK, packets,
			  length);
}

NETRING_UMEM_AREA(area, FRAMES, WALK_FRAME);
static struct netring_umem umem;
static struct netring_xdp_rx rx;
static struct netring_xdp_tx tx;
static struct walk_ring data, addresses;

static void make_ring(struct netring_xdp_ring *ring, struct walk_ring *shared,
		      int produce)
{
	walk_ring_make(shared, slots);
	ring->own_ = produce ? &shared->producer : &shared->consumer;
	ring->peer_ = produce ? &shared->consumer : &shared->producer;
	ring->flags_ = &shared->flags;
	ring->slots_ = shared->slots;
	ring->lead_ = produce ? slots : 0;
	ring->mask_ = slots - 1;
}

/* What netring_xdp_open() makes between its system calls. */
static void make_umem(int receive)
{
	const struct netring_umem_config cfg = { NETRING_UMEM_OF(area),
						 .frame_size = WALK_FRAME };
	uint32_t frame;

	netring_umem_init(&umem, &cfg);
	umem.number_ = 1;
	umem.rx_frames_ = receive ? FRAMES : 0;
	for (frame = FRAMES; frame--;) {
		struct netring_umem_pool_ *pool = receive ? &umem.rx_ :
							    &umem.tx_;

		area.table[frame] = pool->first;
		pool->first = frame;
		pool->count++;
	}
}

static uint64_t round_rx(void)
{
	struct netring_xdp_packet pkt;
	uint64_t packets = 0, sum = 0;

	walk_receive(&data, &addresses);
	while (packets < slots) {
		netring_xdp_rx_next(&rx);
		while (netring_xdp_rx_packet(&rx, &pkt)) {
			sum += pkt.len + pkt.data[12];
			packets++;
		}
		netring_xdp_rx_release(&rx);
	}
	walk_sum += sum;
	return packets;
}

static void make_rx(void)
{
	struct xdp_desc *desc;
	uint32_t i;

	make_umem(1);
	make_ring(&rx.ring_, &data, 0);
	make_ring(&rx.fill_, &addresses, 1);
	rx.umem_ = &umem;
	rx.number_ = 1;
	rx.most_ = slots;
	netring_xdp_rx_fill(&rx);
	for (i = 0; i < slots; i++) {
		desc = (struct xdp_desc *)data.slots + i;
		desc->addr = ((uint64_t *)addresses.slots)[i] + WALK_HEADROOM;
		desc->len = 64;
	}
}

static uint64_t round_tx(void)
{
	struct netring_xdp_frame frame;
	uint64_t packets = 0;
	uint32_t i;

	while (packets < slots) {
		for (i = 0; i < BATCH; i++, packets++) {
			if (netring_xdp_tx_reserve(&tx, &frame) < 0)
				abort();
			frame.data[12] = 8;
			netring_xdp_tx_commit(&tx, &frame, 64);
		}
		/* the kernel takes it before it can be kicked */
		data.consumer += BATCH;
		netring_xdp_tx_flush(&tx);
		data.consumer -= BATCH;
		walk_send(&data, &addresses);
	}
	return packets;
}

static void make_tx(void)
{
	make_umem(0);
	make_ring(&tx.ring_, &data, 1);
	make_ring(&tx.completions_, &addresses, 0);
	tx.umem_ = &umem;
	tx.number_ = 1;
	tx.most_ = slots;
	tx.longest_ = 1518;
}

static struct netring_injector injector;

/* In the C library's stead: the kernel takes all that it is given. */
ssize_t send(int fd, const void *walk_kick, size_t size, int flags)
{
	static uint32_t at;
	volatile uint32_t *slot;
	uint32_t i, sent = 0;

	(void)fd;
	(void)walk_kick;
	(void)size;
	(void)flags;
	for (i = 0; i < BATCH; i++, at = (at + 1) % slots) {
		slot = (void *)(injector.ring_ + (size_t)at * WALK_FRAME);
		if (slot[0] != 1)
			break;
		sent += slot[1] - 10;
		slot[0] = 0;
	}
	return (ssize_t)sent;
}

static uint64_t round_ring(void)
{
	struct netring_frame frame;
	uint32_t i;

	for (i = 0; i < slots; i++) {
		if (i % BATCH == 0 && netring_injector_flush(&injector) < 0)
			abort();
		if (netring_injector_reserve(&injector, &frame) < 0)
			abort();
		frame.data[12] = 8;
		netring_injector_commit(&injector, &frame, 64);
	}
	return slots;
}

static void make_slots(void)
{
	injector.ring_ = walk_memory((size_t)slots * WALK_FRAME);
	injector.geometry_.frame_size = WALK_FRAME;
	injector.geometry_.frame_count = injector.slots_ = slots;
	injector.interface_.mtu = 1500;
	injector.interface_.flags = 0x41; /* up, running */
	injector.header_ = 14;
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], "v3")) {
		make_v3(number(argv[2]), number(argv[3]), number(argv[4]));
		return walk_run(round_v3, number(argv[5]));
	}
	slots = argc == 4 ? number(argv[2]) : 0;
	if (slots < BATCH || slots > FRAMES || slots & (slots - 1)) {
		fputs("usage: ours_walk v3 BLOCKS PACKETS LENGTH ROUNDS\n"
		      "       ours_walk rx|tx|ring SLOTS ROUNDS\n",
		      stderr);
		return 2;
	}
	if (!strcmp(argv[1], "rx")) {
		make_rx();
		return walk_run(round_rx, number(argv[3]));
	}
	if (!strcmp(argv[1], "tx")) {
		make_tx();
		return walk_run(round_tx, number(argv[3]));
	}
	make_slots();
	return walk_run(round_ring, number(argv[3]));
}
