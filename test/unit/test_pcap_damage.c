/* SPDX-License-Identifier: MIT */
/* test_pcap_damage.c - capture files with wrong lengths, and cut short. */
#include "pcap_file.h"

static void pcap_damaged(void **state)
{
	(void)state;
	begin(0);
	pcap_header(0xa1b2c3d5, 1);
	rewind_file();
	assert_int_equal(next(), -EBADMSG);

	begin(1);
	pcap_header(0xa1b2c3d4, 1);
	file[5] = 3; /* version */
	rewind_file();
	assert_int_equal(next(), -EBADMSG);

	begin(0);
	pcap_header(0xa1b2c3d4, 1);
	pcap_record(1, 1, 4, 4, 1);
	pcap_record(1, 1, 0, 4, 1);
	file[size - 8] = 1; /* 256 KiB and one */
	file[size - 6] = 4;
	rewind_file();
	expect(1, 1000, 4, 4, 1);
	assert_int_equal(next(), -EBADMSG);

	begin(0);
	pcap_header(0xa1b2c3d4, 1);
	pcap_record(1, 1, NETRING_PCAP_READ_MAX, NETRING_PCAP_READ_MAX, 5);
	rewind_file();
	expect(1, 1000, NETRING_PCAP_READ_MAX, NETRING_PCAP_READ_MAX, 5);
	expect_end();
}

static void wrong_lengths(void **state)
{
	static const uint32_t lengths[] = { 0,	4,	    8,
					    11, 13,	    0x7ffffffc,
					    12, UINT32_MAX, 0xfffffffc };
	uint32_t type;
	size_t i, start, end;
	int r;

	(void)state;
	for (type = 0; type < 7; type++) {
		for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			begin(0);
			start = example(type);
			end = size;
			size = start + 4;
			put32(lengths[i]);
			size = end;
			r = read_all();
			/* a block to be skipped may be of any length */
			if (r == 0)
				assert_true(type == 5 && !(lengths[i] % 4));
			else
				assert_int_equal(r, -EBADMSG);
		}
		/* and the one behind it, another */
		begin(0);
		example(type);
		file[size - 4] ^= 4;
		assert_int_equal(read_all(), -EBADMSG);
	}
}

static void wrong_packets(void **state)
{
	size_t start;
	int i;

	(void)state;
	/* more bytes than the block has, also beyond 32 bits */
	for (i = 0; i < 2; i++) {
		begin(0);
		start = example(6);
		memset(file + start + 20, i ? 0xff : 0, 4);
		file[start + 20] = 0xfc;
		assert_int_equal(read_all(), -EBADMSG);
	}
	begin(0); /* of an interface not told of */
	section();
	enhanced(0, 0, 1, 1, 1);
	assert_int_equal(read_all(), -EBADMSG);
	begin(0); /* told of in the section before */
	section();
	interface(1, 0, -1, 0);
	section();
	enhanced(0, 0, 1, 1, 1);
	assert_int_equal(read_all(), -EBADMSG);
	begin(0);
	start = example(3);
	file[start + 8] = 5;
	assert_int_equal(read_all(), -EBADMSG);
	begin(0); /* an option longer than its block */
	section();
	start = size;
	interface(1, 0, 6, 0);
	file[start + 18] = 60;
	assert_int_equal(read_all(), -EBADMSG);
	file[start + 18] = 17;
	assert_int_equal(read_all(), -EBADMSG);
	begin(0); /* the section's version and its byte order mark */
	section();
	file[12] = 2;
	assert_int_equal(read_all(), -EBADMSG);
	begin(0);
	section();
	file[8] = 0;
	assert_int_equal(read_all(), -EBADMSG);
	begin(0); /* longer than what a buffer has to hold */
	section();
	start = block_begin(6);
	fill(NETRING_PCAP_READ_BUFFER, 0);
	block_end(start);
	assert_int_equal(read_all(), -EBADMSG);
}

/* Every byte of a file wrong in turn: no step beyond it, and an end. */
static void any_damage(void **state)
{
	static const uint8_t flips[] = { 0x01, 0x04, 0x80, 0xff };
	size_t i, whole, place;
	int order;

	(void)state;
	for (order = 0; order < 2; order++) {
		begin(order);
		example(6);
		example(3);
		example(2);
		enhanced(0, UINT64_MAX, 50, 60, 9);
		whole = size;
		for (place = 0; place < whole; place++) {
			for (i = 0; i < sizeof(flips); i++) {
				file[place] ^= flips[i];
				(void)read_all();
				file[place] ^= flips[i];
			}
		}
		for (size = 0; size < whole; size++)
			assert_true(read_all() <= 0);
		assert_int_equal(read_all(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pcap_damaged),
		cmocka_unit_test(wrong_lengths),
		cmocka_unit_test(wrong_packets),
		cmocka_unit_test(any_damage),
	};

	return cmocka_run_group_tests_name("pcap_damage", tests, NULL, NULL);
}
