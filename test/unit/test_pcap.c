/* SPDX-License-Identifier: MIT */
/* test_pcap.c - capture files, read byte by byte by a reader of its own. */
#include "pcap_packets.h"

#include <netring/pcap.h>

#include <stdlib.h>

#define ROOM 10240u

static uint8_t out[ROOM];

/* What stands in front of the bytes of a cooked packet, field by field. */
static const uint8_t *expect_sll2(const uint8_t *at,
				  const struct netring_packet *pkt)
{
	assert_memory_equal(at, "\x86\xdd", 2);
	assert_memory_equal(at + 2, "\0\0", 2);
	assert_memory_equal(at + 4, "\x01\x02\x03\x04", 4); /* ifindex */
	assert_memory_equal(at + 8, "\x0a\x0b", 2);	    /* hatype */
	assert_int_equal(at[10], pkt->link->type);
	assert_int_equal(at[11], 6);
	assert_memory_equal(at + 12, "\x02\x11\x22\x33\x44\x55", 6);
	return at + 20;
}

static void pcap_header(void **state)
{
	const struct {
		struct netring_pcap_interface interface;
		uint32_t snaplen;
	} cases[] = {
		{ { NETRING_LINKTYPE_ETHERNET, 96, "eth0" }, 96 },
		{ { NETRING_LINKTYPE_RAW, 0, NULL }, 262144 },
		/* room for the header that is put in front */
		{ { NETRING_LINKTYPE_LINUX_SLL2, 96, NULL }, 116 },
		{ { NETRING_LINKTYPE_LINUX_SLL2, 0, NULL }, 262144 },
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
			netring_pcap_header(out, 24, &cases[i].interface), 24);
		assert_int_equal(get32(out), 0xa1b23c4d);
		assert_int_equal(get16(out + 4), 2);
		assert_int_equal(get16(out + 6), 4);
		assert_int_equal(get32(out + 8), 0);
		assert_int_equal(get32(out + 12), 0);
		assert_int_equal(get32(out + 16), cases[i].snaplen);
		assert_int_equal(get32(out + 20), cases[i].interface.link_type);
	}
}

static void pcap_records(void **state)
{
	struct netring_packet pkt;
	const uint8_t *at;
	uint32_t i, front;
	size_t n;

	(void)state;
	for (i = 0; i < 2 * PACKETS; i++) {
		make_packet(&pkt, i / 2, i & 1);
		front = i & 1 ? 20 : 0;
		n = netring_pcap_record(out, ROOM, &pkt);
		assert_int_equal(n, 16 + front + pkt.len);
		assert_true(n <= NETRING_PCAP_RECORD_MAX(pkt.len));
		assert_int_equal(get32(out), pkt.sec);
		assert_int_equal(get32(out + 4), pkt.nsec);
		assert_int_equal(get32(out + 8), pkt.len + front);
		assert_int_equal(get32(out + 12), pkt.wire_len + front);
		at = front ? expect_sll2(out + 16, &pkt) : out + 16;
		if (pkt.len)
			assert_memory_equal(at, pkt.data, pkt.len);
	}
}

/* Both lengths of the block at @at; returns its end. */
static const uint8_t *expect_block(const uint8_t *at, uint32_t type)
{
	uint32_t len = get32(at + 4);

	assert_int_equal(get32(at), type);
	assert_int_equal(len % 4, 0);
	assert_true(len >= 12);
	assert_int_equal(get32(at + len - 4), len);
	return at + len;
}

/* Padded with zeros; returns where the next option is. */
static const uint8_t *expect_option(const uint8_t *at, uint16_t code,
				    const void *value, uint16_t len)
{
	uint32_t i;

	assert_int_equal(get16(at), code);
	assert_int_equal(get16(at + 2), len);
	if (len)
		assert_memory_equal(at + 4, value, len);
	for (i = len; i % 4; i++)
		assert_int_equal(at[4 + i], 0);
	return at + 4 + i;
}

static void pcapng_header(void **state)
{
	char name[301];
	struct netring_pcap_interface interface = { NETRING_LINKTYPE_LINUX_SLL2,
						    0, name };
	const uint8_t *at, *end;
	uint32_t len;
	size_t n;

	(void)state;
	for (len = 0; len <= 300; len++) {
		memset(out, 0xee, ROOM);
		memset(name, 'n', sizeof(name));
		name[len] = 0;
		interface.snaplen = len;
		n = netring_pcapng_header(out, NETRING_PCAPNG_HEADER_MAX,
					  &interface);
		assert_true(n > 0 && n <= NETRING_PCAPNG_HEADER_MAX);
		end = expect_block(out, 0x0a0d0d0a);
		assert_int_equal(get32(out + 8), 0x1a2b3c4d);
		assert_int_equal(get16(out + 12), 1);
		assert_int_equal(get16(out + 14), 0);
		assert_memory_equal(out + 16,
				    "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
		at = expect_option(out + 24, 4, "netring " NETRING_VERSION,
				   sizeof("netring " NETRING_VERSION) - 1);
		at = expect_option(at, 0, NULL, 0);
		assert_ptr_equal(at + 4, end);

		at = end;
		end = expect_block(at, 1);
		assert_int_equal(get16(at + 8), NETRING_LINKTYPE_LINUX_SLL2);
		assert_int_equal(get16(at + 10), 0);
		assert_int_equal(get32(at + 12), len ? len + 20 : 0);
		at += 16;
		if (len)
			at = expect_option(at, 2, name,
					   (uint16_t)(len < 255 ? len : 255));
		at = expect_option(at, 9, "\x09", 1);
		at = expect_option(at, 0, NULL, 0);
		assert_ptr_equal(at + 4, end);
		assert_ptr_equal(out + n, end);
		assert_int_equal(*end, 0xee);
	}
	interface.name = NULL;
	n = netring_pcapng_header(out, NETRING_PCAPNG_HEADER_MAX, &interface);
	end = expect_block(expect_block(out, 0x0a0d0d0a), 1);
	assert_ptr_equal(out + n, end);
}

static void pcapng_records(void **state)
{
	static const uint32_t outbound = 2;
	struct netring_packet pkt;
	const uint8_t *at, *end;
	uint64_t time;
	uint32_t i, front, n;

	(void)state;
	for (i = 0; i < 2 * PACKETS; i++) {
		memset(out, 0xee, ROOM);
		make_packet(&pkt, i / 2, i & 1);
		front = i & 1 ? 20 : 0;
		n = (uint32_t)netring_pcapng_record(out, ROOM, &pkt);
		assert_true(n <= NETRING_PCAPNG_RECORD_MAX(pkt.len));
		end = expect_block(out, 6);
		assert_ptr_equal(out + n, end);
		assert_int_equal(get32(out + 8), 0);
		time = (uint64_t)get32(out + 12) << 32 | get32(out + 16);
		assert_int_equal(time / 1000000000, pkt.sec);
		assert_int_equal(time % 1000000000, pkt.nsec);
		assert_int_equal(get32(out + 20), pkt.len + front);
		assert_int_equal(get32(out + 24), pkt.wire_len + front);
		at = front ? expect_sll2(out + 28, &pkt) : out + 28;
		if (pkt.len)
			assert_memory_equal(at, pkt.data, pkt.len);
		at += pkt.len;
		for (; (at - out) % 4; at++)
			assert_int_equal(*at, 0);
		/* epb_flags of what was sent, no options else */
		if (pkt.link->type == NETRING_TYPE_OUTGOING) {
			at = expect_option(at, 2, &outbound, 4);
			at = expect_option(at, 0, NULL, 0);
		}
		assert_ptr_equal(at + 4, end);
		assert_int_equal(*end, 0xee);
	}
}

/* However long, whole, and nothing beyond it is read or written. */
static void every_length(void **state)
{
	struct netring_packet pkt;
	uint32_t len, i;
	uint8_t *bytes;

	(void)state;
	make_packet(&pkt, 3, 0);
	for (len = 0; len <= 600; len++) {
		bytes = malloc(len ? len : 1);
		for (i = 0; i < len; i++)
			bytes[i] = (uint8_t)(i * 7 + len);
		pkt.data = bytes;
		pkt.len = pkt.wire_len = len;
		memset(out, 0xee, ROOM);
		assert_int_equal(netring_pcap_record(out, ROOM, &pkt),
				 16 + len);
		assert_int_equal(out[16 + len], 0xee);
		if (len)
			assert_memory_equal(out + 16, bytes, len);
		assert_int_equal(netring_pcapng_record(out, ROOM, &pkt),
				 32 + (len + 3) / 4 * 4);
		if (len)
			assert_memory_equal(out + 28, bytes, len);
		free(bytes);
	}
}

static void pcapng_stats(void **state)
{
	uint64_t seen = 0x1122334455667788, dropped = 0x100000001;
	uint64_t received = seen - dropped, time;
	const uint8_t *at, *end;

	(void)state;
	assert_int_equal(netring_pcapng_stats(out, ROOM, received, dropped,
					      0xfffffffe, 999999999),
			 NETRING_PCAPNG_STATS_SIZE);
	end = expect_block(out, 5);
	assert_ptr_equal(end, out + NETRING_PCAPNG_STATS_SIZE);
	assert_int_equal(get32(out + 8), 0);
	time = (uint64_t)get32(out + 12) << 32 | get32(out + 16);
	assert_int_equal(time / 1000000000, 0xfffffffe);
	assert_int_equal(time % 1000000000, 999999999);
	at = expect_option(out + 20, 4, &seen, 8);
	at = expect_option(at, 5, &dropped, 8);
	at = expect_option(at, 8, &received, 8);
	at = expect_option(at, 0, NULL, 0);
	assert_ptr_equal(at + 4, end);
	assert_int_equal(get64(out + 24), seen);
}

static size_t write_kind(int kind, void *buffer, size_t size)
{
	const struct netring_pcap_interface interface = { 276, 0, "eth0.5" };
	struct netring_packet pkt;

	switch (kind) {
	case 0:
		return netring_pcap_header(buffer, size, &interface);
	case 1:
		return netring_pcapng_header(buffer, size, &interface);
	case 2:
		return netring_pcapng_stats(buffer, size, 1, 2, 3, 4);
	default:
		/* 0, 1, 3, 60 and 1514 bytes; plain, cooked; both formats */
		make_packet(&pkt, (uint32_t) "\0\1\3\x8\xa"[(kind - 3) / 4],
			    kind & 1);
		return kind & 2 ? netring_pcap_record(buffer, size, &pkt) :
				  netring_pcapng_record(buffer, size, &pkt);
	}
}

/* Too small by any number of bytes: nothing is written. Exact: all is. */
static void every_size(void **state)
{
	uint8_t *buffer;
	size_t need, size, i;
	int kind;

	(void)state;
	for (kind = 0; kind < 3 + 4 * 5; kind++) {
		need = write_kind(kind, out, ROOM);
		assert_true(need > 0);
		for (size = 0; size <= need; size++) {
			buffer = malloc(size ? size : 1);
			memset(buffer, 0x77, size ? size : 1);
			assert_int_equal(write_kind(kind, buffer, size),
					 size == need ? need : 0);
			for (i = 0; size < need && i < size; i++)
				assert_int_equal(buffer[i], 0x77);
			if (size == need)
				assert_memory_equal(buffer, out, need);
			free(buffer);
		}
	}
}

/* Lengths that no memory has must not wrap around. */
static void huge_length(void **state)
{
	struct netring_packet pkt;
	uint32_t len;

	(void)state;
	for (len = 0xffffffff; len > 0xffffff00; len--) {
		make_packet(&pkt, 3, len & 1);
		pkt.len = pkt.wire_len = len;
		assert_int_equal(netring_pcap_record(out, ROOM, &pkt), 0);
		assert_int_equal(netring_pcapng_record(out, ROOM, &pkt), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_header),
		cmocka_unit_test(pcap_records),
		cmocka_unit_test(pcapng_header),
		cmocka_unit_test(pcapng_records),
		cmocka_unit_test(every_length),
		cmocka_unit_test(pcapng_stats),
		cmocka_unit_test(every_size),
		cmocka_unit_test(huge_length),
	};

	return cmocka_run_group_tests_name("pcap", tests, NULL, NULL);
}
