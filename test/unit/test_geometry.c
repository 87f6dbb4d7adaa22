/* SPDX-License-Identifier: MIT */
/* test_geometry.c - ring sizes against the kernel's rules, and the reasons. */
#include "capture_ring.h"

#define KIB 1024u
#define GIB 0x40000000u

typedef struct netring_geometry_request request_t;

static const uint32_t pages[] = { 4 * KIB, 16 * KIB, 64 * KIB };

struct row {
	request_t request;
	enum netring_geometry_reason reason;
	uint32_t block_size, block_count, frame_size; /* 0: any */
};

/* page, memory, max_packet, block_size, block_count, frame_size, fixed */
static const struct row table[] = {
	{ { 4096, 0, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 65536, 8, 2048 },
	{ { 4096, 0, 0, 0, 0, 0, 1 }, NETRING_GEOMETRY_OK, 65536, 8, 2048 },
	{ { 65536, 0, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 65536, 8, 0 },
	/* at least 32 KiB a block as soon as two of them fit */
	{ { 4096, 65536, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 32768, 2, 0 },
	{ { 4096, 65535, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 4096, 15, 0 },
	{ { 4096, 8192, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 4096, 2, 0 },
	{ { 4096, 8191, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_MEMORY, 0, 0, 0 },
	{ { 4096, 4096, 0, 0, 0, 0, 1 }, NETRING_GEOMETRY_OK, 4096, 1, 2048 },
	{ { 4096, 4095, 0, 0, 0, 0, 1 }, NETRING_GEOMETRY_MEMORY, 0, 0, 0 },
	{ { 4096, 1, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_MEMORY, 0, 0, 0 },
	{ { 65536, 131071, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_MEMORY, 0, 0, 0 },
	{ { 65536, 65536, 0, 0, 0, 0, 1 }, NETRING_GEOMETRY_OK, 65536, 1, 0 },
	/* a slot for the longest packet */
	{ { 4096, 0, 9000, 0, 0, 0, 1 }, NETRING_GEOMETRY_OK, 0, 0, 9120 },
	{ { 4096, 0, 1, 0, 0, 0, 1 }, NETRING_GEOMETRY_OK, 0, 0, 128 },
	{ { 4096, 0, 65536, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 131072, 4, 0 },
	{ { 4096, 0, 65376, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 65536, 8, 0 },
	{ { 4096, 0, 65377, 0, 0, 0, 0 }, NETRING_GEOMETRY_OK, 131072, 4, 0 },
	{ { 4096, 0, 9000, 8192, 4, 0, 0 },
	  NETRING_GEOMETRY_FRAME_BLOCK,
	  0,
	  0,
	  0 },
	{ { 4096, 0, 300000, 0, 0, 0, 0 }, NETRING_GEOMETRY_MEMORY, 0, 0, 0 },
	{ { 4096, 0, GIB, 0, 0, 0, 0 }, NETRING_GEOMETRY_MEMORY, 0, 0, 0 },
	{ { 4096, 0, GIB + 1, 0, 0, 0, 0 },
	  NETRING_GEOMETRY_TOO_LARGE,
	  0,
	  0,
	  0 },
	/* what is given is taken as it is, not to be a power of two */
	{ { 4096, 0, 0, 12288, 5, 1360, 1 },
	  NETRING_GEOMETRY_OK,
	  12288,
	  5,
	  1360 },
	{ { 4096, 0, 0, 12288, 1, 0, 0 }, NETRING_GEOMETRY_OK, 12288, 1, 0 },
	{ { 4096, 0, 0, 12288, 0, 0, 0 }, NETRING_GEOMETRY_OK, 12288, 42, 0 },
	{ { 4096, 0, 0, 0, 16, 0, 0 }, NETRING_GEOMETRY_OK, 32768, 16, 0 },
	{ { 4096, 65536, 0, 0, 16, 0, 0 }, NETRING_GEOMETRY_OK, 4096, 16, 0 },
	{ { 4096, 65535, 0, 0, 16, 0, 0 }, NETRING_GEOMETRY_MEMORY, 0, 0, 0 },
	{ { 4096, 0, 1936, 0, 0, 2048, 1 }, NETRING_GEOMETRY_OK, 0, 0, 2048 },
	{ { 4096, 0, 1937, 0, 0, 2048, 1 },
	  NETRING_GEOMETRY_FRAME_BLOCK,
	  0,
	  0,
	  0 },
	{ { 4096, 0, 0, 6144, 5, 0, 0 }, NETRING_GEOMETRY_BLOCK_SIZE, 0, 0, 0 },
	{ { 16384, 0, 0, 8192, 5, 0, 0 }, NETRING_GEOMETRY_BLOCK_SIZE, 0, 0, 0 },
	{ { 4096, 0, 0, 8192, 5, 8208, 1 },
	  NETRING_GEOMETRY_FRAME_BLOCK,
	  0,
	  0,
	  0 },
	{ { 4096, 0, 0, 0, 0, 1000, 1 }, NETRING_GEOMETRY_FRAME_SIZE, 0, 0, 0 },
	{ { 4096, 0, 0, 0, 0, 112, 1 }, NETRING_GEOMETRY_FRAME_SIZE, 0, 0, 0 },
	{ { 4096, 0, 0, 0, 0, 128, 1 }, NETRING_GEOMETRY_OK, 0, 0, 128 },
	{ { 4096, 0, 0, 0, 0, 0xfffffff0, 1 },
	  NETRING_GEOMETRY_TOO_LARGE,
	  0,
	  0,
	  0 },
	{ { 2048, 0, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_PAGE_SIZE, 0, 0, 0 },
	{ { 12288, 0, 0, 0, 0, 0, 0 }, NETRING_GEOMETRY_PAGE_SIZE, 0, 0, 0 },
	{ { 4096, 0, 0, GIB, 2, 0, 0 }, NETRING_GEOMETRY_TOO_LARGE, 0, 0, 0 },
	{ { 4096, 0, 0, GIB, 1, 0, 0 }, NETRING_GEOMETRY_OK, GIB, 1, 0 },
	{ { 4096, 0, 0, 65536, 65536, 0, 0 },
	  NETRING_GEOMETRY_TOO_LARGE,
	  0,
	  0,
	  0 },
	{ { 4096, 0, 0, 65536, 0xffffffff, 0, 0 },
	  NETRING_GEOMETRY_TOO_LARGE,
	  0,
	  0,
	  0 },
	{ { 4096, 2 * GIB - 1, 0, 0, 0, 0, 0 },
	  NETRING_GEOMETRY_OK,
	  KIB *KIB,
	  2047,
	  0 },
	{ { 4096, 2 * GIB + 1, 0, 0, 0, 0, 0 },
	  NETRING_GEOMETRY_TOO_LARGE,
	  0,
	  0,
	  0 },
};

static void print_request(const request_t *r)
{
	print_message("# page %#x memory %#x max_packet %#x block %#x * %#x "
		      "frame %#x fixed %d\n",
		      r->page_size, r->memory, r->max_packet, r->block_size,
		      r->block_count, r->frame_size, r->fixed_slots);
}

static void table_of_cases(void **state)
{
	struct netring_geometry g;
	const struct row *row;
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		row = &table[i];
		r = netring_geometry_compute(&g, &row->request);
		if (g.reason != row->reason)
			print_request(&row->request);
		assert_int_equal(g.reason, row->reason);
		assert_int_equal(r, row->reason ? -EINVAL : 0);
		if (row->block_size)
			assert_int_equal(g.block_size, row->block_size);
		if (row->block_count)
			assert_int_equal(g.block_count, row->block_count);
		if (row->frame_size)
			assert_int_equal(g.frame_size, row->frame_size);
	}
}

/* What packet_set_ring() and mmap() of the kernel ask for, and we promise. */
static int valid(const request_t *r, const struct netring_geometry *g)
{
	uint32_t page = r->page_size ? r->page_size : (uint32_t)getpagesize();
	uint64_t ring = (uint64_t)g->block_size * g->block_count;
	uint32_t memory = r->memory ? r->memory : 512 * KIB;
	uint32_t room = r->fixed_slots ? g->frame_size : g->block_size - 48;

	return g->block_size % page == 0 && g->frame_size % 16 == 0 &&
	       g->frame_size >= 68 + 16 && g->frame_size <= g->block_size &&
	       (uint64_t)(g->block_size / g->frame_size) * g->block_count ==
		       g->frame_count &&
	       g->frame_count && ring < 2ull * GIB &&
	       /* the budget, where a size comes from it */
	       ((r->block_count && r->block_size) || ring <= memory) &&
	       (!r->block_size || g->block_size == r->block_size) &&
	       (!r->block_count || g->block_count == r->block_count) &&
	       (!r->frame_size || g->frame_size == r->frame_size) &&
	       (r->block_size || !(g->block_size & (g->block_size - 1))) &&
	       room >= (r->max_packet ? r->max_packet + 112ull : 0) &&
	       (r->block_count || r->fixed_slots || g->block_count >= 2) &&
	       (r->block_count || !r->fixed_slots || g->frame_count >= 2);
}

/* Is it so? Computed another way, in 64 bits. */
static int true_reason(const request_t *r, enum netring_geometry_reason reason)
{
	uint64_t page = r->page_size ? r->page_size : (uint32_t)getpagesize();
	uint64_t memory = r->memory ? r->memory : 512 * KIB;
	uint64_t frame = r->frame_size, need, least = page, count;

	if (!frame)
		frame = r->fixed_slots && r->max_packet ?
				((uint64_t)r->max_packet + 112 + 15) / 16 * 16 :
				2048;
	need = frame;
	if (!r->fixed_slots && r->max_packet + 160ull > need)
		need = r->max_packet + 160ull;
	while (least < need)
		least *= 2;
	if (r->block_size)
		least = r->block_size;
	count = r->block_count ? r->block_count : memory / least;
	switch (reason) {
	case NETRING_GEOMETRY_PAGE_SIZE:
		return page < 4096 || page & (page - 1);
	case NETRING_GEOMETRY_BLOCK_SIZE:
		return r->block_size && r->block_size % page;
	case NETRING_GEOMETRY_FRAME_SIZE:
		return frame % 16 || frame < 128;
	case NETRING_GEOMETRY_FRAME_BLOCK:
		return (r->block_size && r->block_size < need) ||
		       (r->fixed_slots && r->max_packet &&
			r->max_packet + 112ull > frame);
	case NETRING_GEOMETRY_MEMORY:
		if (r->block_count)
			return !r->block_size && least * count > memory;
		return !count ||
		       (count < 2 && (!r->fixed_slots || least < 2 * frame));
	case NETRING_GEOMETRY_TOO_LARGE:
		return memory >= 2ull * GIB || need > GIB ||
		       r->max_packet > GIB || least * count >= 2ull * GIB;
	default:
		return 0;
	}
}

static void random_request(request_t *r)
{
	memset(r, 0, sizeof(*r));
	r->page_size = random_below(9) ? pages[random_below(3)] : random_size();
	r->memory = random_below(4) ? random_size() : 0;
	r->max_packet = random_below(2) ? random_size() : 0;
	r->block_size = random_below(3) ? 0 : random_size();
	if (random_below(2))
		r->block_size &= ~0xfffu;
	r->block_count = random_below(3) ? 0 : random_size();
	r->frame_size = random_below(3) ? 0 : random_size();
	if (random_below(2))
		r->frame_size &= ~0xfu;
	r->fixed_slots = (int)random_below(2);
}

static void random_requests(void **state)
{
	struct netring_geometry g, again;
	uint32_t count[NETRING_GEOMETRY_TOO_LARGE + 1] = { 0 };
	request_t r;
	uint32_t i;
	int result;

	(void)state;
	seed_print();
	for (i = 0; i < 200000; i++) {
		random_request(&r);
		memset(&g, 0xa5, sizeof(g));
		result = netring_geometry_compute(&g, &r);
		assert_true(g.reason <= NETRING_GEOMETRY_TOO_LARGE);
		count[g.reason]++;
		assert_int_equal(result, g.reason ? -EINVAL : 0);
		if (result ? !true_reason(&r, g.reason) : !valid(&r, &g)) {
			print_request(&r);
			fail_msg("block %#x * %#x frame %#x * %#x: %s",
				 g.block_size, g.block_count, g.frame_size,
				 g.frame_count,
				 netring_geometry_explain(g.reason));
		}
		memset(&again, 0x5a, sizeof(again));
		assert_int_equal(netring_geometry_compute(&again, &r), result);
		assert_memory_equal(&g, &again, sizeof(g));
	}
	for (i = 0; i <= NETRING_GEOMETRY_TOO_LARGE; i++) {
		print_message("# %6u %s\n", count[i],
			      netring_geometry_explain(i));
		assert_true(count[i] > 100);
	}
}

/* More memory never turns success to failure. */
static void monotone(void **state)
{
	struct netring_geometry g;
	request_t r;
	uint32_t i, n, tried = 0;

	(void)state;
	for (i = 0; i < 20000; i++) {
		random_request(&r);
		r.page_size = pages[i % 3];
		r.memory %= 2 * GIB - 1;
		if (!r.memory || netring_geometry_compute(&g, &r) < 0)
			continue;
		for (n = 0; n < 20; n++, tried++) {
			r.memory += random_below(2 * GIB - 1 - r.memory) >>
				    random_below(30);
			if (netring_geometry_compute(&g, &r) < 0) {
				print_request(&r);
				fail_msg("%s",
					 netring_geometry_explain(g.reason));
			}
		}
	}
	assert_true(tried > 10000);
}

/* A zero page size is this machine's. */
static void this_machine(void **state)
{
	struct netring_geometry g, same;
	request_t r = { .memory = 100000 };

	(void)state;
	assert_int_equal(netring_geometry_compute(&g, &r), 0);
	r.page_size = (uint32_t)getpagesize();
	assert_int_equal(netring_geometry_compute(&same, &r), 0);
	assert_memory_equal(&g, &same, sizeof(g));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_of_cases),
		cmocka_unit_test(random_requests),
		cmocka_unit_test(monotone),
		cmocka_unit_test(this_machine),
	};

	return cmocka_run_group_tests_name("geometry", tests, NULL, NULL);
}
