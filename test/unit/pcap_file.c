/* SPDX-License-Identifier: MIT */
/* pcap_file.c - make capture files byte by byte, and read them. */
#include "pcap_file.h"

#include <stdlib.h>

/* A file in the making, in a byte order of choice. */
uint8_t file[FILE_MAX];
size_t size;
int big;

static void byte(unsigned int value)
{
	file[size++] = (uint8_t)value;
}

void put16(unsigned int value)
{
	byte(big ? value >> 8 : value);
	byte(big ? value : value >> 8);
}

void put32(uint32_t value)
{
	put16(big ? value >> 16 : value);
	put16(big ? value : value >> 16);
}

void put64(uint64_t value)
{
	put32((uint32_t)(big ? value >> 32 : value));
	put32((uint32_t)(big ? value : value >> 32));
}

void fill(size_t count, unsigned int value)
{
	while (count--)
		byte(value);
}

void begin(int order)
{
	big = order;
	size = 0;
}

void pcap_header(uint32_t magic, uint32_t link_type)
{
	put32(magic);
	put16(2);
	put16(4);
	put32(0);
	put32(0);
	put32(65535);
	put32(link_type);
}

void pcap_record(uint32_t sec, uint32_t part, uint32_t len, uint32_t wire_len,
		 unsigned int value)
{
	put32(sec);
	put32(part);
	put32(len);
	put32(wire_len);
	fill(len, value);
}

size_t block_begin(uint32_t type)
{
	put32(type);
	put32(0);
	return size - 8;
}

void block_end(size_t start)
{
	size_t end;

	while ((size - start) % 4)
		byte(0);
	end = size + 4;
	size = start + 4;
	put32((uint32_t)(end - start));
	size = end - 4;
	put32((uint32_t)(end - start));
}

void section(void)
{
	size_t start = block_begin(0x0a0d0d0a);

	put32(0x1a2b3c4d);
	put16(1);
	put16(0);
	put64(UINT64_MAX);
	block_end(start);
}

/* @resolution -1: the option is not there; @offset 0 too. */
void interface(unsigned int link_type, uint32_t snaplen, int resolution,
	       int64_t offset)
{
	size_t start = block_begin(1);

	put16(link_type);
	put16(0);
	put32(snaplen);
	put16(2); /* if_name, padded */
	put16(3);
	fill(3, 'e');
	byte(0);
	if (resolution >= 0) {
		put16(9);
		put16(1);
		byte((unsigned int)resolution);
		fill(3, 0);
	}
	if (offset) {
		put16(14);
		put16(8);
		put64((uint64_t)offset);
	}
	put32(0);
	block_end(start);
}

void enhanced(uint32_t number, uint64_t ticks, uint32_t len, uint32_t wire_len,
	      unsigned int value)
{
	size_t start = block_begin(6);

	put32(number);
	put32((uint32_t)(ticks >> 32));
	put32((uint32_t)ticks);
	put32(len);
	put32(wire_len);
	fill(len, value);
	while (size % 4)
		byte(0);
	put16(2); /* epb_flags */
	put16(4);
	put32(1);
	put32(0);
	block_end(start);
}

/* The reader under test, over what is in the file. */
static struct netring_pcap_reader reader;
struct netring_pcap_packet pkt;
size_t at;

void rewind_file(void)
{
	memset(&reader, 0, sizeof(reader));
	at = 0;
}

/* From a copy of just the bytes that are there, so that ASan sees every step
 * beyond; at an odd address. */
int next_of(size_t there)
{
	uint8_t *copy = malloc(there - at + 1);
	uint8_t *data = file + at;
	size_t used;
	int r;

	assert_non_null(copy);
	memcpy(copy + 1, data, there - at);
	r = netring_pcap_read(&reader, copy + 1, there - at, &used, &pkt);
	assert_true(used <= there - at);
	at += used;
	if (r == 1) {
		assert_true(pkt.data >= copy + 1);
		assert_true(pkt.data + pkt.len <=
			    copy + 1 + (there - at) + used);
		pkt.data = data + (pkt.data - (copy + 1));
		assert_true(pkt.nsec < 1000000000);
		assert_true(pkt.wire_len >= pkt.len);
	}
	free(copy);
	return r;
}

int next(void)
{
	return next_of(size);
}

void expect(uint64_t sec, uint32_t nsec, uint32_t len, uint32_t wire_len,
	    unsigned int value)
{
	uint32_t i;

	assert_int_equal(next(), 1);
	assert_int_equal(pkt.sec, sec);
	assert_int_equal(pkt.nsec, nsec);
	assert_int_equal(pkt.len, len);
	assert_int_equal(pkt.wire_len, wire_len);
	for (i = 0; i < len; i++)
		assert_int_equal(pkt.data[i], value);
}

void expect_end(void)
{
	assert_int_equal(next(), 0);
	assert_int_equal(at, size);
}

/* A small file with a block of each kind, the place of the last one's. */
size_t example(uint32_t type)
{
	size_t start;

	section();
	interface(1, 0, -1, 0);
	start = size;
	switch (type) {
	case 0:
		section();
		break;
	case 1:
		interface(1, 0, 6, 5);
		break;
	case 2:
		start = block_begin(2);
		fill(24, 0);
		block_end(start);
		break;
	case 3:
		start = block_begin(3);
		put32(4);
		put32(0);
		block_end(start);
		break;
	case 5:
		start = block_begin(5);
		fill(8, 0);
		block_end(start);
		break;
	default:
		enhanced(0, 1, 4, 4, 1);
	}
	return start;
}

int read_all(void)
{
	int r;

	rewind_file();
	while ((r = next()) == 1)
		;
	return r;
}
