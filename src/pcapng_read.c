/* SPDX-License-Identifier: MIT */
/* pcapng_read.c - take packets out of the blocks of a pcapng file. */
#include "pcap_read.h"

#include "divide.h"

#define BLOCK_INTERFACE 1u
#define BLOCK_OBSOLETE 2u
#define BLOCK_SIMPLE 3u
#define BLOCK_ENHANCED 6u
#define SECTION_MAGIC 0x1a2b3c4du
#define SECTION_BODY 16u
#define BLOCK_HEADER 8u
#define BLOCK_MIN 12u /* type and length, and length again */
#define PACKET_FIXED 20u
#define OPTION_RESOLUTION 9
#define OPTION_OFFSET 14
#define RESOLUTION_DEFAULT 6
#define RESOLUTION_BINARY 0x80
#define SEC_MAX 0x1ffffffff /* 2242: in ns, less than 63 bits */
#define FAR 0x10000000000   /* no epoch is so many seconds away */

static uint64_t get64(const struct netring_pcap_reader *r, const uint8_t *at)
{
	uint64_t n;

	memcpy(&n, at, sizeof(n));
	return r->swapped_ ? __builtin_bswap64(n) : n;
}

/* What a file says may be anything: held within 1970 and SEC_MAX. */
static void add_offset(struct netring_pcap_packet *pkt, int64_t offset)
{
	int64_t sec = pkt->sec < FAR ? (int64_t)pkt->sec : FAR;

	if (offset > FAR)
		offset = FAR;
	if (offset < -FAR)
		offset = -FAR;
	sec += offset;
	if (sec < 0)
		sec = 0;
	pkt->sec = sec < SEC_MAX ? (uint64_t)sec : SEC_MAX;
}

/* A block's time, in the units and from the time that its interface tells. */
static void set_time(struct netring_pcap_packet *pkt, uint64_t ticks,
		     unsigned int resolution, int64_t offset)
{
	unsigned int power = resolution & ~(unsigned int)RESOLUTION_BINARY;
	uint32_t unit = 1, rest;

	if (resolution & RESOLUTION_BINARY) {
		/* a bit at a time: 32-bit compilers call their library */
		for (; power > 32; power--)
			ticks >>= 1;
		rest = power ? (uint32_t)ticks << (32 - power) : 0;
		for (; power; power--)
			ticks >>= 1;
		pkt->sec = ticks;
		pkt->nsec = (uint32_t)((uint64_t)rest * SECOND_NS >> 32);
	} else {
		for (; power > 9; power--)
			ticks = netring_divide_(ticks, 10, NULL);
		for (; power; power--)
			unit *= 10;
		pkt->sec = netring_divide_(ticks, unit, &rest);
		pkt->nsec = rest * (SECOND_NS / unit);
	}
	add_offset(pkt, offset);
}

/* @at: @size bytes of options, a multiple of 4; two of them matter here. */
static int interface_options(struct netring_pcap_reader *r, const uint8_t *at,
			     uint32_t size, unsigned int number)
{
	uint32_t code, len;

	while (size >= 4) {
		code = get16(r, at);
		len = get16(r, at + 2);
		at += 4;
		size -= 4;
		if (!code)
			break;
		if (len > size)
			return -EBADMSG;
		if (code == OPTION_RESOLUTION && len == 1)
			r->interface_[number].resolution = at[0];
		else if (code == OPTION_OFFSET && len == 8)
			r->interface_[number].offset = (int64_t)get64(r, at);
		len = (len + 3) & ~3u;
		at += len;
		size -= len;
	}
	return 0;
}

/* Interfaces beyond the last that can be kept are counted all the same. */
static int interface_block(struct netring_pcap_reader *r, const uint8_t *body,
			   uint32_t size)
{
	uint32_t number = r->interfaces_;

	if (size < 8)
		return -EBADMSG;
	r->interfaces_++;
	if (number >= NETRING_PCAP_READ_INTERFACES)
		return 0;
	r->interface_[number].link_type = get16(r, body);
	r->interface_[number].snaplen = get32(r, body + 4);
	r->interface_[number].resolution = RESOLUTION_DEFAULT;
	r->interface_[number].offset = 0;
	return interface_options(r, body + 8, size - 8, number);
}

/* The interface of a packet, which has to be told of before. */
static int set_interface(const struct netring_pcap_reader *r, uint32_t number,
			 struct netring_pcap_packet *pkt)
{
	if (number >= r->interfaces_)
		return -EBADMSG;
	if (number >= NETRING_PCAP_READ_INTERFACES)
		return -ENOSPC;
	pkt->interface = number;
	pkt->link_type = r->interface_[number].link_type;
	return 0;
}

static int simple_block(const struct netring_pcap_reader *r,
			const uint8_t *body, uint32_t size,
			struct netring_pcap_packet *pkt)
{
	uint32_t len, wire_len;
	int error;

	if (size < 4)
		return -EBADMSG;
	error = set_interface(r, 0, pkt);
	if (error)
		return error;
	wire_len = get32(r, body);
	len = wire_len;
	if (r->interface_[0].snaplen && len > r->interface_[0].snaplen)
		len = r->interface_[0].snaplen;
	if (len > size - 4 || len > NETRING_PCAP_READ_MAX)
		return -EBADMSG;
	pkt->sec = 0;
	pkt->nsec = 0;
	return set_packet(pkt, body + 4, len, wire_len);
}

/* The obsolete one differs in its first word: interface and drops. */
static int packet_block(const struct netring_pcap_reader *r, uint32_t type,
			const uint8_t *body, uint32_t size,
			struct netring_pcap_packet *pkt)
{
	uint64_t ticks;
	uint32_t len;
	int error;

	if (type == BLOCK_SIMPLE)
		return simple_block(r, body, size, pkt);
	if (size < PACKET_FIXED)
		return -EBADMSG;
	error = set_interface(
		r, type == BLOCK_OBSOLETE ? get16(r, body) : get32(r, body),
		pkt);
	if (error)
		return error;
	len = get32(r, body + 12);
	if (len > size - PACKET_FIXED || len > NETRING_PCAP_READ_MAX)
		return -EBADMSG;
	ticks = (uint64_t)get32(r, body + 4) << 32 | get32(r, body + 8);
	set_time(pkt, ticks, r->interface_[pkt->interface].resolution,
		 r->interface_[pkt->interface].offset);
	return set_packet(pkt, body + PACKET_FIXED, len, get32(r, body + 16));
}

/* A section's first bytes tell the byte order of what follows. */
static int section_order(struct netring_pcap_reader *r, const uint8_t *at,
			 size_t size)
{
	if (size < BLOCK_MIN)
		return MORE;
	r->swapped_ = 0;
	if (get32(r, at + 8) == __builtin_bswap32(SECTION_MAGIC))
		r->swapped_ = 1;
	else if (get32(r, at + 8) != SECTION_MAGIC)
		return -EBADMSG;
	r->interfaces_ = 0;
	return 0;
}

/* A block that is not wanted, of which not all needs to be there. */
static int skip(struct netring_pcap_reader *r, const uint8_t *at, size_t size,
		size_t *used)
{
	uint32_t part = size < r->skip_ ? (uint32_t)size : r->skip_;

	r->skip_ -= part;
	*used += part;
	if (r->skip_ || size - part < 4)
		return MORE;
	if (get32(r, at + part) != r->length_)
		return -EBADMSG;
	r->length_ = 0;
	*used += 4;
	return 0;
}

/* Has the packets or what they need: has to be there as a whole. */
static int is_wanted(uint32_t type)
{
	return type == PCAPNG_SECTION || type == BLOCK_INTERFACE ||
	       type == BLOCK_OBSOLETE || type == BLOCK_SIMPLE ||
	       type == BLOCK_ENHANCED;
}

static int use_block(struct netring_pcap_reader *r, uint32_t type,
		     const uint8_t *body, uint32_t size,
		     struct netring_pcap_packet *pkt)
{
	switch (type) {
	case PCAPNG_SECTION:
		return size < SECTION_BODY || get16(r, body + 4) != 1 ?
			       -EBADMSG :
			       0;
	case BLOCK_INTERFACE:
		return interface_block(r, body, size);
	default:
		return packet_block(r, type, body, size, pkt);
	}
}

int netring_pcapng_block_(struct netring_pcap_reader *r, const uint8_t *at,
			  size_t size, size_t *used,
			  struct netring_pcap_packet *pkt)
{
	uint32_t type, length;
	int error;

	if (r->length_)
		return skip(r, at, size, used);
	if (size < BLOCK_HEADER)
		return MORE;
	type = get32(r, at);
	error = type == PCAPNG_SECTION ? section_order(r, at, size) : 0;
	if (error)
		return error;
	length = get32(r, at + 4);
	if (length < BLOCK_MIN || length % 4)
		return -EBADMSG;
	if (!is_wanted(type)) {
		r->skip_ = length - BLOCK_MIN;
		r->length_ = length;
		*used += BLOCK_HEADER;
		return 0;
	}
	if (length > NETRING_PCAP_READ_BUFFER)
		return -EBADMSG;
	if (size < length)
		return MORE;
	if (get32(r, at + length - 4) != length)
		return -EBADMSG;
	*used += length;
	return use_block(r, type, at + BLOCK_HEADER, length - BLOCK_MIN, pkt);
}
