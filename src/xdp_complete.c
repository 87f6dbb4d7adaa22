/* SPDX-License-Identifier: MIT */
/* xdp_complete.c - fill in checksums that were left to a device. */
#include "xdp.h"

#define LEVELS 4u /* checksums of a packet, one within the other */

#define NET16(n)                                     \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? \
		 __builtin_bswap16((uint16_t)(n)) :  \
		 (uint16_t)(n))

/* EtherTypes, as they are in memory; the first is that of tunnels. */
#define ETHERNET NET16(0x6558)
#define IPV4 NET16(0x0800)
#define IPV6 NET16(0x86dd)

#define TCP 6u /* protocols */
#define UDP 17u
#define GRE 47u
#define SCTP 132u

/* A checksum: of which bytes, on top of which sum, where in them. */
struct level {
	uint32_t from;
	uint32_t to;
	uint16_t pseudo;
	uint8_t at;
	uint8_t is_open;
	uint32_t sctp;
};

/* Where a look into the headers has come to. */
struct place {
	const uint8_t *data;
	uint32_t len; /* headers are before this: in the first fragment, */
	uint32_t end; /* and within what the header around says it has */
	uint32_t at;
	uint32_t type; /* of what begins there */
	uint32_t protocol;
	uint16_t pseudo;
};

/* As it is in memory, in the order of the network. */
static uint32_t get16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint32_t be16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

/* CRC32c, by halves of a byte: a table of 256 is more than SCTP is worth. */
static uint32_t crc(const uint8_t *data, uint32_t len, uint32_t sum)
{
	static const uint32_t table[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};

	while (len--) {
		sum ^= *data++;
		sum = sum >> 4 ^ table[sum & 15];
		sum = sum >> 4 ^ table[sum & 15];
	}
	return sum;
}

/* Of a level's bytes, wherever a fragment of the packet ends. */
static uint32_t sum_up(const struct netring_xdp_packet *pkt,
		       const struct level *level)
{
	uint32_t from = level->from, begin = 0, size, part;
	uint32_t sum = level->sctp ? UINT32_MAX : 0;

	for (; from < level->to; begin += pkt->len, pkt++) {
		if (begin + pkt->len <= from)
			continue;
		size = begin + pkt->len;
		size = (size < level->to ? size : level->to) - from;
		if (level->sctp) {
			sum = crc(pkt->data + from - begin, size, sum);
		} else {
			part = netring_checksum_sum_(pkt->data + from - begin,
						     size, 0);
			if ((from ^ level->from) & 1)
				part = __builtin_bswap16((uint16_t)part);
			sum += part; /* one more carry a fragment */
			sum = (sum & 0xffff) + (sum >> 16);
		}
		from += size;
	}
	return sum;
}

static void fill(const struct netring_xdp_packet *pkt,
		 const struct level *level)
{
	uint8_t *at = pkt->data + level->from + level->at;
	uint32_t sum = ~sum_up(pkt, level);
	uint16_t half = (uint16_t)sum;

	if (level->sctp) {
		if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
			sum = __builtin_bswap32(sum);
		memcpy(at, &sum, sizeof(sum));
		return;
	}
	if (!half) /* which means none in UDP; both are zero */
		half = 0xffff;
	memcpy(at, &half, sizeof(half));
}

/* From an Ethernet header to what is behind it and its tags. */
static void skip_link(struct place *p)
{
	if (p->type != ETHERNET)
		return;
	p->at += 8;
	do {
		p->at += 4;
		if (p->at + 2 > p->len)
			return;
		p->type = get16(p->data + p->at);
	} while (p->type == NET16(0x8100) || p->type == NET16(0x88a8));
	p->at += 2;
}

/* To what is behind an IP header, and those that extend it: 1, or 0. */
static int skip_network(struct place *p)
{
	const uint8_t *ip = p->data + p->at, *to = ip + 16;
	uint32_t end, size = 4, header = 20;

	if (p->at + header > p->len)
		return 0;
	if (p->type == IPV4) {
		if (get16(ip + 6) & NET16(0x3fff)) /* a fragment */
			return 0;
		header = (ip[0] & 15u) * 4;
		p->protocol = ip[9];
		end = p->at + be16(ip + 2);
	} else if (p->type == IPV6 && p->at + 40 <= p->len) {
		header = 40;
		p->protocol = ip[6];
		end = p->at + 40 + be16(ip + 4);
		to = ip + 24;
		size = 16;
		/* options; a route, whose end the checksum has */
		while (p->protocol == 0 || p->protocol == 60 ||
		       p->protocol == 43) {
			const uint8_t *more = ip + header;

			if (p->at + header + 8 > p->len)
				return 0;
			header += (more[1] + 1u) * 8;
			if (p->protocol == 43 && more[3] && more[1] > 1)
				to = more[2] == 4 ? more + 8 : ip + header - 16;
			p->protocol = more[0];
		}
	} else {
		return 0;
	}
	if (header < 20 || end > p->end)
		return 0;
	p->at += header;
	p->end = end;
	if (p->len > end)
		p->len = end;
	if (p->at + 8 > p->len)
		return 0;
	p->pseudo = (uint16_t)netring_checksum_sum_(
		to, size,
		netring_checksum_sum_(p->type == IPV4 ? ip + 12 : ip + 8, size,
				      NET16(p->protocol) +
					      NET16(p->end - p->at)));
	return 1;
}

/* To what a tunnel's header has behind it: its type, 0: nothing. */
static void skip_tunnel(struct place *p)
{
	const uint8_t *l4 = p->data + p->at;
	uint32_t version;

	p->type = 0;
	if (p->protocol == GRE) {
		if ((l4[0] & 0x4f) | (l4[1] & 7))
			return;
		p->type = get16(l4 + 2);
		/* a checksum, a key, a number */
		p->at += 4 + (l4[0] >> 5 & 4) + (l4[0] >> 3 & 4) +
			 (l4[0] >> 2 & 4);
		return;
	}
	if (p->protocol == UDP && p->at + 16 <= p->len) {
		/* by its shape, as the port may be any: GENEVE, VXLAN, or IP
		 * (foo over UDP, bareudp) */
		l4 += 8;
		p->at += 16;
		p->type = get16(l4 + 2);
		if (*l4 < 64 && (p->type == ETHERNET || p->type == IPV4 ||
				 p->type == IPV6)) {
			p->at += *l4 * 4u;
			return;
		}
		p->type = ETHERNET;
		if ((*l4 & 0x48) == 8)
			return;
		p->at -= 8;
	} else if (p->protocol != 4 && p->protocol != 41) {
		return;
	}
	version = *l4 >> 4;
	p->type = version == 4 ? IPV4 : version == 6 ? IPV6 : 0;
}

/*
 * The checksum of what begins there: 1, or 0: it has none. AF_XDP has no mark
 * for one that was left to a device. But its field holds the sum of the pseudo-
 * header, not inverted; in GRE and SCTP, nothing. Where a checksum that is
 * right happens to be the same, filling it in gives its value again.
 */
static int find_checksum(const struct place *p, struct level *level)
{
	const uint8_t *field = p->data + p->at;
	uint32_t half;

	level->from = p->at;
	level->to = p->end;
	level->sctp = p->protocol == SCTP;
	level->pseudo = p->pseudo;
	level->at = 6;
	if (p->protocol == TCP) {
		level->at = 16;
	} else if (p->protocol == SCTP) {
		level->at = 8;
	} else if (p->protocol == GRE && *field & 0x80) {
		level->at = 4;
		level->pseudo = 0;
	} else if (p->protocol != UDP) {
		return 0;
	}
	field += level->at;
	if (p->at + level->at + (level->sctp ? 4 : 2) > p->len)
		return 0;
	half = get16(field);
	if (level->sctp) {
		half |= get16(field + 2);
		level->pseudo = 0;
	}
	level->is_open = half == level->pseudo;
	return half || p->protocol != UDP;
}

static int is_right(const struct netring_xdp_packet *pkt,
		    const struct level *level)
{
	uint32_t sum = sum_up(pkt, level) + level->pseudo;

	return (uint16_t)((sum & 0xffff) + (sum >> 16)) == 0xffff;
}

int netring_xdp_complete(const struct netring_xdp_packet *pkt, uint32_t count)
{
	struct place p = { pkt->data, pkt->len, 0, 0, ETHERNET, 0, 0 };
	struct level level[LEVELS];
	uint32_t levels = 0, open = 0, i;
	int filled = 0;

	while (count--)
		p.end += pkt[count].len;
	while (levels < LEVELS) {
		skip_link(&p);
		if (!skip_network(&p))
			break;
		if (find_checksum(&p, &level[levels]) &&
		    level[levels++].is_open)
			open = levels;
		skip_tunnel(&p);
	}
	/* what a right checksum covers is payload, whatever it looks like */
	for (i = 0; i + 1 < open; i++)
		if (!level[i].is_open && is_right(pkt, &level[i]))
			open = i;
	while (open--)
		if (level[open].is_open) {
			fill(pkt, &level[open]);
			filled = 1;
		}
	return filled;
}
