/* SPDX-License-Identifier: MIT */
/* pcap_packets.c - packets to be written into capture files. */
#include "pcap_packets.h"

static const uint32_t lengths[PACKETS] = { 0,  1,  2,  3,  4,	 5,
					   12, 59, 60, 61, 1514, 9000 };

void make_packet(struct netring_packet *pkt, uint32_t i, int cooked)
{
	static uint8_t bytes[9000];
	static struct netring_link link[PACKETS];
	uint32_t n;

	for (n = 0; n < sizeof(bytes); n++)
		bytes[n] = (uint8_t)(n * 7 + n / 256);
	memset(pkt, 0, sizeof(*pkt));
	memset(&link[i], 0, sizeof(link[i]));
	link[i].family = 17;
	memcpy(&link[i].protocol, "\x86\xdd", 2);
	link[i].ifindex = 0x01020304;
	link[i].hatype = 0x0a0b;
	link[i].type = (uint8_t)(i % 6);
	link[i].length = 6;
	memcpy(link[i].address, "\x02\x11\x22\x33\x44\x55\x66\x77", 8);
	pkt->data = bytes + i;
	pkt->len = i < 11 ? lengths[i] : lengths[i] - i;
	pkt->wire_len = i % 2 ? pkt->len : pkt->len + 70000;
	pkt->sec = i == 1 ? 0 : i == 2 ? 0xffffffff : 1700000000 + i;
	pkt->nsec = i == 1 ? 0 : 999999999 - i;
	pkt->flags = cooked ? NETRING_PACKET_COOKED : 0;
	pkt->link = &link[i];
}

uint16_t get16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

uint64_t get64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}
