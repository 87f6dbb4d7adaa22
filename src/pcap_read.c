/* SPDX-License-Identifier: MIT */
/* pcap_read.c - take packets out of pcap and pcapng data, byte by byte. */
#include "pcap_read.h"

#define MAGIC_MICROSECONDS 0xa1b2c3d4u
#define MAGIC_NANOSECONDS 0xa1b23c4du
#define MAGIC_MICROSECONDS_SWAPPED 0xd4c3b2a1u
#define MAGIC_NANOSECONDS_SWAPPED 0x4d3cb2a1u
#define PCAP_HEADER 24u
#define PCAP_RECORD 16u
#define PCAP_MAJOR 2

#define SECOND_US 1000000u

enum {
	UNKNOWN,
	PCAP,
	PCAPNG
};

static int pcap_record(struct netring_pcap_reader *r, const uint8_t *at,
		       size_t size, size_t *used,
		       struct netring_pcap_packet *pkt)
{
	uint32_t unit = r->nanoseconds_ ? SECOND_NS : SECOND_US;
	uint32_t part, len;

	if (size < PCAP_RECORD)
		return MORE;
	len = get32(r, at + 8);
	if (len > NETRING_PCAP_READ_MAX)
		return -EBADMSG;
	if (size - PCAP_RECORD < len)
		return MORE;
	/* some writers let the smaller part run over */
	part = get32(r, at + 4);
	pkt->sec = (uint64_t)get32(r, at) + part / unit;
	pkt->nsec = part % unit * (SECOND_NS / unit);
	pkt->link_type = r->link_type_;
	pkt->interface = 0;
	*used += PCAP_RECORD + len;
	return set_packet(pkt, at + PCAP_RECORD, len, get32(r, at + 12));
}

static int pcap_header(struct netring_pcap_reader *r, const uint8_t *at,
		       size_t size, size_t *used, uint32_t magic)
{
	if (size < PCAP_HEADER)
		return MORE;
	r->swapped_ = magic != MAGIC_MICROSECONDS && magic != MAGIC_NANOSECONDS;
	if (get16(r, at + 4) != PCAP_MAJOR)
		return -EBADMSG;
	r->nanoseconds_ = get32(r, at) == MAGIC_NANOSECONDS;
	/* the upper half tells of frame check sequences */
	r->link_type_ = get32(r, at + 20) & 0xffff;
	r->format_ = PCAP;
	*used += PCAP_HEADER;
	return 0;
}

/* Which format, by the first four bytes. */
static int recognize(struct netring_pcap_reader *r, const uint8_t *at,
		     size_t size, size_t *used)
{
	uint32_t magic;

	if (size < sizeof(magic))
		return MORE;
	memcpy(&magic, at, sizeof(magic));
	switch (magic) {
	case PCAPNG_SECTION:
		r->format_ = PCAPNG;
		return 0;
	case MAGIC_MICROSECONDS:
	case MAGIC_NANOSECONDS:
	case MAGIC_MICROSECONDS_SWAPPED:
	case MAGIC_NANOSECONDS_SWAPPED:
		return pcap_header(r, at, size, used, magic);
	}
	return -EBADMSG;
}

int netring_pcap_read(struct netring_pcap_reader *reader, const void *data,
		      size_t size, size_t *used,
		      struct netring_pcap_packet *pkt)
{
	const uint8_t *at = data;
	int result = 0;

	*used = 0;
	while (!result) {
		if (reader->format_ == UNKNOWN)
			result = recognize(reader, at + *used, size - *used,
					   used);
		else if (reader->format_ == PCAP)
			result = pcap_record(reader, at + *used, size - *used,
					     used, pkt);
		else
			result = netring_pcapng_block_(reader, at + *used,
						       size - *used, used, pkt);
	}
	return result == MORE ? 0 : result;
}
