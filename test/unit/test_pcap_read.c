/* SPDX-License-Identifier: MIT */
/* test_pcap_read.c - capture files in all their forms. */
#include "pcap_file.h"

#include <netring/pcap.h>

static void pcap(void **state)
{
	int order, nano;

	(void)state;
	for (order = 0; order < 2; order++) {
		for (nano = 0; nano < 2; nano++) {
			begin(order);
			pcap_header(nano ? 0xa1b23c4d : 0xa1b2c3d4, 1);
			pcap_record(1600000000, 999999, 60, 1514, 7);
			pcap_record(UINT32_MAX, 0, 0, 0, 0);
			pcap_record(1, nano ? 1999999999 : 1999999, 3, 2, 9);
			rewind_file();
			expect(1600000000, nano ? 999999 : 999999000, 60, 1514,
			       7);
			assert_int_equal(pkt.link_type, 1);
			assert_int_equal(pkt.interface, 0);
			expect(UINT32_MAX, 0, 0, 0, 0);
			/* a part that ran over, a length told too small */
			expect(2, nano ? 999999999 : 999999000, 3, 3, 9);
			expect_end();
		}
	}
}

static void pcap_link_type(void **state)
{
	(void)state;
	begin(0);
	pcap_header(0xa1b2c3d4, 0x14000071); /* with frame check sequences */
	pcap_record(1, 2, 16, 16, 0);
	rewind_file();
	expect(1, 2000, 16, 16, 0);
	assert_int_equal(pkt.link_type, 0x71);
}

static void resolutions(void **state)
{
	static const struct {
		int resolution;
		uint64_t ticks;
		uint64_t sec;
		uint32_t nsec;
	} cases[] = {
		{ -1, 1600000000123456, 1600000000, 123456000 },
		{ 6, 1600000000123456, 1600000000, 123456000 },
		{ 9, 1600000000123456789, 1600000000, 123456789 },
		{ 0, 1600000000, 1600000000, 0 },
		{ 3, 1600000000123, 1600000000, 123000000 },
		{ 12, 1600000123456789, 1600, 123456 },
		{ 19, UINT64_MAX, 1, 844674407 },
		{ 20, UINT64_MAX, 0, 184467440 },
		{ 127, UINT64_MAX, 0, 0 },
		{ 0x80, 1600000000, 1600000000, 0 },
		{ 0x80 | 1, 3, 1, 500000000 },
		{ 0x80 | 32, (uint64_t)5 << 32 | 0x40000000, 5, 250000000 },
		{ 0x80 | 60, (uint64_t)3 << 60 | (uint64_t)1 << 59, 3,
		  500000000 },
		{ 0x80 | 63, UINT64_MAX, 1, 999999999 },
		{ 0x80 | 64, UINT64_MAX, 0, 999999999 },
		{ 0xff, UINT64_MAX, 0, 0 },
	};
	size_t i;
	int order;

	(void)state;
	for (order = 0; order < 2; order++) {
		for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			begin(order);
			section();
			interface(1, 0, cases[i].resolution, 0);
			enhanced(0, cases[i].ticks, 5, 9, 3);
			rewind_file();
			expect(cases[i].sec, cases[i].nsec, 5, 9, 3);
			expect_end();
		}
	}
}

static void offsets(void **state)
{
	int order;

	(void)state;
	for (order = 0; order < 2; order++) {
		begin(order);
		section();
		interface(1, 0, 9, 1600000000);
		interface(113, 0, 6, -10);
		enhanced(0, 1500000000, 1, 1, 1);
		enhanced(1, 12000001, 2, 2, 2);
		rewind_file();
		expect(1600000001, 500000000, 1, 1, 1);
		assert_int_equal(pkt.link_type, 1);
		expect(2, 1000, 2, 2, 2);
		assert_int_equal(pkt.link_type, 113);
		assert_int_equal(pkt.interface, 1);
		expect_end();
	}
}

/* Times of a file that somebody made up: in nanoseconds they fit in 63 bits,
 * and 1970 is the first. */
static void hostile_times(void **state)
{
	static const struct {
		int resolution;
		int64_t offset;
		uint64_t ticks;
		uint64_t sec;
	} cases[] = {
		{ 9, -9000000000, 0, 0 },
		{ 9, 9000000000, 0, 0x1ffffffff },
		{ 9, INT64_MIN, UINT64_MAX, 0 },
		{ 9, INT64_MAX, UINT64_MAX, 0x1ffffffff },
		{ 0, INT64_MAX, UINT64_MAX, 0x1ffffffff },
		{ 0, INT64_MIN, UINT64_MAX, 0 },
		{ 0, 0, UINT64_MAX, 0x1ffffffff },
		{ 0, 0, (uint64_t)INT64_MAX + 1, 0x1ffffffff },
		{ 0x80, -1, 0, 0 },
		{ 0, -1, 1, 0 },
		{ 0, 1, 0x1ffffffff - 1, 0x1ffffffff },
		{ 0, 1, 0x1ffffffff, 0x1ffffffff },
		/* years from 1601 on, as one system counts them */
		{ 0, -11644473600, 13244473600, 1600000000 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(0);
		section();
		interface(1, 0, cases[i].resolution, cases[i].offset);
		enhanced(0, cases[i].ticks, 1, 1, 1);
		rewind_file();
		assert_int_equal(next(), 1);
		assert_int_equal(pkt.sec, cases[i].sec);
		assert_true(pkt.nsec < 1000000000);
		assert_true(pkt.sec * 1000000000 + pkt.nsec <= INT64_MAX);
	}
}

/* Sections of another byte order, blocks not known, packets without time. */
static void blocks(void **state)
{
	size_t start;
	int order;

	(void)state;
	for (order = 0; order < 2; order++) {
		begin(order);
		section();
		interface(1, 8, -1, 0);
		start = block_begin(5); /* statistics: skipped */
		fill(24, 0xee);
		block_end(start);
		start = block_begin(0x80000bad); /* with no body */
		block_end(start);
		start = block_begin(3); /* simple, by the snaplen */
		put32(1000);
		fill(8, 4);
		block_end(start);
		start = block_begin(2); /* obsolete */
		put16(0);
		put16(77);
		put32(0);
		put32(3000001);
		put32(6);
		put32(66);
		fill(6, 5);
		block_end(start);
		big = !big;
		section();
		interface(147, 0, -1, 0);
		enhanced(0, 1, 3, 3, 6);
		rewind_file();
		expect(0, 0, 8, 1000, 4);
		expect(3, 1000, 6, 66, 5);
		expect(0, 1000, 3, 3, 6);
		assert_int_equal(pkt.link_type, 147);
		expect_end();
	}
}

static void many_interfaces(void **state)
{
	uint32_t i;

	(void)state;
	begin(0);
	section();
	for (i = 0; i < NETRING_PCAP_READ_INTERFACES + 2; i++)
		interface(i, 0, 6, 0);
	for (i = 0; i < NETRING_PCAP_READ_INTERFACES + 1; i++)
		enhanced(i, i, 1, 1, i);
	rewind_file();
	for (i = 0; i < NETRING_PCAP_READ_INTERFACES; i++) {
		expect(0, i * 1000, 1, 1, i);
		assert_int_equal(pkt.link_type, i);
		assert_int_equal(pkt.interface, i);
	}
	assert_int_equal(next(), -ENOSPC);
}

/* However the bytes come, the same packets; a cut is no error but no end. */
static void piecemeal(void **state)
{
	size_t step, there, sizes[4];
	int order, packets, r, i;

	(void)state;
	for (order = 0; order < 2; order++) {
		for (i = 0; i < 3; i++) {
			begin(order);
			if (i == 0) {
				pcap_header(0xa1b2c3d4, 1);
				pcap_record(1, 1, 10, 10, 1);
				pcap_record(1, 1, 20, 20, 1);
			} else {
				example(i == 1 ? 5 : 1);
				enhanced(0, 9, 33, 33, 4);
				section();
				interface(1, 0, 6, 0);
				enhanced(0, 9, 7, 7, 4);
			}
			for (step = 1; step < 70; step++) {
				rewind_file();
				packets = 0;
				for (there = 0; at < size;) {
					there = there + step < size ?
							there + step :
							size;
					while ((r = next_of(there)) == 1)
						sizes[packets++ & 3] = pkt.len;
					assert_int_equal(r, 0);
				}
				assert_int_equal(packets, 2);
				assert_int_equal(sizes[0], i ? 33 : 10);
				assert_int_equal(sizes[1], i ? 7 : 20);
			}
		}
	}
}

/* What our own writer writes. */
static void own_files(void **state)
{
	static const struct netring_pcap_interface about = { 1, 0, "eth0" };
	static uint8_t data[100] = { 1, 2, 3 };
	struct netring_link link = { .type = NETRING_TYPE_OUTGOING };
	struct netring_packet packet = { .data = data,
					 .len = 61,
					 .wire_len = 99,
					 .sec = 3000000000u,
					 .nsec = 987654321,
					 .link = &link };
	int ng;

	(void)state;
	for (ng = 0; ng < 2; ng++) {
		begin(0);
		size = (ng ? netring_pcapng_header :
			     netring_pcap_header)(file, sizeof(file), &about);
		size += (ng ? netring_pcapng_record : netring_pcap_record)(
			file + size, sizeof(file) - size, &packet);
		if (ng)
			size += netring_pcapng_stats(
				file + size, sizeof(file) - size, 1, 2, 3, 4);
		rewind_file();
		assert_int_equal(next(), 1);
		assert_int_equal(pkt.sec, 3000000000u);
		assert_int_equal(pkt.nsec, 987654321);
		assert_int_equal(pkt.len, 61);
		assert_int_equal(pkt.wire_len, 99);
		assert_int_equal(pkt.link_type, 1);
		assert_memory_equal(pkt.data, data, 61);
		expect_end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap),
		cmocka_unit_test(pcap_link_type),
		cmocka_unit_test(resolutions),
		cmocka_unit_test(offsets),
		cmocka_unit_test(hostile_times),
		cmocka_unit_test(blocks),
		cmocka_unit_test(many_interfaces),
		cmocka_unit_test(piecemeal),
		cmocka_unit_test(own_files),
	};

	return cmocka_run_group_tests_name("pcap_read", tests, NULL, NULL);
}
