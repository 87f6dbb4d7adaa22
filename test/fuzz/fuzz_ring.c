/* SPDX-License-Identifier: MIT */
/* fuzz_ring.c - a receive ring in which the kernel may write anything. */
#include "fuzz.h"

#include <sanitizer/asan_interface.h>

#include "capture.h"

#define V3_FIRST 48u
#define V3_MAC 88u
#define V2_MAC 72u

enum {
	PACKET_V3,
	PACKET_V2,
	CORRUPT_V3,
	CORRUPT_V2,
	RECEIVED,
	REFUSED,
	TAGGED,
	OVERSIZE,
	WAITED
};
const char *const fuzz_points[] = { "packet_v3",  "packet_v2", "corrupt_v3",
				    "corrupt_v2", "received",  "refused",
				    "tagged",	  "oversize",  "waited",
				    NULL };

static struct netring_capture cap;
static uint32_t block_size, frame_size, blocks;

static size_t ring_bytes(void)
{
	return (size_t)block_size * blocks;
}

/* The kernel writes what and where it likes. */
static void tamper(uint8_t *at, size_t size)
{
	size_t offset = take16() % size, count = take8() % 65u;

	take_bytes(at + offset, count < size - offset ? count : size - offset);
}

/* What it should write into the block, or slot, at the cursor. */
static void behave_v3(uint8_t *block, uint32_t packets, uint32_t len)
{
	struct nr_tpacket_block_desc *desc = (void *)block;
	uint32_t at = V3_FIRST, step = (V3_MAC + len + 7) & ~7u, i;
	struct netring_tpacket3_ *h;

	memset(block, 0, block_size);
	for (i = 0; i < packets && step <= block_size - at; i++, at += step) {
		h = (void *)(block + at);
		h->next_offset = step;
		h->snaplen = h->len = len;
		h->mac = V3_MAC;
		h->status = take8();
		h->link.type = (uint8_t)(i & 7);
	}
	desc->version = 1;
	desc->num_pkts = i;
	desc->offset_to_first_pkt = V3_FIRST;
	desc->blk_len = at;
	desc->block_status = NR_TP_STATUS_USER;
}

static void behave_v2(uint8_t *block, uint32_t packets, uint32_t len)
{
	struct netring_tpacket2_ *h;
	uint32_t i;

	for (i = cap.slot_; i < cap.slots_ && packets; i++, packets--) {
		h = (void *)(block + (size_t)i * frame_size);
		memset(h, 0, frame_size);
		h->mac = V2_MAC;
		h->snaplen = h->len =
			len < frame_size - V2_MAC ? len : frame_size - V2_MAC;
		h->status = take8() | NR_TP_STATUS_USER;
		h->link.type = (uint8_t)(i & 7);
	}
}

static uint8_t *block_now(void)
{
	return cap.ring_ + (size_t)cap.block_ * block_size;
}

/* Only the batch's own block may be touched while it is walked. */
static void fence(int on)
{
	uint8_t *block = block_now();
	size_t used = cap.slots_ ? (size_t)cap.slots_ * frame_size : block_size;

	if (!on) {
		ASAN_UNPOISON_MEMORY_REGION(cap.ring_, ring_bytes());
		return;
	}
	ASAN_POISON_MEMORY_REGION(cap.ring_, ring_bytes());
	ASAN_UNPOISON_MEMORY_REGION(block, used);
}

static void use_oversize(struct netring_packet *pkt)
{
	uint32_t size = take8();
	uint8_t *buffer = exact(size);
	int r = netring_capture_read_oversize(&cap, pkt, buffer, size);

	if (r == 1) {
		CHECK(pkt->data >= buffer &&
		      pkt->len <= buffer + size - pkt->data);
		touch(pkt->data, pkt->len);
		touch(pkt->link, sizeof(*pkt->link));
		REACHED(OVERSIZE);
	}
	free(buffer);
}

/* All that a caller may do with a packet stays within its block or slot. */
static void use(const struct netring_packet *given, uint32_t what)
{
	struct netring_packet pkt = *given, copy;
	const uint8_t *low = block_now(), *high = low + block_size;
	const uint8_t *link = (const void *)pkt.link;
	uint32_t size = what * 3;
	uint8_t *buffer;
	int r;

	CHECK(pkt.data >= low && pkt.data <= high);
	if (cap.slots_) {
		low += (size_t)(pkt.data - low - 1) / frame_size * frame_size;
		high = low + frame_size;
	}
	CHECK(pkt.data - low >= 14 && pkt.len <= (size_t)(high - pkt.data));
	CHECK(link >= low && link + sizeof(*pkt.link) <= high);
	touch(pkt.data, pkt.len);
	touch(link, sizeof(*pkt.link));
	(void)netring_packet_gso(&pkt);
	(void)netring_packet_protocol(&pkt);
	buffer = exact(size);
	r = netring_packet_copy(&copy, &pkt, buffer, size);
	CHECK((size < NETRING_PACKET_COPY_ROOM) == (r < 0));
	if (r >= 0) {
		CHECK(copy.len <= pkt.len &&
		      copy.data + copy.len <= buffer + size);
		touch(copy.data, copy.len);
	}
	free(buffer);
	if (netring_packet_restore_vlan(&pkt)) {
		CHECK(pkt.data >= low && pkt.data + pkt.len <= high);
		REACHED(TAGGED);
	}
	if (what & 1)
		use_oversize(&pkt);
}

static void walk(void)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	uint32_t count = 0, what;
	uint8_t *block = block_now();

	if (!netring_capture_next(&cap, &batch))
		return;
	fence(1);
	for (;;) {
		what = take8();
		if (what & 0x80)
			tamper(block, cap.slots_ ?
					      (size_t)cap.slots_ * frame_size :
					      block_size);
		if (!netring_batch_next(&batch, &pkt))
			break;
		REACHED(cap.slots_ ? PACKET_V2 : PACKET_V3);
		CHECK(++count <= block_size / 8);
		use(&pkt, what & 0x7f);
	}
	if (batch.flags & NETRING_BATCH_CORRUPT)
		REACHED(cap.slots_ ? CORRUPT_V2 : CORRUPT_V3);
	fence(0);
	netring_capture_release(&cap);
	CHECK(cap.at_ >= cap.ring_ &&
	      cap.at_ + (cap.slots_ ? frame_size : block_size) <=
		      cap.ring_ + ring_bytes());
	if (!cap.slots_)
		CHECK(!(((struct nr_tpacket_block_desc *)(void *)block)
				->block_status));
}

static void receive(uint32_t what)
{
	struct netring_packet pkt;
	int r = netring_capture_receive(&cap, &pkt, 0);

	if (r == 1)
		use(&pkt, what);
	if (r == 1)
		REACHED(RECEIVED);
	else if (r == -EBADMSG)
		REACHED(REFUSED);
}

static void begin(uint32_t kind)
{
	static const uint32_t sizes[] = { 128, 256, 512, 1024 };
	static const uint32_t frames[] = { 96, 128, 112, 208 };
	uint32_t shape = take8();

	memset(&cap, 0, sizeof(cap));
	blocks = 1 + (shape & 3);
	block_size = sizes[shape >> 2 & 3];
	frame_size = frames[shape >> 4 & 3];
	cap.fd_ = 78;
	cap.ring_size_ = ring_bytes();
	cap.ring_ = cap.at_ = exact(cap.ring_size_);
	cap.geometry_.block_size = block_size;
	cap.geometry_.block_count = blocks;
	cap.geometry_.frame_size = frame_size;
	if (kind & 1 && frame_size <= block_size)
		cap.slots_ = block_size / frame_size;
	else
		cap.status_at_ =
			offsetof(struct nr_tpacket_block_desc, block_status);
	cap.packet_flags_ = (kind & 2 ? NETRING_PACKET_VNET : 0) |
			    (kind & 4 ? NETRING_PACKET_COOKED : 0);
	cap.skip_ = kind & 8 ? 1u << NETRING_TYPE_OUTGOING : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netring_capture_stats total;
	uint32_t kind, op, len;

	input_begin(data, size);
	kind = take8();
	begin(kind);
	while (input.left) {
		op = take8();
		switch (op & 7) {
		case 0:
		case 1:
			tamper(cap.ring_, ring_bytes());
			break;
		case 2:
			tamper(block_now(), block_size);
			break;
		case 3:
			len = take8();
			if (cap.slots_)
				behave_v2(block_now(), 1 + (op >> 3), len);
			else
				behave_v3(block_now(), 1 + (op >> 3), len);
			break;
		case 4:
			(void)netring_capture_wait(&cap, op >> 3);
			REACHED(WAITED);
			break;
		case 5:
			(void)netring_capture_read_stats(&cap, &total, &total);
			break;
		default:
			if (kind & 16)
				receive(op >> 3);
			else
				walk();
		}
	}
	free(cap.ring_);
	return 0;
}
