/* SPDX-License-Identifier: MIT */
/* pcap_read.h - what the readers of pcap and of pcapng share. */
#ifndef NETRING_PCAP_READ_INTERNAL_H
#define NETRING_PCAP_READ_INTERNAL_H

#include "sys.h"

#include <netring/pcap_read.h>

#define PCAPNG_SECTION 0x0a0d0d0au /* the same in either byte order */

#define SECOND_NS 1000000000u
#define MORE (-EAGAIN) /* more data is needed; inside only */

/* Numbers in the file's byte order, from anywhere. */
static inline uint16_t get16(const struct netring_pcap_reader *r,
			     const uint8_t *at)
{
	uint16_t n;

	memcpy(&n, at, sizeof(n));
	return r->swapped_ ? __builtin_bswap16(n) : n;
}

static inline uint32_t get32(const struct netring_pcap_reader *r,
			     const uint8_t *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return r->swapped_ ? __builtin_bswap32(n) : n;
}

static inline int set_packet(struct netring_pcap_packet *pkt,
			     const uint8_t *data, uint32_t len,
			     uint32_t wire_len)
{
	pkt->data = data;
	pkt->len = len;
	pkt->wire_len = wire_len < len ? len : wire_len;
	return 1;
}

/*
 * The next block from @at, also one that is no packet (0), by the rules of
 * netring_pcap_read(), but that @used is added to.
 */
int netring_pcapng_block_(struct netring_pcap_reader *r, const uint8_t *at,
			  size_t size, size_t *used,
			  struct netring_pcap_packet *pkt);

#endif
