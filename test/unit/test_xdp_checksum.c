/* SPDX-License-Identifier: MIT */
/* test_xdp_checksum.c - sums; checksums left to a device are filled in. */
#include "xdp_model.h"

#include <stdlib.h>

#define TCP 6u
#define UDP 17u
#define HEAD 2000u

/* What a frame is made of. */
struct made {
	uint32_t tags;
	int v6;
	uint32_t options; /* words of IPv4 */
	uint32_t protocol;
	uint32_t payload;
	uint32_t padding;
	uint16_t fragment; /* IPv4's field */
};

struct frame {
	uint8_t *data; /* of that very length, for the sanitizer */
	uint32_t len;
	uint32_t ip, l4, end, at;
};

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static uint32_t read16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static int complete(uint8_t *data, uint32_t len)
{
	const struct netring_xdp_packet pkt = { .data = data, .len = len };

	return netring_xdp_complete(&pkt, 1);
}

/* The slow way: byte by byte, from the network's point of view. */
static uint32_t slow_sum(const uint8_t *data, uint32_t len, uint32_t sum)
{
	uint32_t i;

	for (i = 0; i < len; i++) {
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return sum;
}

static uint32_t pseudo(const struct frame *f, const struct made *made)
{
	uint8_t rest[4] = { 0, (uint8_t)made->protocol };

	put16(rest + 2, f->end - f->l4);
	return slow_sum(rest, 4,
			slow_sum(f->data + f->ip + (made->v6 ? 8 : 12),
				 made->v6 ? 32 : 8, 0));
}

/* Right as it stands in the frame? */
static int is_right(const struct frame *f, const struct made *made)
{
	return slow_sum(f->data + f->l4, f->end - f->l4, pseudo(f, made)) ==
	       0xffff;
}

static void make(struct frame *f, const struct made *made)
{
	static const uint16_t tags[] = { 0x8100, 0x88a8 };
	uint32_t header = made->v6 ? 40 : 20 + made->options * 4, i;
	uint8_t *ip;

	f->ip = 14 + made->tags * 4;
	f->l4 = f->ip + header;
	f->end = f->l4 + (made->protocol == TCP ? 20 : 8) + made->payload;
	f->len = f->end + made->padding;
	f->at = f->l4 + (made->protocol == TCP ? 16 : 6);
	f->data = malloc(f->len);
	assert_non_null(f->data);
	for (i = 0; i < f->len; i++)
		f->data[i] = (uint8_t)random_u32();
	for (i = 0; i < made->tags; i++)
		put16(f->data + 12 + 4 * i, tags[random_below(2)]);
	put16(f->data + f->ip - 2, made->v6 ? 0x86dd : 0x0800);
	ip = f->data + f->ip;
	if (made->v6) {
		ip[0] = 0x60 | (ip[0] & 15);
		put16(ip + 4, f->end - f->l4);
		ip[6] = (uint8_t)made->protocol;
	} else {
		ip[0] = (uint8_t)(0x40 | (5 + made->options));
		put16(ip + 2, f->end - f->ip);
		put16(ip + 6, made->fragment);
		ip[9] = (uint8_t)made->protocol;
	}
	put16(f->data + f->at, pseudo(f, made));
}

/* Filled in where the pseudo-header's sum stood, and nothing else touched. */
static void fills_in(const struct made *made)
{
	uint8_t before[HEAD];
	struct frame f;

	make(&f, made);
	assert_true(f.len <= HEAD);
	memcpy(before, f.data, f.len);
	if (complete(f.data, f.len) != 1)
		print_message("# %u tags, IPv%d, protocol %u, payload %u, "
			      "padding %u\n",
			      made->tags, made->v6 ? 6 : 4, made->protocol,
			      made->payload, made->padding);
	assert_true(is_right(&f, made));
	assert_true(read16(f.data + f.at) != 0);
	assert_memory_equal(before, f.data, f.at);
	assert_memory_equal(before + f.at + 2, f.data + f.at + 2,
			    f.len - f.at - 2);
	/* and once is enough: a right checksum stays right */
	(void)complete(f.data, f.len);
	assert_true(is_right(&f, made));
	free(f.data);
}

/* Not one byte is changed. */
static void leaves(struct frame *f)
{
	uint8_t before[HEAD];

	assert_true(f->len <= HEAD);
	memcpy(before, f->data, f->len);
	assert_int_equal(complete(f->data, f->len), 0);
	assert_memory_equal(before, f->data, f->len);
}

/* All of these, at every small size. */
static void every_kind(void **state)
{
	struct made made;
	uint32_t i;

	(void)state;
	seed_print();
	for (i = 0; i < 2 * 2 * 4 * 64; i++) {
		memset(&made, 0, sizeof(made));
		made.v6 = i & 1;
		made.protocol = i & 2 ? TCP : UDP;
		made.tags = i / 4 % 4;
		made.payload = i / 16;
		fills_in(&made);
		made.padding = 1 + random_below(50);
		fills_in(&made);
		made.fragment = 0x4000; /* may not be one */
		fills_in(&made);
		if (made.v6)
			continue;
		made.options = 1 + random_below(10);
		fills_in(&made);
	}
}

static struct made any(void)
{
	struct made made;

	memset(&made, 0, sizeof(made));
	made.v6 = (int)random_below(2);
	made.protocol = random_below(2) ? TCP : UDP;
	made.tags = random_below(3);
	made.payload = random_below(4) ? 12 + random_below(200) :
					 12 + random_below(1450);
	made.padding = random_below(2) ? random_below(60) : 0;
	made.options = made.v6 ? 0 : random_below(11);
	return made;
}

/* Right and wrong ones, and none, are not ours. */
static void others_stay(void **state)
{
	struct made made;
	struct frame f;
	uint32_t i, sum;

	(void)state;
	seed_print();
	for (i = 0; i < 3000; i++) {
		made = any();
		make(&f, &made);
		sum = read16(f.data + f.at);
		put16(f.data + f.at, 0);
		if (made.protocol == UDP)
			leaves(&f);
		put16(f.data + f.at,
		      ~slow_sum(f.data + f.l4, f.end - f.l4, sum));
		assert_true(is_right(&f, &made));
		if (read16(f.data + f.at) != sum)
			leaves(&f);
		put16(f.data + f.at, sum + 1 + random_below(0xffff));
		if (read16(f.data + f.at) != sum)
			leaves(&f);
		free(f.data);
	}
}

/* A right checksum that happens to be the pseudo-header's sum. */
static void right_by_chance(void **state)
{
	struct made made;
	struct frame f;
	uint32_t i, sum, last;

	(void)state;
	seed_print();
	for (i = 0; i < 3000; i++) {
		made = any();
		made.payload &= ~1u;
		make(&f, &made);
		sum = read16(f.data + f.at);
		/* the last two bytes make the sum of all what it is to be */
		last = f.end - 2;
		put16(f.data + last, 0);
		put16(f.data + last,
		      ~slow_sum(f.data + f.l4, f.end - f.l4, sum));
		assert_true(is_right(&f, &made));
		(void)complete(f.data, f.len);
		assert_true(is_right(&f, &made));
		free(f.data);
	}
}

/* Parts of a packet, other protocols, wrong lengths. */
static void not_ours(void **state)
{
	static const uint16_t fragments[] = { 0x2000, 0x0001, 0x1fff, 0x3fff,
					      0x6000, 0x2001, 0xa000 };
	static const uint8_t protocols[] = { 0, 1, 2, 44, 47, 50, 58, 132, 255 };
	struct made made;
	struct frame f;
	uint32_t i, n;

	(void)state;
	seed_print();
	for (i = 0; i < 200; i++) {
		made = any();
		made.v6 = 0;
		for (n = 0; n < sizeof(fragments) / 2; n++) {
			made.fragment = fragments[n];
			make(&f, &made);
			leaves(&f);
			free(f.data);
		}
		made = any();
		for (n = 0; n < sizeof(protocols); n++) {
			make(&f, &made);
			f.data[f.ip + (made.v6 ? 6 : 9)] = protocols[n];
			put16(f.data + f.at, pseudo(&f, &made));
			leaves(&f);
			free(f.data);
		}
		made = any();
		make(&f, &made);
		put16(f.data + f.ip - 2, 0x0806);
		leaves(&f);
		/* a length beyond the frame's end */
		put16(f.data + f.ip - 2, made.v6 ? 0x86dd : 0x0800);
		f.end = f.len + 1;
		put16(f.data + f.ip + (made.v6 ? 4 : 2),
		      f.end - (made.v6 ? f.l4 : f.ip));
		put16(f.data + f.at, pseudo(&f, &made));
		leaves(&f);
		free(f.data);
	}
}

/* IPv4 headers of fewer than five words, right in all but that. */
static void short_headers(void **state)
{
	struct made made;
	struct frame f;
	uint32_t words;

	(void)state;
	seed_print();
	for (words = 1; words < 5; words++) {
		made = any();
		made.v6 = 0;
		made.options = 0;
		made.protocol = TCP;
		make(&f, &made);
		f.data[f.ip] = (uint8_t)(0x40 | words);
		f.l4 = f.ip + words * 4;
		f.at = f.l4 + 16;
		put16(f.data + f.at, pseudo(&f, &made));
		leaves(&f);
		free(f.data);
	}
}

/* In 17 pieces as in one, whatever the sum of each piece carries. */
static void many_pieces(void **state)
{
	struct made made = { .protocol = UDP, .payload = 326 };
	struct netring_xdp_packet piece[17];
	struct frame f;
	uint32_t i, n, at;

	(void)state;
	seed_print();
	make(&f, &made);
	put16(f.data + f.l4 + 8, 0xffff);  /* no tunnel */
	for (n = 0, at = 0; n < 17; n++) { /* all headers in the first */
		piece[n].data = f.data + at;
		piece[n].len = n ? 20 : 48;
		at += piece[n].len;
	}
	assert_int_equal(at, f.len);
	for (i = 0; i < 0x10000; i++) {
		put16(f.data + f.at, pseudo(&f, &made));
		put16(f.data + f.end - 2, i);
		assert_int_equal(netring_xdp_complete(piece, 17), 1);
		if (!is_right(&f, &made))
			print_message("# the last word is %04x\n", i);
		assert_true(is_right(&f, &made));
	}
	free(f.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(others_stay),
		cmocka_unit_test(right_by_chance),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(short_headers),
		cmocka_unit_test(many_pieces),
	};

	return cmocka_run_group_tests_name("xdp_checksum", tests, NULL, NULL);
}
