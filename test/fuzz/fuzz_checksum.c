/* SPDX-License-Identifier: MIT */
/* fuzz_checksum.c - checksums that the AF_XDP bridge completes. */
#include "fuzz.h"

#include "checksum.h"
#include "xdp.h"

enum {
	TCP4,
	UDP4,
	TCP6,
	UDP6,
	TAGS,
	WITHIN, /* behind more headers, of which there is no second opinion */
	LEFT_ALONE,
	FILLED
};
const char *const fuzz_points[] = { "tcp4",	  "udp4",   "tcp6",
				    "udp6",	  "tags",   "within",
				    "left_alone", "filled", NULL };

/* A second opinion, byte by byte: where the parts of a packet are. */
struct parts {
	size_t l4, end, field, addresses, address_bytes;
	unsigned int protocol, tags, version;
};

static unsigned int word_at(const uint8_t *data, size_t at)
{
	return (unsigned int)data[at] << 8 | data[at + 1];
}

static int find_parts(const uint8_t *data, size_t size, struct parts *p)
{
	size_t ip = 14;

	memset(p, 0, sizeof(*p));
	while (size >= ip && (word_at(data, ip - 2) == 0x8100 ||
			      word_at(data, ip - 2) == 0x88a8)) {
		ip += 4;
		p->tags++;
	}
	if (size >= ip + 20 && word_at(data, ip - 2) == 0x0800) {
		p->version = 4;
		p->l4 = ip + (data[ip] & 15u) * 4u;
		p->end = ip + word_at(data, ip + 2);
		p->protocol = data[ip + 9];
		p->addresses = ip + 12;
		p->address_bytes = 8;
		if (word_at(data, ip + 6) & 0x3fff || (data[ip] & 15) < 5)
			return 0;
	} else if (size >= ip + 40 && word_at(data, ip - 2) == 0x86dd) {
		p->version = 6;
		p->l4 = ip + 40;
		p->end = p->l4 + word_at(data, ip + 4);
		p->protocol = data[ip + 6];
		p->addresses = ip + 8;
		p->address_bytes = 32;
	} else {
		return 0;
	}
	if (p->protocol != 6 && p->protocol != 17)
		return 0;
	p->field = p->l4 + (p->protocol == 6 ? 16 : 6);
	return p->end <= size && p->field + 2 <= p->end;
}

static unsigned int sum(const uint8_t *data, size_t size, unsigned int so_far)
{
	size_t i;

	for (i = 0; i < size; i++) {
		so_far += i & 1 ? data[i] : (unsigned int)data[i] << 8;
		so_far = (so_far & 0xffff) + (so_far >> 16);
	}
	return so_far;
}

static unsigned int pseudo(const uint8_t *data, const struct parts *p)
{
	unsigned int all =
		sum(data + p->addresses, p->address_bytes, p->protocol);

	all += (unsigned int)(p->end - p->l4);
	return (all & 0xffff) + (all >> 16);
}

/* At most the fields of four, and each of two bytes, or the last of four. */
static void few_changed(const uint8_t *data, const uint8_t *before, size_t size)
{
	size_t i, changed = 0;

	for (i = 0; i < size; i++)
		changed += data[i] != before[i];
	CHECK(changed <= 3 * 2 + 4);
}

static void complete(uint8_t *data, size_t size, int prepare)
{
	const struct netring_xdp_packet pkt = { data, (uint32_t)size, 0, 0 };
	uint8_t *before = exact(size);
	struct parts p;
	int there = find_parts(data, size, &p), r;
	unsigned int start = 0;
	uint16_t field;

	if (there) {
		start = pseudo(data, &p);
		if (prepare) {
			data[p.field] = (uint8_t)(start >> 8);
			data[p.field + 1] = (uint8_t)start;
		}
		there = word_at(data, p.field) == start;
	}
	memcpy(before, data, size);
	r = netring_xdp_complete(&pkt, 1);
	few_changed(data, before, size);
	if (!there) {
		REACHED(r ? WITHIN : LEFT_ALONE);
		CHECK(r || !memcmp(before, data, size));
		free(before);
		return;
	}
	CHECK(r);
	REACHED(p.version == 4 && p.protocol == 6 ? TCP4 :
		p.version == 4			  ? UDP4 :
		p.protocol == 6			  ? TCP6 :
						    UDP6);
	if (p.tags)
		REACHED(TAGS);
	/* with the pseudo-header it sums up to nothing */
	CHECK(sum(data + p.l4, p.end - p.l4, pseudo(data, &p)) == 0xffff);
	CHECK(word_at(data, p.field));
	if (p.protocol == 6) { /* and nothing else was changed */
		memcpy(&field, data + p.field, sizeof(field));
		memcpy(before + p.field, &field, sizeof(field));
		CHECK(!memcmp(before, data, size));
	}
	free(before);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t kind, start, at;
	uint8_t *packet;

	input_begin(data, size);
	kind = take8();
	start = take8();
	size = input.left;
	packet = exact(size);
	take_bytes(packet, size);
	if (kind & 2 && size >= 2) {
		/* as commit does it for a kernel that has no metadata */
		start %= (uint32_t)size - 1;
		at = start + kind % ((uint32_t)size - 1 - start);
		packet[at] = packet[at + 1] = 0;
		netring_checksum_fill_(packet + start, (uint32_t)size - start,
				       packet + at);
		if ((at - start) % 2 == 0)
			CHECK(sum(packet + start, size - start, 0) == 0xffff);
		REACHED(FILLED);
	} else {
		complete(packet, size, kind & 1);
	}
	free(packet);
	return 0;
}
