/* SPDX-License-Identifier: MIT */
/* layers.c - packets of many headers, each checksum of which is right. */
#include "xdp_model.h"

#include "layers.h"

struct layers layers;

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

uint32_t layers_sum(const uint8_t *data, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* RFC 9260, appendix A: most significant bit first, then turned around. */
uint32_t layers_crc(const uint8_t *data, uint32_t len)
{
	uint32_t crc = UINT32_MAX, turned = 0, i, bit;

	for (i = 0; i < len; i++)
		for (bit = 0; bit < 8; bit++) {
			crc ^= (uint32_t)(data[i] >> bit & 1) << 31;
			crc = crc & 0x80000000 ? crc << 1 ^ 0x1edc6f41 :
						 crc << 1;
		}
	for (bit = 0; bit < 32; bit++)
		turned |= (crc >> bit & 1) << (31 - bit);
	return ~turned;
}

static uint8_t *put(uint32_t size)
{
	uint32_t i;

	assert_true(layers.at >= size);
	layers.at -= size;
	for (i = 0; i < size; i++)
		layers.bytes[layers.at + i] = (uint8_t)random_u32();
	return layers.bytes + layers.at;
}

static void say(const char *word)
{
	strncat(layers.what, word,
		sizeof(layers.what) - strlen(layers.what) - 1);
}

void layers_begin(uint32_t payload)
{
	memset(&layers, 0, sizeof(layers));
	layers.at = layers.fill = LAYERS_ROOM;
	(void)put(payload);
}

/* What is there becomes the payload of @protocol; the checksum comes with the
 * IP header, which it covers in part. */
void layers_transport(uint8_t protocol)
{
	uint8_t *l4 = put(protocol == 6 ? 20 : protocol == 17 ? 8 : 12);

	layers.protocol = protocol;
	if (protocol == 17)
		put16(l4 + 4, layers.fill - layers.at);
}

static void add_field(uint32_t at, uint32_t sum)
{
	struct layers_field *f = &layers.field[layers.fields++];
	uint32_t size = layers.fill - layers.at, value;

	f->at = layers.at + at;
	f->sctp = layers.protocol == 132;
	memset(layers.bytes + f->at, 0, f->sctp ? 4 : 2);
	if (f->sctp) {
		value = layers_crc(layers.bytes + layers.at, size);
		layers.bytes[f->at] = (uint8_t)value;
		layers.bytes[f->at + 1] = (uint8_t)(value >> 8);
		layers.bytes[f->at + 2] = (uint8_t)(value >> 16);
		layers.bytes[f->at + 3] = (uint8_t)(value >> 24);
		return;
	}
	f->left = (uint16_t)sum;
	value = (uint16_t)~layers_sum(layers.bytes + layers.at, size, sum);
	put16(layers.bytes + f->at, value ? value : 0xffff);
}

static void checksum(const uint8_t *from, const uint8_t *to, uint32_t size)
{
	uint8_t rest[4] = { 0, layers.protocol };
	uint32_t sum;

	put16(rest + 2, layers.fill - layers.at);
	sum = layers_sum(rest, 4,
			 layers_sum(from, size, layers_sum(to, size, 0)));
	if (layers.protocol == 6 || layers.protocol == 17 ||
	    layers.protocol == 132)
		add_field(layers.protocol == 6	? 16 :
			  layers.protocol == 17 ? 6 :
						  8,
			  sum);
}

static void ipv4(void)
{
	uint32_t options = random_below(3), header = 20 + 4 * options, i;
	uint8_t addresses[8], *ip;

	for (i = 0; i < 8; i++)
		addresses[i] = (uint8_t)random_u32();
	checksum(addresses, addresses + 4, 4);
	ip = put(header);
	ip[0] = (uint8_t)(0x45 + options);
	put16(ip + 2, layers.fill - layers.at);
	put16(ip + 6, random_below(2) ? 0x4000 : 0);
	ip[9] = layers.protocol;
	memcpy(ip + 12, addresses, 8);
	layers.protocol = 4;
	layers.type = 0x0800;
	say(" ipv4");
}

enum {
	PLAIN,
	HOP,
	DESTINATION,
	BOTH,
	ROUTE,
	OLD_ROUTE,
	USED_ROUTE,
	KINDS
};

static void ipv6(uint32_t kind)
{
	static const char *const names[] = { "",	 "+hop", "+dst",
					     "+hop+dst", "+srh", "+rh",
					     "+rh, used" };
	uint8_t addresses[48], *ip, *more;
	uint32_t i;

	for (i = 0; i < 48; i++) /* from, to, by way of */
		addresses[i] = (uint8_t)random_u32();
	checksum(addresses, addresses + 16, 16);
	if (kind == DESTINATION || kind == BOTH) {
		i = 8 + 8 * random_below(3);
		more = put(i);
		more[0] = layers.protocol;
		more[1] = (uint8_t)(i / 8 - 1);
		layers.protocol = 60;
	}
	if (kind >= ROUTE) {
		more = put(8 + 32);
		more[0] = layers.protocol;
		more[1] = 4;
		more[2] = kind == ROUTE ? 4 : 2;
		more[3] = kind == USED_ROUTE ? 0 : 1;
		memcpy(more + (kind == ROUTE ? 8 : 24), addresses + 16, 16);
		layers.protocol = 43;
		if (kind != USED_ROUTE)
			memcpy(addresses + 16, addresses + 32, 16);
	}
	if (kind == HOP || kind == BOTH) {
		more = put(8);
		more[0] = layers.protocol;
		more[1] = 0;
		layers.protocol = 0;
	}
	ip = put(40);
	ip[0] = 0x60;
	put16(ip + 4, layers.fill - layers.at - 40);
	ip[6] = layers.protocol;
	memcpy(ip + 8, addresses, 32);
	layers.protocol = 41;
	layers.type = 0x86dd;
	say(" ipv6");
	say(names[kind]);
}

void layers_network(void)
{
	if (random_below(2))
		ipv4();
	else
		ipv6(random_below(KINDS));
}

void layers_ethernet(void)
{
	uint32_t tags = random_below(4);
	uint8_t *type = put(2);

	put16(type, layers.type);
	for (; tags; tags--) {
		(void)put(2);
		put16(put(2), tags & 1 ? 0x8100 : 0x88a8);
	}
	(void)put(12);
	layers.type = 0x6558;
	say(" eth");
}

static void gre(void)
{
	/* a checksum, a key, a number */
	uint32_t flags = (random_below(2) ? 0x8000u : 0) |
			 (random_below(2) ? 0x2000u : 0) |
			 (random_below(2) ? 0x1000u : 0);
	uint8_t *at;

	at = put(4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) +
		 (flags & 0x1000 ? 4 : 0));
	put16(at, flags);
	put16(at + 2, layers.type);
	layers.protocol = 47;
	if (flags & 0x8000)
		add_field(4, 0);
	say(flags & 0x8000 ? " gre+sum" : " gre");
}

/* In UDP to a port of anybody's choice. */
void layers_vxlan(void)
{
	uint8_t *at = put(8);

	at[0] = 8;
	at[1] = at[2] = at[3] = at[7] = 0;
	layers_transport(17);
	say(" vxlan");
}

static void geneve(void)
{
	uint32_t options = random_below(4);
	uint8_t *at = put(8 + 4 * options);

	at[0] = (uint8_t)options;
	at[1] = at[7] = 0;
	put16(at + 2, layers.type);
	layers_transport(17);
	say(" geneve");
}

void layers_tunnel(void)
{
	switch (random_below(6)) {
	case 0:
		break; /* IP in IP */
	case 1:
		gre();
		break;
	case 2:
		layers_ethernet();
		gre();
		break;
	case 3:
		layers_ethernet();
		layers_vxlan();
		break;
	case 4: /* as foo-over-UDP and bareudp do */
		layers_transport(17);
		say(" fou");
		break;
	default:
		if (random_below(2))
			layers_ethernet();
		geneve();
	}
}

/* An Ethernet frame of any kind; then padding. */
uint32_t layers_make(uint32_t tunnels)
{
	static const uint8_t inner[] = { 6, 17, 132 };

	layers_begin(random_below(2) ? random_below(64) : random_below(1500));
	layers_transport(inner[random_below(3)]);
	say(layers.protocol == 6  ? "tcp" :
	    layers.protocol == 17 ? "udp" :
				    "sctp");
	layers_network();
	while (tunnels--) {
		layers_tunnel();
		layers_network();
	}
	layers_ethernet();
	return LAYERS_ROOM - layers.at;
}

void layers_leave(uint8_t *data, const struct layers_field *f)
{
	if (f->sctp)
		memset(data + f->at - layers.at, 0, 4);
	else
		put16(data + f->at - layers.at, f->left);
}
