/* SPDX-License-Identifier: MIT */
/* packet_shapes.c - packets of many shapes; which are of a listed flow. */
#include "packet_shapes.h"

#include "wire.h"

#include <string.h>

#define MORE 0x2000 /* fragments */

const struct shape_flow shape_lists[SHAPE_LISTS][8] = {
	{ { UDP, 9 },
	  { TCP, 80 },
	  { SCTP, 2905 },
	  { ICMP, 0 },
	  { ICMP6, 0 },
	  { OSPF, 0 } },
	{ { UDP, 0 }, { TCP, 80 } },
	{ { 0, 0 } },
};

#define SHAPE(n, v, p, f, t, first, second, ...)                           \
	{                                                                  \
		.name = (n), .version = (v), .protocol = (p), .from = (f), \
		.to = (t), .want = { first, second }, __VA_ARGS__          \
	}

/* Where it goes: by the list of ports, by the list of all UDP. */
const struct shape shapes[] = {
	SHAPE("UDP to", 4, UDP, 7, 9, SOCKET, SOCKET),
	SHAPE("UDP from", 4, UDP, 9, 7, SOCKET, SOCKET),
	SHAPE("UDP other ports", 4, UDP, 10, 7, STACK, SOCKET),
	SHAPE("UDP 9 in the other byte order", 4, UDP, 0x900, 0x900, STACK,
	      SOCKET),
	SHAPE("UDP port 0", 4, UDP, 0, 0, STACK, SOCKET),
	SHAPE("TCP to", 4, TCP, 1234, 80, SOCKET, SOCKET),
	SHAPE("TCP from", 4, TCP, 80, 1234, SOCKET, SOCKET),
	SHAPE("TCP, port of UDP", 4, TCP, 9, 9, STACK, STACK),
	SHAPE("UDP, port of TCP", 4, UDP, 80, 80, STACK, SOCKET),
	SHAPE("SCTP to", 4, SCTP, 1, 2905, SOCKET, STACK),
	SHAPE("SCTP from", 4, SCTP, 2905, 1, SOCKET, STACK),
	SHAPE("SCTP other ports", 4, SCTP, 9, 80, STACK, STACK),
	SHAPE("ICMP", 4, ICMP, 0x800, 0, SOCKET, STACK),
	SHAPE("OSPF", 4, OSPF, 0x201, 44, SOCKET, STACK),
	SHAPE("GRE", 4, 47, 9, 9, STACK, STACK),
	SHAPE("protocol 0", 4, 0, 9, 9, STACK, STACK),
	SHAPE("UDP, 1 option", 4, UDP, 7, 9, SOCKET, SOCKET, .options = 1),
	SHAPE("UDP, 10 options", 4, UDP, 9, 7, SOCKET, SOCKET, .options = 10),
	SHAPE("UDP, other ports, options", 4, UDP, 7, 8, STACK, SOCKET,
	      .options = 3),
	SHAPE("ICMP, options", 4, ICMP, 0x800, 0, SOCKET, STACK, .options = 2),
	SHAPE("UDP, a header of 4 words", 4, UDP, 9, 9, STACK, STACK,
	      .length = 4),
	SHAPE("UDP, a header of no words", 4, UDP, 9, 9, STACK, STACK,
	      .length = 16),
	SHAPE("UDP, may not be fragmented", 4, UDP, 7, 9, SOCKET, SOCKET,
	      .fragment = 0x4000),
	SHAPE("UDP, the first fragment", 4, UDP, 7, 9, STACK, SOCKET,
	      .fragment = MORE),
	SHAPE("UDP, a fragment", 4, UDP, 7, 9, STACK, SOCKET,
	      .fragment = MORE | 185),
	SHAPE("UDP, the last fragment", 4, UDP, 7, 9, STACK, SOCKET,
	      .fragment = 370),
	SHAPE("UDP, the fragment at 64 KiB", 4, UDP, 9, 9, STACK, SOCKET,
	      .fragment = 0x1f00),
	SHAPE("ICMP, the first fragment", 4, ICMP, 0x800, 0, SOCKET, STACK,
	      .fragment = MORE),
	SHAPE("ICMP, the last fragment", 4, ICMP, 1, 1, SOCKET, STACK,
	      .fragment = 1),
	SHAPE("UDP, a fragment, a tag", 4, UDP, 7, 9, STACK, SOCKET,
	      .fragment = MORE, .tags = { 0x8100 }),
	SHAPE("IPv6 UDP to", 6, UDP, 7, 9, SOCKET, SOCKET),
	SHAPE("IPv6 UDP from", 6, UDP, 9, 7, SOCKET, SOCKET),
	SHAPE("IPv6 UDP other ports", 6, UDP, 10, 7, STACK, SOCKET),
	SHAPE("IPv6 TCP", 6, TCP, 7, 80, SOCKET, SOCKET),
	SHAPE("IPv6 SCTP", 6, SCTP, 2905, 2905, SOCKET, STACK),
	SHAPE("ICMPv6", 6, ICMP6, 0x8700, 0, SOCKET, STACK),
	SHAPE("IPv6 ICMP of IPv4", 6, ICMP, 0x800, 0, SOCKET, STACK),
	SHAPE("IPv6 hop by hop, UDP", 6, UDP, 7, 9, STACK, STACK, .options = 1),
	SHAPE("IPv6 routing, UDP", 6, UDP, 7, 9, STACK, STACK, .options = 44),
	SHAPE("IPv6 fragment, UDP", 6, UDP, 7, 9, STACK, STACK, .options = 45),
	SHAPE("UDP, 0x8100", 4, UDP, 7, 9, SOCKET, SOCKET, .tags = { 0x8100 }),
	SHAPE("UDP, 0x88a8", 4, UDP, 9, 7, SOCKET, SOCKET, .tags = { 0x88a8 }),
	SHAPE("UDP, 0x88a8 0x8100", 4, UDP, 7, 9, SOCKET, SOCKET,
	      .tags = { 0x88a8, 0x8100 }),
	SHAPE("UDP, 0x8100 0x8100", 4, UDP, 7, 9, SOCKET, SOCKET, .options = 2,
	      .tags = { 0x8100, 0x8100 }),
	SHAPE("UDP, 0x8100 0x88a8", 4, UDP, 7, 9, SOCKET, SOCKET,
	      .tags = { 0x8100, 0x88a8 }),
	SHAPE("UDP, three tags", 4, UDP, 7, 9, STACK, STACK,
	      .tags = { 0x88a8, 0x8100, 0x8100 }),
	SHAPE("UDP, 0x9100", 4, UDP, 7, 9, STACK, STACK, .tags = { 0x9100 }),
	SHAPE("UDP, other ports, a tag", 4, UDP, 7, 8, STACK, SOCKET,
	      .tags = { 0x8100 }),
	SHAPE("ICMP, two tags", 4, ICMP, 7, 9, SOCKET, STACK,
	      .tags = { 0x88a8, 0x8100 }),
	SHAPE("IPv6 UDP, a tag", 6, UDP, 7, 9, SOCKET, SOCKET,
	      .tags = { 0x8100 }),
	SHAPE("IPv6 UDP, two tags", 6, UDP, 9, 7, SOCKET, SOCKET,
	      .tags = { 0x88a8, 0x8100 }),
	SHAPE("IPv6 UDP, other ports, two tags", 6, UDP, 8, 7, STACK, SOCKET,
	      .tags = { 0x88a8, 0x8100 }),
	SHAPE("UDP, cut: no IP", 4, UDP, 7, 9, STACK, STACK, .cut = 14),
	SHAPE("UDP, cut in IP", 4, UDP, 7, 9, STACK, STACK, .cut = 33),
	SHAPE("UDP, cut: no ports", 4, UDP, 7, 9, STACK, SOCKET, .cut = 34),
	SHAPE("UDP, cut in the ports", 4, UDP, 7, 9, STACK, SOCKET, .cut = 37),
	SHAPE("UDP, ports and no more", 4, UDP, 7, 9, SOCKET, SOCKET,
	      .cut = 38),
	SHAPE("UDP, cut in the options", 4, UDP, 7, 9, STACK, SOCKET,
	      .options = 10, .cut = 60),
	SHAPE("ICMP, cut: header of IP only", 4, ICMP, 8, 0, SOCKET, STACK,
	      .cut = 34),
	SHAPE("IPv6 UDP, cut in IP", 6, UDP, 7, 9, STACK, STACK, .cut = 53),
	SHAPE("IPv6 UDP, cut: no ports", 6, UDP, 7, 9, STACK, SOCKET,
	      .cut = 54),
	SHAPE("IPv6 UDP, cut in the ports", 6, UDP, 7, 9, STACK, SOCKET,
	      .cut = 57),
	SHAPE("IPv6 UDP, ports and no more", 6, UDP, 7, 9, SOCKET, SOCKET,
	      .cut = 58),
	SHAPE("cut behind a tag", 4, UDP, 7, 9, NOWHERE, NOWHERE, .cut = 14,
	      .tags = { 0x8100 }),
	SHAPE("cut in IP, two tags", 4, UDP, 7, 9, STACK, STACK, .cut = 33,
	      .tags = { 0x88a8, 0x8100 }),
	SHAPE("cut in a tag", 4, UDP, 7, 9, NOWHERE, NOWHERE, .cut = 12,
	      .tags = { 0x8100 }),
	SHAPE("ARP", 0, 0, 0x0806, 0, STACK, STACK),
	SHAPE("MPLS", 0, 0, 0x8847, 0, STACK, STACK),
	SHAPE("a length for a type", 0, 0, 46, 0, STACK, STACK),
	SHAPE("a tag, ARP", 0, 0, 0x0806, 0, STACK, STACK, .tags = { 0x8100 }),
};
const int shape_count = sizeof(shapes) / sizeof(shapes[0]);

const struct shape shape_listed = SHAPE("listed", 4, UDP, 7, 9, SOCKET, SOCKET);
const struct shape shape_unlisted =
	SHAPE("unlisted", 0, 0, WIRE_OTHER, 0, STACK, STACK);

/* The header of IPv4: the address holds port 9, where a lie leads to. */
static uint8_t *put_ipv4(uint8_t *p, const struct shape *s)
{
	uint8_t words = s->length ? s->length & 15 : 5 + s->options;

	p[0] = 0x40 | words;
	wire_put16(p + 2, 9);
	wire_put16(p + 6, s->fragment);
	p[8] = 64;
	p[9] = s->protocol;
	wire_put32(p + 12, 0x0a090002);
	wire_put32(p + 16, 0x00090009);
	/* options that look like ports */
	for (words = 5; words < 5 + s->options; words++)
		wire_put32(p + words * 4, 0x00090009);
	return p + words * 4;
}

static uint8_t *put_ipv6(uint8_t *p, const struct shape *s)
{
	p[0] = 0x60;
	wire_put16(p + 4, 64);
	p[6] = s->options ? s->options - 1 : s->protocol;
	p[7] = 64;
	p[8] = p[24] = 0xfd;
	p += 40;
	if (s->options) {
		p[0] = s->protocol;
		p += 8;
	}
	return p;
}

size_t shape_put(uint8_t *frame, const struct shape *s, uint32_t number)
{
	uint8_t *p = frame + 12, *net;
	int i;

	memset(frame, 0, SHAPE_SIZE);
	memcpy(frame, near_mac, 6);
	frame[6] = 2;
	wire_put32(frame + 8, number);
	for (i = 0; i < 3 && s->tags[i]; i++, p += 4) {
		wire_put16(p, s->tags[i]);
		wire_put16(p + 2, (uint16_t)(0x6000 * (i + 1) + i));
	}
	net = p + 2;
	wire_put16(p, s->version == 4 ? 0x0800 :
		      s->version == 6 ? 0x86dd :
					s->from);
	p = s->version == 4 ? put_ipv4(net, s) :
	    s->version == 6 ? put_ipv6(net, s) :
			      net;
	if (s->version) {
		wire_put16(p, s->from);
		wire_put16(p + 2, s->to);
	}
	return (size_t)(s->cut ? net - 14 + s->cut - frame : p + 40 - frame);
}
