/* SPDX-License-Identifier: MIT */
/* checksum.c - the Internet checksum (RFC 1071). */
#include "checksum.h"

uint32_t netring_checksum_sum_(const uint8_t *data, uint32_t len, uint32_t sum)
{
	uint64_t wide = sum;
	uint32_t word;
	uint16_t half;

	for (; len >= sizeof(word); len -= sizeof(word), data += sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		wide += word;
	}
	if (len & 2) {
		memcpy(&half, data, sizeof(half));
		wide += half;
		data += sizeof(half);
	}
	if (len & 1) {
		half = 0;
		memcpy(&half, data, 1); /* the first byte of a pair */
		wide += half;
	}
	wide = (wide & UINT32_MAX) + (wide >> 32);
	wide = (wide & UINT32_MAX) + (wide >> 32);
	sum = (uint32_t)wide;
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

void netring_checksum_fill_(uint8_t *data, uint32_t len, uint8_t *at)
{
	uint16_t sum = (uint16_t)~netring_checksum_sum_(data, len, 0);

	if (!sum) /* which means none in UDP; both are zero */
		sum = 0xffff;
	memcpy(at, &sum, sizeof(sum));
}
