/* SPDX-License-Identifier: MIT */
/* xdp_complete.c - fill in checksums that were left to a device. */
#include "xdp_bridge.h"

#define ETH_TYPE 12u
#define TAG 4u
#define TCP 6u
#define UDP 17u
#define TCP_CHECKSUM 16u
#define UDP_CHECKSUM 6u

static uint32_t be16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static int is_tag(uint32_t type)
{
	return type == 0x8100 || type == 0x88a8;
}

/*
 * AF_XDP has no mark for it. But such a field holds the sum of the pseudo-
 * header, not inverted; and where a whole checksum happens to equal that sum,
 * filling it in gives the same value again, so a right one stays right.
 */
int netring_xdp_complete_(uint8_t *data, uint32_t len)
{
	uint32_t type_at = ETH_TYPE, ip, l4, end, protocol, at;
	uint32_t addresses, sizes;
	uint16_t word, field;

	while (type_at < ETH_TYPE + 2 * TAG && len >= type_at + 2 &&
	       is_tag(be16(data + type_at)))
		type_at += TAG;
	ip = type_at + 2;
	if (len < ip + 20)
		return 0;
	if (be16(data + type_at) == 0x0800) {
		if (be16(data + ip + 6) & 0x3fff) /* a fragment */
			return 0;
		protocol = data[ip + 9];
		l4 = ip + (data[ip] & 15u) * 4;
		end = ip + be16(data + ip + 2);
		addresses = ip + 12;
		sizes = 8;
	} else if (be16(data + type_at) == 0x86dd && len >= ip + 40) {
		protocol = data[ip + 6];
		l4 = ip + 40;
		end = l4 + be16(data + ip + 4);
		addresses = ip + 8;
		sizes = 32;
	} else {
		return 0;
	}
	at = l4 + (protocol == TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
	if ((protocol != TCP && protocol != UDP) || end > len || at + 2 > end ||
	    l4 < ip + 20)
		return 0;
	/* the pseudo-header: addresses, protocol, length */
	word = (uint16_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
				  __builtin_bswap16((uint16_t)(end - l4)) :
				  end - l4);
	sizes = netring_checksum_sum_(data + addresses, sizes, word);
	word = (uint16_t)(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ?
				  protocol << 8 :
				  protocol);
	sizes += word;
	sizes = (sizes & 0xffff) + (sizes >> 16);
	memcpy(&field, data + at, sizeof(field));
	if (field != sizes)
		return 0;
	netring_checksum_fill_(data + l4, end - l4, data + at);
	return 1;
}
