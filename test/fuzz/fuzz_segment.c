/* SPDX-License-Identifier: MIT */
/* fuzz_segment.c - super-frames of anything: cut within bounds, and right. */
#include "fuzz.h"

#include "sys.h"

#include <netring/segment.h>

enum {
	TCP4,
	TCP6,
	UDP4,
	UDP6,
	TUNNEL,
	LABELS,
	PPPOE,
	DESCRIBED,
	FILLED,
	REFUSED
};
const char *const fuzz_points[] = { "tcp4",   "tcp6",	 "udp4",  "udp6",
				    "tunnel", "labels",	 "pppoe", "described",
				    "filled", "refused", NULL };

static uint32_t sum(const uint8_t *data, size_t size, uint32_t so_far)
{
	size_t i;

	for (i = 0; i < size; i++) {
		so_far += i & 1 ? data[i] : (uint32_t)data[i] << 8;
		so_far = (so_far & 0xffff) + (so_far >> 16);
	}
	return so_far;
}

/* A device's work: what is left in the field, and what it covers, fits. */
static void check_left(const uint8_t *frame, uint32_t len,
		       const struct netring_vnet *left, const uint8_t *full)
{
	uint32_t at = left->csum_start + (uint32_t)left->csum_offset;
	uint32_t want =
		sum(frame + left->csum_start, len - left->csum_start, 0);
	uint32_t got = (uint32_t)full[at] << 8 | full[at + 1];

	CHECK(left->flags == 1 && at + 2 <= len);
	want = ~want & 0xffff;
	CHECK(got == want || (!want && got == 0xffff));
}

static void cut(struct netring_segment *seg, const uint8_t *data, uint32_t len)
{
	struct netring_segment again = *seg;
	uint32_t payload = seg->headers_, bytes, number = 0;
	uint32_t count = netring_segment_left(seg);
	struct netring_vnet left;
	uint8_t *frame, *full;
	int r;

	for (;; number++) {
		bytes = netring_segment_longest(seg);
		frame = exact(bytes);
		full = exact(bytes);
		memset(&left, 0, sizeof(left));
		r = netring_segment_next(seg, full, bytes, NULL);
		CHECK(netring_segment_next(&again, frame, bytes, &left) == r);
		if (!r)
			break;
		CHECK(r == (int)bytes);
		bytes -= seg->headers_;
		CHECK(payload + bytes <= len);
		CHECK(!memcmp(full + seg->headers_, data + payload, bytes));
		CHECK(!memcmp(frame + seg->headers_, data + payload, bytes));
		check_left(frame, bytes + seg->headers_, &left, full);
		payload += bytes;
		free(frame);
		free(full);
	}
	free(frame);
	free(full);
	CHECK(payload == len && number == count);
}

static void note(const struct netring_segment *seg, const uint8_t *data)
{
	int six = data[seg->inner_.at] >> 4 == 6;

	if (seg->inner_.protocol == 6)
		REACHED(six ? TCP6 : TCP4);
	else
		REACHED(six ? UDP6 : UDP4);
	if (seg->outer_.l4)
		REACHED(TUNNEL);
	else if (seg->pppoe_)
		REACHED(PPPOE);
	else if (data[12] == 0x88 && data[13] == 0x47)
		REACHED(LABELS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netring_segment seg;
	struct netring_vnet vnet, before;
	uint8_t *frame, *slot;
	uint32_t link;
	int r;

	input_begin(data, size);
	link = take8() & 1 ? 0 : 14;
	vnet.flags = take8();
	vnet.gso_type = take8();
	vnet.header_len = 0;
	vnet.gso_size = take16();
	vnet.csum_start = take16();
	vnet.csum_offset = take8();
	before = vnet;
	size = input.left;
	frame = exact(size);
	take_bytes(frame, size);
	r = netring_segment_init(&seg, frame, (uint32_t)size, link, &vnet);
	CHECK(r <= 1);
	if (r < 0) {
		CHECK(r == -EINVAL || r == -EOPNOTSUPP);
		REACHED(REFUSED);
	} else {
		note(&seg, frame);
		if (r)
			REACHED(before.flags & 1 ? DESCRIBED : FILLED);
		else
			CHECK(!memcmp(&before, &vnet, sizeof(vnet)));
		/* a slot that is too short takes nothing */
		slot = exact(seg.headers_);
		CHECK(netring_segment_next(&seg, slot, seg.headers_, NULL) ==
		      -EMSGSIZE);
		free(slot);
		cut(&seg, frame, (uint32_t)size);
	}
	free(frame);
	return 0;
}
