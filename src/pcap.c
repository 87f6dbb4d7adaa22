/* SPDX-License-Identifier: MIT */
/* pcap.c - pcap and pcapng headers and records into a caller's buffer. */
#include "sys.h"

#include <netring/base.h>
#include <netring/pcap.h>

#define PCAP_MAGIC_NS 0xa1b23c4du
#define SNAPLEN_MAX 262144u /* what readers take for "no limit" */
#define SLL2_SIZE 20u

#define BLOCK_SECTION 0x0a0d0d0au
#define BLOCK_INTERFACE 1u
#define BLOCK_STATISTICS 5u
#define BLOCK_PACKET 6u
#define BYTE_ORDER_MAGIC 0x1a2b3c4du

#define OPTION_END 0
#define OPTION_SHB_USERAPPL 4
#define OPTION_IF_NAME 2
#define OPTION_IF_TSRESOL 9
#define OPTION_EPB_FLAGS 2
#define OPTION_ISB_IFRECV 4
#define OPTION_ISB_IFDROP 5
#define OPTION_ISB_USRDELIV 8

#define SHORT_MAX 256u /* bytes of a packet */

#define NAME_MAX_SIZE 255u
#define PADDING(len) ((4u - (len) % 4u) % 4u)
#define PADDED(len) ((len) + PADDING(len))

static const char program[] = "netring " NETRING_VERSION;

/* Each put_*() returns where the next goes. */
static uint8_t *put16(uint8_t *at, uint16_t value)
{
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t len)
{
	memcpy(at, bytes, len);
	return at + len;
}

/* Wherever it stands: memcpy() would be a call where built for size. */
struct word {
	uint64_t value;
} __attribute__((packed, may_alias));

static void copy_word(void *at, const void *from)
{
	struct word *word = at;

	word->value = ((const struct word *)from)->value;
}

/*
 * A call of memcpy() takes longer than a short packet does: word by word, the
 * last one over those before it.
 */
static uint8_t *put_data(uint8_t *at, const uint8_t *data, size_t len)
{
	size_t i, last = len - sizeof(struct word);

	if (len < sizeof(struct word) || len > SHORT_MAX)
		return put_bytes(at, data, len);
	for (i = 0; i < last; i += sizeof(struct word))
		copy_word(at + i, data + i);
	copy_word(at + last, data + last);
	return at + len;
}

static uint8_t *put_option(uint8_t *at, uint16_t code, const void *value,
			   uint16_t len)
{
	at = put16(at, code);
	at = put16(at, len);
	at = put_bytes(at, value, len);
	memset(at, 0, PADDING(len));
	return at + PADDING(len);
}

/* High half first, whatever the byte order. */
static uint8_t *put_time(uint8_t *at, uint32_t sec, uint32_t nsec)
{
	uint64_t time = (uint64_t)sec * 1000000000u + nsec;

	at = put32(at, (uint32_t)(time >> 32));
	return put32(at, (uint32_t)time);
}

/* LINKTYPE_LINUX_SLL2: all in network order. */
static uint8_t *put_sll2(uint8_t *at, const struct netring_link *link)
{
	uint32_t ifindex = (uint32_t)link->ifindex;

	at = put_bytes(at, &link->protocol, 2);
	at = put16(at, 0);
	*at++ = (uint8_t)(ifindex >> 24);
	*at++ = (uint8_t)(ifindex >> 16);
	*at++ = (uint8_t)(ifindex >> 8);
	*at++ = (uint8_t)ifindex;
	*at++ = (uint8_t)(link->hatype >> 8);
	*at++ = (uint8_t)link->hatype;
	*at++ = link->type;
	*at++ = link->length;
	return put_bytes(at, link->address, sizeof(link->address));
}

/* Bytes that stand in the file in front of those at pkt->data. */
static uint32_t front_size(const struct netring_packet *pkt)
{
	return pkt->flags & NETRING_PACKET_COOKED ? SLL2_SIZE : 0;
}

static uint8_t *put_packet(uint8_t *at, const struct netring_packet *pkt)
{
	uint32_t front = front_size(pkt);

	at = put32(at, pkt->len + front);
	at = put32(at, pkt->wire_len + front);
	if (front)
		at = put_sll2(at, pkt->link);
	return put_data(at, pkt->data, pkt->len);
}

/* Readers cut records to it, so it has room for a cooked header too. */
static uint32_t file_snaplen(const struct netring_pcap_interface *interface,
			     uint32_t none)
{
	uint32_t snaplen = interface->snaplen;

	if (interface->link_type == NETRING_LINKTYPE_LINUX_SLL2)
		snaplen += SLL2_SIZE;
	return interface->snaplen && snaplen >= interface->snaplen ? snaplen :
								     none;
}

size_t netring_pcap_header(void *buffer, size_t size,
			   const struct netring_pcap_interface *interface)
{
	uint8_t *at = buffer;

	if (size < NETRING_PCAP_HEADER_MAX)
		return 0;
	at = put32(at, PCAP_MAGIC_NS);
	at = put16(at, 2);
	at = put16(at, 4);
	at = put32(at, 0);
	at = put32(at, 0);
	at = put32(at, file_snaplen(interface, SNAPLEN_MAX));
	put32(at, interface->link_type);
	return NETRING_PCAP_HEADER_MAX;
}

size_t netring_pcap_record(void *buffer, size_t size,
			   const struct netring_packet *pkt)
{
	size_t around = 16 + front_size(pkt);
	uint8_t *at = buffer;

	if (size < around || size - around < pkt->len)
		return 0;
	at = put32(at, pkt->sec);
	at = put32(at, pkt->nsec);
	put_packet(at, pkt);
	return around + pkt->len;
}

size_t netring_pcapng_header(void *buffer, size_t size,
			     const struct netring_pcap_interface *interface)
{
	static const uint8_t nanoseconds = 9;
	size_t name =
		interface->name ? strnlen(interface->name, NAME_MAX_SIZE) : 0;
	size_t section = 28 + 4 + PADDED(sizeof(program) - 1) + 4;
	size_t description = 20 + (name ? 4 + PADDED(name) : 0) + 8 + 4;
	uint8_t *at = buffer;

	if (size < section + description)
		return 0;
	at = put32(at, BLOCK_SECTION);
	at = put32(at, (uint32_t)section);
	at = put32(at, BYTE_ORDER_MAGIC);
	at = put16(at, 1);
	at = put16(at, 0);
	at = put32(at, UINT32_MAX); /* length not told, 64 bits */
	at = put32(at, UINT32_MAX);
	at = put_option(at, OPTION_SHB_USERAPPL, program, sizeof(program) - 1);
	at = put32(at, OPTION_END);
	at = put32(at, (uint32_t)section);

	at = put32(at, BLOCK_INTERFACE);
	at = put32(at, (uint32_t)description);
	at = put16(at, (uint16_t)interface->link_type);
	at = put16(at, 0);
	at = put32(at, file_snaplen(interface, 0));
	if (name)
		at = put_option(at, OPTION_IF_NAME, interface->name,
				(uint16_t)name);
	at = put_option(at, OPTION_IF_TSRESOL, &nanoseconds, 1);
	at = put32(at, OPTION_END);
	put32(at, (uint32_t)description);
	return section + description;
}

/*
 * What was sent bears epb_flags. What came in does without those 12 bytes, a
 * tenth of a short packet's record: the addresses tell how it was received.
 */
size_t netring_pcapng_record(void *buffer, size_t size,
			     const struct netring_packet *pkt)
{
	static const uint32_t outbound = 2;
	int sent = pkt->link->type == NETRING_TYPE_OUTGOING;
	uint32_t front = front_size(pkt);
	uint32_t padding = PADDING(pkt->len);
	size_t around = (sent ? 44u : 32u) + front + padding;
	uint8_t *at = buffer;

	if (size < around || size - around < pkt->len)
		return 0;
	at = put32(at, BLOCK_PACKET);
	at = put32(at, (uint32_t)(around + pkt->len));
	at = put32(at, 0); /* the one interface */
	at = put_time(at, pkt->sec, pkt->nsec);
	/* the last word, of which the packet leaves the padding */
	put32(at + 4 + front + pkt->len + padding, 0);
	at = put_packet(at, pkt) + padding;
	if (sent) {
		at = put_option(at, OPTION_EPB_FLAGS, &outbound,
				sizeof(outbound));
		at = put32(at, OPTION_END);
	}
	put32(at, (uint32_t)(around + pkt->len));
	return around + pkt->len;
}

size_t netring_pcapng_stats(void *buffer, size_t size, uint64_t received,
			    uint64_t dropped, uint32_t sec, uint32_t nsec)
{
	uint64_t seen = received + dropped;
	uint8_t *at = buffer;

	if (size < NETRING_PCAPNG_STATS_SIZE)
		return 0;
	at = put32(at, BLOCK_STATISTICS);
	at = put32(at, NETRING_PCAPNG_STATS_SIZE);
	at = put32(at, 0);
	at = put_time(at, sec, nsec);
	at = put_option(at, OPTION_ISB_IFRECV, &seen, sizeof(seen));
	at = put_option(at, OPTION_ISB_IFDROP, &dropped, sizeof(dropped));
	at = put_option(at, OPTION_ISB_USRDELIV, &received, sizeof(received));
	at = put32(at, OPTION_END);
	put32(at, NETRING_PCAPNG_STATS_SIZE);
	return NETRING_PCAPNG_STATS_SIZE;
}
