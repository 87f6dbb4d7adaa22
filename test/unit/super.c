/* SPDX-License-Identifier: MIT */
/* super.c - super-frames, and their frames, built from the end to the front. */
#include "super.h"

#define TCP 6
#define UDP 17

/* What is being built. */
struct build {
	const struct super *super;
	uint8_t *at, *end;
	uint32_t number; /* SUPER_WHOLE: the super-frame */
};

static void set16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void set32(uint8_t *at, uint32_t value)
{
	set16(at, value >> 16);
	set16(at + 2, value);
}

uint32_t super_sum(const uint8_t *data, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static uint8_t *push(struct build *b, uint32_t bytes)
{
	b->at -= bytes;
	memset(b->at, 0, bytes);
	return b->at;
}

static uint32_t length(const struct build *b)
{
	return (uint32_t)(b->end - b->at);
}

/* Byte @i of the address, of either end, of a layer: 0 outer, 1 inner. */
static uint8_t address(int layer, int to, uint32_t i)
{
	return (uint8_t)(0x11 + layer * 0x50 + to * 0x23 + i * 7);
}

/* Of the pseudo-header of what has been built, the layer's payload. */
static uint32_t pseudo_sum(const struct build *b, int layer, uint8_t protocol)
{
	int six = layer ? b->super->inner6 : b->super->outer6;
	uint8_t bytes[40] = { 0 };
	uint32_t n = six ? 16 : 4, i;

	for (i = 0; i < n; i++) {
		bytes[i] = address(layer, 0, i);
		bytes[n + i] = address(layer, 1, i);
	}
	set32(bytes + 2 * n, length(b));
	bytes[2 * n + 7] = protocol;
	return super_sum(bytes, 2 * n + 8, 0);
}

static void checksum(const struct build *b, uint32_t field, uint32_t start,
		     int udp)
{
	uint32_t sum = ~super_sum(b->at, length(b), start) & 0xffff;

	set16(b->at + field, sum || !udp ? sum : 0xffff);
}

/* One extension header of IPv6, of @eights of bytes. */
static uint8_t extension(struct build *b, uint8_t type, uint8_t next,
			 uint32_t eights)
{
	uint8_t *at = push(b, eights * 8);

	at[0] = next;
	at[1] = (uint8_t)(eights - 1);
	at[2] = 1; /* PadN, up to the end */
	at[3] = (uint8_t)(eights * 8 - 4);
	return type;
}

static void push_ip6(struct build *b, int layer, uint8_t protocol)
{
	uint32_t i, options = b->super->options;
	uint8_t *at;

	if (b->super->routing) {
		protocol = extension(b, 43, protocol, 3);
		b->at[2] = 4;
		b->at[3] = 1;
		for (i = 0; i < 16; i++)
			b->at[8 + i] = address(layer, 1, i);
	}
	if (options > 1)
		protocol = extension(b, 60, protocol, options - 1);
	if (options)
		protocol = extension(b, 0, protocol, 1);
	at = push(b, 40);
	set32(at, 0x6abcdef1);
	set16(at + 4, length(b) - 40);
	at[6] = protocol;
	at[7] = 63;
	for (i = 0; i < 16; i++) {
		at[8 + i] = address(layer, 0, i);
		at[24 + i] = address(layer, b->super->routing ? 2 : 1, i);
	}
}

static void push_ip4(struct build *b, int layer, uint8_t protocol)
{
	uint32_t i, header = 20 + b->super->options * 4;
	uint32_t id = b->super->id[layer];
	uint8_t *at = push(b, header);

	if (b->number != SUPER_WHOLE && (id || !b->super->keeps_id))
		id += b->number;
	at[0] = (uint8_t)(0x40 | header / 4);
	at[1] = 0x2e;
	set16(at + 2, length(b));
	set16(at + 4, id);
	set16(at + 6, 0x4000);
	at[8] = 63;
	at[9] = protocol;
	for (i = 0; i < 4; i++) {
		at[12 + i] = address(layer, 0, i);
		at[16 + i] = address(layer, 1, i);
	}
	memset(at + 20, 1, header - 20);
	set16(at + 10, ~super_sum(at, header, 0));
}

static void push_ip(struct build *b, int layer, uint8_t protocol)
{
	if (layer ? b->super->inner6 : b->super->outer6)
		push_ip6(b, layer, protocol);
	else
		push_ip4(b, layer, protocol);
}

static void push_transport(struct build *b, int layer, uint32_t from)
{
	const struct super *super = b->super;
	int whole = b->number == SUPER_WHOLE, udp = super->udp;
	uint32_t header = udp ? 8 : 20 + super->tcp_options * 4, sum;
	uint8_t *at = push(b, header);
	uint32_t field = udp ? 6 : 16;
	uint8_t flags = super->tcp_flags;

	set16(at, 4000);
	set16(at + 2, 5000);
	if (udp) {
		set16(at + 4, length(b));
	} else {
		set32(at + 4, 0xffffe000u + from);
		set32(at + 8, 0x12345678);
		if (!whole && b->number + 1 < super_count(super))
			flags &= (uint8_t)~0x09;
		if (!whole && b->number)
			flags &= (uint8_t)~0x80;
		at[12] = (uint8_t)(header / 4 << 4);
		at[13] = flags;
		set16(at + 14, 1000);
		memset(at + 20, 1, header - 20);
	}
	sum = pseudo_sum(b, layer, udp ? UDP : TCP);
	if (!whole)
		checksum(b, field, sum, udp);
	else /* or what the first had */
		set16(at + field, super->unmarked ? 0xabcd : sum);
}

static void push_ethernet(struct build *b, uint32_t type, int tag)
{
	uint8_t *at = push(b, tag ? 18 : 14);

	memset(at, 2, 12);
	if (tag) {
		set32(at + 12, 0x81000000u | 0x123);
		at += 4;
	}
	set16(at + 12, type);
}

static uint8_t push_gre(struct build *b, uint32_t type)
{
	enum super_tunnel kind = b->super->tunnel;
	int sum = kind == SUPER_GRE_CHECKSUM || kind == SUPER_GRE_BOTH;
	int key = kind == SUPER_GRE_KEY || kind == SUPER_GRE_BOTH;
	uint8_t *at = push(b, 4u + (sum ? 4 : 0) + (key ? 4 : 0));

	set16(at, (sum ? 0x8000 : 0) | (key ? 0x2000 : 0));
	set16(at + 2, type);
	if (key)
		set32(at + (sum ? 8 : 4), 0xcafe1234);
	if (sum && b->number != SUPER_WHOLE)
		checksum(b, 4, 0, 0);
	return 47;
}

static uint8_t push_udp(struct build *b, uint32_t port, int sum)
{
	uint8_t *at = push(b, 8);

	set16(at, 50123);
	set16(at + 2, port);
	set16(at + 4, length(b));
	if (sum)
		checksum(b, 6, pseudo_sum(b, 0, UDP), 1);
	if (sum && b->number == SUPER_WHOLE)
		set16(at + 6, 0x7777);
	return UDP;
}

/* From the inner IP header to the outer one; returns its protocol. */
static uint8_t push_tunnel(struct build *b)
{
	enum super_tunnel kind = b->super->tunnel;
	uint32_t type = b->super->inner6 ? 0x86dd : 0x0800;
	uint8_t *at;

	switch (kind) {
	case SUPER_IPIP:
		return b->super->inner6 ? 41 : 4;
	case SUPER_FOU:
		return push_udp(b, 5555, 0);
	case SUPER_GRETAP:
		push_ethernet(b, type, b->super->inner_tag);
		return push_gre(b, 0x6558);
	case SUPER_VXLAN:
	case SUPER_VXLAN_CHECKSUM:
		push_ethernet(b, type, b->super->inner_tag);
		at = push(b, 8);
		at[0] = 8;
		at[6] = 7;
		return push_udp(b, 4789, kind == SUPER_VXLAN_CHECKSUM);
	case SUPER_GENEVE:
		push_ethernet(b, type, b->super->inner_tag);
		at = push(b, 8 + 28); /* options */
		at[0] = 7;
		set16(at + 2, 0x6558);
		at[8] = 1;
		at[11] = 6;
		return push_udp(b, 6081, 1);
	default:
		return push_gre(b, type);
	}
}

static void push_link(struct build *b)
{
	static const uint16_t tags[] = { 0x8100, 0x88a8 };
	uint32_t type = b->super->outer6 ? 0x86dd : 0x0800, bytes, i;
	uint8_t *at;

	if (b->super->front == SUPER_RAW)
		return;
	if (b->super->front == SUPER_MPLS) {
		type = 0x8847;
		at = push(b, 8);
		set32(at, 17 << 12 | 64);
		set32(at + 4, 18 << 12 | 1 << 8 | 64);
	} else if (b->super->front == SUPER_PPPOE) {
		bytes = length(b) + 2;
		at = push(b, 8);
		set32(at, 0x11000001);
		set16(at + 4, bytes);
		set16(at + 6, type == 0x0800 ? 0x21 : 0x57);
		type = 0x8864;
	}
	set16(push(b, 2), type);
	for (i = 0; i < b->super->tags; i++) {
		at = push(b, 4); /* the outermost last, 802.1ad */
		set16(at, tags[i]);
		set16(at + 2, 5 + i);
	}
	memset(push(b, 12), 4, 12);
}

uint32_t super_count(const struct super *super)
{
	return (super->payload + super->size - 1) / super->size;
}

uint8_t *super_build(uint8_t *room, const struct super *super, uint32_t number,
		     uint32_t *len)
{
	struct build b = { super, room + SUPER_MOST, room + SUPER_MOST,
			   number };
	uint32_t from = number == SUPER_WHOLE ? 0 : number * super->size;
	uint32_t left = super->payload - from, i;
	int layer = super->tunnel != SUPER_BARE;
	uint8_t *at;

	if (number != SUPER_WHOLE && left > super->size)
		left = super->size;
	at = push(&b, left);
	for (i = 0; i < left; i++)
		at[i] = (uint8_t)((from + i) * 31 + (from + i) / 251);
	push_transport(&b, layer, from);
	push_ip(&b, layer, super->udp ? UDP : TCP);
	if (layer)
		push_ip(&b, 0, push_tunnel(&b));
	push_link(&b);
	*len = length(&b);
	return b.at;
}

uint32_t super_link(const struct super *super)
{
	return super->front == SUPER_RAW ? 0 : 14;
}

void super_vnet(const struct super *super, uint32_t len,
		struct netring_vnet *vnet)
{
	memset(vnet, 0, sizeof(*vnet));
	vnet->gso_type = super->udp ? 5 : 1;
	if (!super->udp &&
	    (super->tunnel == SUPER_BARE ? super->outer6 : super->inner6))
		vnet->gso_type = 4;
	vnet->gso_size = (uint16_t)super->size;
	vnet->header_len = 128;
	if (super->unmarked) {
		vnet->flags = 2;
		return;
	}
	vnet->flags = 1;
	vnet->csum_start =
		(uint16_t)(len - super->payload -
			   (super->udp ? 8 : 20 + super->tcp_options * 4));
	vnet->csum_offset = super->udp ? 6 : 16;
}
