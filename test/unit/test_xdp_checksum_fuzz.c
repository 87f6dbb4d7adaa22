/* SPDX-License-Identifier: MIT */
/* test_xdp_checksum_fuzz.c - sums of anything; frames that end too soon. */
#include "xdp_model.h"

#include <stdlib.h>

#define FRAMES 200000u

/* Two bytes at a time, in memory's order. */
static uint32_t slow_sum(const uint8_t *data, uint32_t len, uint32_t sum)
{
	uint8_t pair[2];
	uint16_t word;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	for (; len; len -= len > 1 ? 2 : 1, data += 2) {
		pair[0] = data[0];
		pair[1] = len > 1 ? data[1] : 0;
		memcpy(&word, pair, 2);
		sum += word;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

/* From every alignment, of every length; never a byte beyond. */
static void sums(void **state)
{
	uint32_t len, shift, i, start;
	uint8_t *data;

	(void)state;
	seed_print();
	for (len = 0; len < 200; len++)
		for (shift = 0; shift < 8; shift++) {
			data = malloc(len + shift);
			assert_true(data || !(len + shift));
			for (i = 0; i < len + shift; i++)
				data[i] = (uint8_t)random_u32();
			start = random_size();
			assert_int_equal(netring_checksum_sum_(data + shift,
							       len, start),
					 slow_sum(data + shift, len, start));
			free(data);
		}
}

/* Nothing but ones, or zeros, as long as a packet can be. */
static void extremes(void **state)
{
	static const uint32_t starts[] = { 0,	      1,       0xfffe,
					   0xffff,    0x10000, 0xffff0000,
					   UINT32_MAX };
	static uint8_t ones[70001], zeros[70001];
	uint32_t i, len;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++)
		for (len = 0; len <= 70001; len += 1 + len / 3) {
			assert_int_equal(netring_checksum_sum_(ones, len,
							       starts[i]),
					 slow_sum(ones, len, starts[i]));
			assert_int_equal(netring_checksum_sum_(zeros, len,
							       starts[i]),
					 slow_sum(zeros, len, starts[i]));
		}
}

/* With its complement in, a sum is all ones; a sum of none is not zero. */
static void filled(void **state)
{
	uint32_t len, at, i;
	uint8_t *data, before[64];

	(void)state;
	seed_print();
	for (len = 2; len < 64; len++)
		for (at = 0; at + 2 <= len; at += 2) {
			data = malloc(len);
			assert_non_null(data);
			for (i = 0; i < len; i++)
				data[i] = (uint8_t)random_u32();
			memset(data + at, 0, 2);
			memcpy(before, data, len);
			netring_checksum_fill_(data, len, data + at);
			assert_int_equal(slow_sum(data, len, 0), 0xffff);
			assert_true(data[at] || data[at + 1]);
			memcpy(before + at, data + at, 2);
			assert_memory_equal(before, data, len);
			/* the sum is 0xffff already: 0xffff, which adds none */
			memset(data, 0, len);
			memset(data + at, 0xff, 2);
			netring_checksum_fill_(data, len, data + at);
			assert_int_equal(data[at] & data[at + 1], 0xff);
			free(data);
		}
}

/* Random bytes that look like a packet here and there. */
static uint32_t dream(uint8_t *data)
{
	static const uint8_t types[][2] = {
		{ 0x81, 0 }, { 0x88, 0xa8 }, { 8, 0 }, { 0x86, 0xdd }, { 8, 6 }
	};
	static const uint8_t protocols[] = { 6, 17, 6, 17, 44, 0 };
	uint32_t len = random_below(4) ? random_below(110) : random_below(400);
	uint32_t i, ip = 12, type, l4;

	for (i = 0; i < len; i++)
		data[i] = (uint8_t)(random_below(4) ? random_u32() : 0);
	do {
		type = random_below(5);
		memcpy(data + ip, types[type], 2);
		ip += type < 2 ? 4 : 2;
	} while (type < 2 && ip < 30);
	data[ip] = (uint8_t)(0x40 | random_below(16));
	data[ip + (type == 3 ? 6 : 9)] = protocols[random_below(6)];
	if (random_below(8))
		data[ip + 6] &= type == 3 ? 0xff : 0x40;
	if (type != 3)
		data[ip + 7] &= (uint8_t)(random_below(8) ? 0 : 0xff);
	l4 = type == 3 ? ip + 40 : ip + (data[ip] & 15u) * 4;
	if (random_below(8) && len > ip) { /* near the end, or at it */
		i = (random_below(2) ? len : len + 8 - random_below(16)) -
		    (type == 3 ? l4 : ip);
		data[ip + (type == 3 ? 4 : 2)] = (uint8_t)(i >> 8);
		data[ip + (type == 3 ? 5 : 3)] = (uint8_t)i;
	}
	return len;
}

/* The place of the checksum, and the sum of the pseudo-header to be there, as
 * RFC 1071, 791 and 8200 have it; 0: nothing that it could be. */
static uint32_t place(const uint8_t *data, uint32_t len, uint16_t *sum,
		      uint32_t *l4, uint32_t *end)
{
	uint32_t tags = 0, ip, protocol, at, v6;
	uint8_t rest[4] = { 0 };

	while (len >= 14 + tags * 4 &&
	       ((data[12 + tags * 4] == 0x81 && data[13 + tags * 4] == 0) ||
		(data[12 + tags * 4] == 0x88 && data[13 + tags * 4] == 0xa8)))
		tags++;
	ip = 14 + tags * 4;
	if (len < ip + 20)
		return 0;
	v6 = data[ip - 2] == 0x86 && data[ip - 1] == 0xdd;
	if (!v6 && (data[ip - 2] != 8 || data[ip - 1] != 0))
		return 0;
	if (v6 && len < ip + 40)
		return 0;
	if (!v6 && ((data[ip + 6] & 0x3f) || data[ip + 7]))
		return 0;
	*l4 = ip + (v6 ? 40 : (data[ip] & 15u) * 4);
	*end = (v6 ? *l4 : ip) + ((uint32_t)data[ip + (v6 ? 4 : 2)] << 8 |
				  data[ip + (v6 ? 5 : 3)]);
	protocol = data[ip + (v6 ? 6 : 9)];
	if ((protocol != 6 && protocol != 17) || *l4 < ip + 20 || *end > len)
		return 0;
	at = *l4 + (protocol == 6 ? 16 : 6);
	if (at + 2 > *end)
		return 0;
	rest[1] = (uint8_t)protocol;
	rest[2] = (uint8_t)((*end - *l4) >> 8);
	rest[3] = (uint8_t)(*end - *l4);
	*sum = (uint16_t)slow_sum(
		rest, 4, slow_sum(data + ip + (v6 ? 8 : 12), v6 ? 32 : 8, 0));
	return at;
}

/* As long as it is, in memory that ends there. */
static void dreams(void **state)
{
	uint8_t made[512], *data;
	uint32_t i, len, at, l4 = 0, end = 0, whole = 0, done;
	struct netring_xdp_packet pkt = { NULL, 0, 0, 0 };
	uint16_t sum = 0;

	(void)state;
	seed_print();
	for (i = 0; i < FRAMES; i++) {
		memset(made, 0, sizeof(made));
		len = dream(made);
		at = place(made, len, &sum, &l4, &end);
		if (at && random_below(8))
			memcpy(made + at, &sum, 2);
		data = malloc(len);
		assert_true(data || !len);
		memcpy(data, made, len);
		pkt.data = data;
		pkt.len = len;
		done = (uint32_t)netring_xdp_complete(&pkt, 1);
		if (at && !memcmp(made + at, &sum, 2)) {
			whole++;
			assert_int_equal(done, 1);
			/* with the pseudo-header it is all ones */
			assert_int_equal(slow_sum(data + l4, end - l4, sum),
					 0xffff);
			memcpy(made + at, data + at, 2);
		} else {
			assert_int_equal(done, 0);
		}
		assert_memory_equal(made, data, len);
		free(data);
	}
	print_message("# %u of %u filled in\n", whole, FRAMES);
	assert_true(whole > FRAMES / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums),
		cmocka_unit_test(extremes),
		cmocka_unit_test(filled),
		cmocka_unit_test(dreams),
	};

	return cmocka_run_group_tests_name("xdp_checksum_fuzz", tests, NULL,
					   NULL);
}
