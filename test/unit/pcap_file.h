/* SPDX-License-Identifier: MIT */
/* pcap_file.h - make capture files byte by byte, and read them. */
#ifndef NETRING_TEST_PCAP_FILE_H
#define NETRING_TEST_PCAP_FILE_H

#include "capture_ring.h"

#include <netring/pcap_read.h>

#include <errno.h>

#define FILE_MAX (1 << 20)

/* The file in the making, in a byte order of choice. */
extern uint8_t file[FILE_MAX];
extern size_t size;
extern int big;

/* @order: 1: big-endian. */
void begin(int order);
void put16(unsigned int value);
void put32(uint32_t value);
void put64(uint64_t value);
void fill(size_t count, unsigned int value);

void pcap_header(uint32_t magic, uint32_t link_type);
void pcap_record(uint32_t sec, uint32_t part, uint32_t len, uint32_t wire_len,
		 unsigned int value);

/* A block from its type to its length at the end; returns its place. */
size_t block_begin(uint32_t type);
void block_end(size_t start);
void section(void);
/* @resolution -1: the option is not there; @offset 0 too. */
void interface(unsigned int link_type, uint32_t snaplen, int resolution,
	       int64_t offset);
void enhanced(uint32_t number, uint64_t ticks, uint32_t len, uint32_t wire_len,
	      unsigned int value);
/* A section, an interface, and a block of @type: returns its place. */
size_t example(uint32_t type);

/* The packet read last, and the place behind it. */
extern struct netring_pcap_packet pkt;
extern size_t at;

void rewind_file(void);
/* The next packet, of a copy of what is there: ASan sees all steps beyond. */
int next_of(size_t there);
int next(void);
/* All bytes are of @value. */
void expect(uint64_t sec, uint32_t nsec, uint32_t len, uint32_t wire_len,
	    unsigned int value);
void expect_end(void);
/* What came behind the last packet. */
int read_all(void);

#endif
