/* SPDX-License-Identifier: MIT */
/* test_segment_wrong.c - super-frames that are none, or of another kind. */
/* netring-test: fuller */
#include "capture_ring.h"
#include "rounds.h"
#include "super.h"

#include <stdlib.h>

static uint8_t room[SUPER_MOST];

/* A super-frame in memory of its length, for the sanitizer, and its header. */
struct whole {
	struct super super;
	uint8_t *data;
	uint32_t len;
	struct netring_vnet vnet;
};

static void make(struct whole *w, enum super_tunnel tunnel, int udp)
{
	const uint8_t *at;

	memset(w, 0, sizeof(*w));
	w->super.tunnel = tunnel;
	w->super.udp = udp;
	w->super.size = 1000;
	w->super.payload = 2500;
	w->super.id[0] = w->super.id[1] = 7;
	at = super_build(room, &w->super, SUPER_WHOLE, &w->len);
	super_vnet(&w->super, w->len, &w->vnet);
	w->data = malloc(w->len);
	assert_non_null(w->data);
	memcpy(w->data, at, w->len);
}

static int init(struct whole *w)
{
	struct netring_segment seg;

	return netring_segment_init(&seg, w->data, w->len, 14, &w->vnet);
}

/* As it is, but for one byte at @at. */
static void byte(enum super_tunnel tunnel, int udp, uint32_t at, uint8_t value,
		 int want)
{
	struct whole w;

	make(&w, tunnel, udp);
	w.data[at] = value;
	if (init(&w) != want)
		print_message("# tunnel %u, byte %u\n", tunnel, at);
	assert_int_equal(init(&w), want);
	free(w.data);
}

static void headers(void **state)
{
	(void)state;
	byte(SUPER_BARE, 0, 14, 0x45, 1);
	byte(SUPER_BARE, 0, 14, 0x44, -EINVAL);
	byte(SUPER_BARE, 0, 14, 0x55, -EINVAL);
	byte(SUPER_BARE, 0, 14, 0x65, -EOPNOTSUPP);
	byte(SUPER_BARE, 0, 20, 0x60, -EINVAL);	  /* more fragments */
	byte(SUPER_BARE, 0, 21, 0x01, -EINVAL);	  /* a fragment */
	byte(SUPER_BARE, 0, 23, 17, -EINVAL);	  /* UDP, and TCP is cut */
	byte(SUPER_BARE, 0, 23, 50, -EOPNOTSUPP); /* ESP */
	byte(SUPER_BARE, 0, 46, 0x40, -EINVAL);	  /* a TCP header of 16 bytes */
	byte(SUPER_BARE, 1, 23, 6, -EOPNOTSUPP);
	byte(SUPER_IPIP, 0, 34, 0x44, -EINVAL);
	byte(SUPER_IPIP, 0, 35, 0x00, 0);
	byte(SUPER_IPIP, 0, 40, 0x20, -EINVAL);	 /* a fragment inside */
	byte(SUPER_IPIP, 0, 43, 4, -EOPNOTSUPP); /* a tunnel inside */
	byte(SUPER_IPIP, 0, 43, 47, -EOPNOTSUPP);
	byte(SUPER_GRE, 0, 34, 0x10, -EOPNOTSUPP); /* numbered */
	byte(SUPER_GRE, 0, 34, 0x40, -EOPNOTSUPP); /* routed */
	byte(SUPER_GRE, 0, 35, 0x01, -EOPNOTSUPP); /* PPTP */
	byte(SUPER_GRE, 0, 23, 115, -EOPNOTSUPP);  /* L2TP */
	byte(SUPER_VXLAN, 0, 66, 0xff, -EINVAL);   /* no length fits */
}

/* One tunnel more than can be cut, each where the inner TCP header is. */
static void two_tunnels(void **state)
{
	struct whole w;
	uint32_t i;

	(void)state;
	for (i = SUPER_IPIP; i < SUPER_TUNNELS; i++) {
		make(&w, (enum super_tunnel)i, 0);
		w.data = realloc(w.data, w.len + 20);
		assert_non_null(w.data);
		memmove(w.data + 34, w.data + 14, w.len - 14);
		w.len += 20;
		w.data[16] = (uint8_t)((w.len - 14) >> 8);
		w.data[17] = (uint8_t)(w.len - 14);
		w.data[23] = 4; /* IP in IP in front of all */
		w.vnet.csum_start = (uint16_t)(w.vnet.csum_start + 20);
		assert_int_equal(init(&w), -EOPNOTSUPP);
		w.vnet.flags = 0; /* and where nothing says how deep it is */
		assert_int_equal(init(&w), -EOPNOTSUPP);
		free(w.data);
	}
}

static void vnet_headers(void **state)
{
	static const struct {
		uint8_t flags, type;
		uint16_t size;
		int start, r;
	} wrong[] = {
		{ 1, 1, 1000, 0, 1 },
		{ 0, 1, 1000, 0, 1 },
		{ 1, 0x81, 1000, 0, 1 },
		{ 1, 0, 1000, 0, -EOPNOTSUPP },
		{ 1, 3, 1000, 0, -EOPNOTSUPP },
		{ 1, 2, 1000, 0, -EOPNOTSUPP },
		{ 1, 0x21, 1000, 0, -EOPNOTSUPP },
		{ 1, 4, 1000, 0, -EINVAL },
		{ 1, 5, 1000, 0, -EOPNOTSUPP },
		{ 1, 1, 0, 0, -EINVAL },
		{ 1, 1, 65535, 0, -EINVAL },
		{ 1, 1, 2500, 0, 0 },
		{ 1, 1, 2499, 0, 1 },
		{ 1, 1, 1000, 1, -EOPNOTSUPP },
		{ 1, 1, 1000, -20, -EOPNOTSUPP },
		{ 1, 1, 1000, 60000, -EOPNOTSUPP },
	};
	struct whole w;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		make(&w, SUPER_BARE, 0);
		w.vnet.flags = wrong[i].flags;
		w.vnet.gso_type = wrong[i].type;
		w.vnet.gso_size = wrong[i].size;
		w.vnet.csum_start =
			(uint16_t)(w.vnet.csum_start + wrong[i].start);
		if (init(&w) != wrong[i].r)
			print_message("# line %u\n", i);
		assert_int_equal(init(&w), wrong[i].r);
		free(w.data);
	}
}

/* Every length of every kind, none of which is read beyond. */
static void shortened(void **state)
{
	struct netring_segment seg;
	uint32_t i, len, bytes;
	struct whole w;
	uint8_t *cut;

	(void)state;
	for (i = 0; i < SUPER_TUNNELS * 2; i++) {
		make(&w, (enum super_tunnel)(i / 2), i & 1);
		bytes = w.len - w.super.payload;
		for (len = 0; len < bytes + 8; len++) {
			cut = malloc(len ? len : 1);
			assert_non_null(cut);
			memcpy(cut, w.data, len);
			if (len <= bytes)
				assert_true(netring_segment_init(&seg, cut, len,
								 14,
								 &w.vnet) < 0);
			else
				(void)netring_segment_init(&seg, cut, len, 14,
							   &w.vnet);
			free(cut);
		}
		free(w.data);
	}
}

/* Cut whatever can be; nothing is read or written beyond its memory. */
static void cut_all(const struct whole *w, uint32_t link)
{
	struct netring_vnet vnet = w->vnet, left;
	struct netring_segment seg;
	uint32_t n, most = 0, len;
	uint8_t *slot;
	int r;

	r = netring_segment_init(&seg, w->data, w->len, link, &vnet);
	if (r < 0)
		return;
	n = netring_segment_left(&seg);
	while (most++ < n) {
		len = netring_segment_longest(&seg);
		slot = malloc(len);
		assert_non_null(slot);
		memset(&left, 0, sizeof(left));
		r = netring_segment_next(&seg, slot, len,
					 most & 1 ? &left : NULL);
		assert_int_equal(r, len);
		free(slot);
	}
	assert_int_equal(netring_segment_next(&seg, NULL, 0, NULL), 0);
}

static void damaged(void **state)
{
	struct whole w;
	uint32_t i, n, at, rounds = rounds_of(30000);

	(void)state;
	seed_print();
	for (i = 0; i < rounds; i++) {
		make(&w, (enum super_tunnel)random_below(SUPER_TUNNELS),
		     (int)random_below(2));
		for (n = random_below(4); n; n--) {
			at = random_below(w.len < 130 ? w.len : 130);
			w.data[at] = (uint8_t)random_u32();
		}
		if (random_below(4) == 0) {
			w.vnet.flags = (uint8_t)random_below(4);
			w.vnet.gso_size = (uint16_t)random_below(70);
			w.vnet.csum_start = (uint16_t)random_below(200);
		}
		cut_all(&w, random_below(4) ? 14 : 2 * random_below(15));
		free(w.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers),	cmocka_unit_test(two_tunnels),
		cmocka_unit_test(vnet_headers), cmocka_unit_test(shortened),
		cmocka_unit_test(damaged),
	};

	return cmocka_run_group_tests_name("segment_wrong", tests, NULL, NULL);
}
