/* SPDX-License-Identifier: MIT */
/* test_segment.c - every kind of super-frame is cut into its very frames. */
#include "capture_ring.h"
#include "super.h"

#include <stdlib.h>

static uint8_t room[SUPER_MOST];

/* A frame in memory of that very length, for the sanitizer. */
static uint8_t *copy_of(const struct super *super, uint32_t number,
			uint32_t *len)
{
	const uint8_t *at = super_build(room, super, number, len);
	uint8_t *copy = malloc(*len);

	assert_non_null(copy);
	memcpy(copy, at, *len);
	return copy;
}

static void tell(const struct super *s, uint32_t number)
{
	print_message("# front %u, tunnel %u, %u tags, inner tag %d, IPv%d in "
		      "IPv%d, %s, %u options, routing %d, segments of %u, %u "
		      "bytes, unmarked %d; frame %u\n",
		      s->front, s->tunnel, s->tags, s->inner_tag,
		      s->inner6 ? 6 : 4, s->outer6 ? 6 : 4,
		      s->udp ? "UDP" : "TCP", s->options, s->routing, s->size,
		      s->payload, s->unmarked, number);
}

/* As a device does it that is told so by @vnet. */
static void complete(uint8_t *frame, uint32_t len,
		     const struct netring_vnet *vnet)
{
	uint32_t start = vnet->csum_start, at = start + vnet->csum_offset, sum;

	assert_int_equal(vnet->flags, 1);
	assert_int_equal(vnet->gso_type, 0);
	assert_int_equal(vnet->gso_size, 0);
	sum = ~super_sum(frame + start, len - start, 0) & 0xffff;
	if (!sum && vnet->csum_offset == 6)
		sum = 0xffff;
	frame[at] = (uint8_t)(sum >> 8);
	frame[at + 1] = (uint8_t)sum;
}

static void cut(struct netring_segment *seg, const struct super *super,
		int leave)
{
	uint32_t i, len, count = super_count(super);
	struct netring_vnet vnet;
	uint8_t *want, *slot;
	int r;

	for (i = 0; i < count; i++) {
		assert_int_equal(netring_segment_left(seg), count - i);
		want = copy_of(super, i, &len);
		slot = malloc(len);
		assert_non_null(slot);
		assert_int_equal(netring_segment_longest(seg), len);
		assert_int_equal(netring_segment_next(seg, slot, len - 1, NULL),
				 -EMSGSIZE);
		memset(&vnet, 0, sizeof(vnet));
		r = netring_segment_next(seg, slot, len, leave ? &vnet : NULL);
		assert_int_equal(r, len);
		if (leave)
			complete(slot, len, &vnet);
		if (memcmp(slot, want, len))
			tell(super, i);
		assert_memory_equal(slot, want, len);
		free(slot);
		free(want);
	}
	assert_int_equal(netring_segment_left(seg), 0);
	assert_int_equal(netring_segment_next(seg, room, sizeof(room), NULL),
			 0);
}

/* Is it described where it can be, and its frames are right either way? */
static void check(const struct super *super)
{
	int plain = super->tunnel == SUPER_BARE && super_count(super) > 1 &&
		    super->front <= SUPER_RAW;
	struct netring_segment seg, again;
	struct netring_vnet vnet, before;
	uint32_t len;
	uint8_t *whole = copy_of(super, SUPER_WHOLE, &len);
	int r;

	if (plain && super->keeps_id && !super->outer6 && !super->id[0])
		plain = 0;
	super_vnet(super, len, &vnet);
	before = vnet;
	r = netring_segment_init(&seg, whole, len, super_link(super), &vnet);
	if (r != plain)
		tell(super, SUPER_WHOLE);
	assert_int_equal(r, plain);
	if (!r || !super->unmarked)
		assert_memory_equal(&vnet, &before, sizeof(vnet));
	again = seg;
	cut(&seg, super, 0);
	cut(&again, super, 1);
	free(whole);
}

/* TCP and UDP, IPv4 and IPv6 in each other, in all that carries them. */
static void every_kind(void **state)
{
	static const struct {
		uint32_t size, payload;
	} sizes[] = {
		{ 1, 2 },      { 7, 20 },      { 64, 128 },
		{ 536, 1608 }, { 1001, 4500 }, { 1448, 1449 },
	};
	struct super s;
	uint32_t i, n;

	(void)state;
	for (i = 0; i < SUPER_TUNNELS * 2 * 2 * 2 * 3 * 6; i++) {
		memset(&s, 0, sizeof(s));
		n = i;
		s.tunnel = (enum super_tunnel)(n % SUPER_TUNNELS);
		n /= SUPER_TUNNELS;
		s.outer6 = n & 1;
		s.inner6 = n >> 1 & 1;
		s.udp = n >> 2 & 1;
		s.tags = n / 8 % 3;
		s.size = sizes[n / 24].size;
		s.payload = sizes[n / 24].payload;
		s.options = i % 4;
		s.tcp_options = i % 7;
		s.routing = i % 5 == 0;
		s.inner_tag = i % 2;
		s.tcp_flags = (uint8_t)(i % 3 ? 0x10 : 0xd9);
		s.id[0] = (uint16_t)(i % 11 ? 0xfffe : 0);
		s.id[1] = (uint16_t)(i % 13 ? 0x1234 : 0);
		s.keeps_id = !s.udp;
		check(&s);
	}
}

/* Anything, up to what fits into 64 KiB. */
static void random_kinds(void **state)
{
	struct super s;
	uint32_t i;

	(void)state;
	seed_print();
	for (i = 0; i < 400; i++) {
		memset(&s, 0, sizeof(s));
		s.front = (enum super_front)random_below(4);
		s.tunnel = (enum super_tunnel)random_below(SUPER_TUNNELS);
		s.tags = s.front == SUPER_RAW ? 0 : random_below(3);
		s.inner_tag = (int)random_below(2);
		s.outer6 = (int)random_below(2);
		s.inner6 = (int)random_below(2);
		s.udp = (int)random_below(2);
		s.options = random_below(4);
		s.tcp_options = random_below(11);
		s.routing = random_below(2) == 0;
		s.tcp_flags = (uint8_t)random_u32();
		s.size = 1 + random_below(9000);
		s.payload = 1 + random_below(random_below(2) ? 9000 : 64000);
		if (s.payload / s.size > 500)
			s.size = 500;
		s.id[0] = (uint16_t)random_u32();
		s.id[1] = (uint16_t)random_u32();
		s.keeps_id = !s.udp;
		check(&s);
	}
}

/* rx-gro-list: no checksum is left to the device, which the kernel demands. */
static void unmarked(void **state)
{
	struct netring_segment seg;
	struct netring_vnet vnet, want_vnet;
	uint8_t *whole, *want;
	struct super s;
	uint32_t i, len;

	(void)state;
	for (i = 0; i < 8 * SUPER_TUNNELS; i++) {
		memset(&s, 0, sizeof(s));
		s.outer6 = i & 1;
		s.inner6 = i >> 1 & 1;
		s.udp = i >> 2 & 1;
		s.tunnel = (enum super_tunnel)(i / 8);
		s.size = 1000;
		s.payload = 2345;
		s.unmarked = 1;
		/* the outer datagrams are what has been merged then */
		if (s.udp && s.tunnel >= SUPER_VXLAN)
			continue;
		check(&s);
		if (s.tunnel != SUPER_BARE)
			continue;
		whole = copy_of(&s, SUPER_WHOLE, &len);
		super_vnet(&s, len, &vnet);
		assert_int_equal(
			netring_segment_init(&seg, whole, len, 14, &vnet), 1);
		s.unmarked = 0;
		want = copy_of(&s, SUPER_WHOLE, &len);
		super_vnet(&s, len, &want_vnet);
		assert_memory_equal(&vnet, &want_vnet, sizeof(vnet));
		assert_memory_equal(whole, want, len);
		free(want);
		free(whole);
	}
}

/* UDP over IPv6 of almost 64 KiB, nothing marked: what is left to the device
 * is the sum of addresses, length and protocol, with the carry of these. */
static void longest(void **state)
{
	static const struct netring_vnet plain = { 0, 5, 0, 1400, 0, 0 };
	static uint8_t frame[54 + 65535];
	struct netring_segment seg;
	struct netring_vnet vnet;
	uint32_t l4, sum;

	(void)state;
	for (l4 = 65500; l4 <= 65535; l4++) {
		memset(frame, 0, sizeof(frame));
		memcpy(frame + 12, "\x86\xdd\x60", 3);
		frame[18] = (uint8_t)(l4 >> 8);
		frame[19] = (uint8_t)l4;
		frame[20] = 17;
		memset(frame + 22, 0x11, 32);
		vnet = plain;
		assert_int_equal(netring_segment_init(&seg, frame, 54 + l4, 14,
						      &vnet),
				 1);
		sum = super_sum(frame + 22, 32, 17 + l4);
		sum = (sum & 0xffff) + (sum >> 16);
		sum = (sum & 0xffff) + (sum >> 16);
		assert_int_equal(vnet.csum_start, 54);
		assert_int_equal(frame[60] << 8 | frame[61], sum);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(random_kinds),
		cmocka_unit_test(unmarked),
		cmocka_unit_test(longest),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
