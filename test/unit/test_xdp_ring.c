/* SPDX-License-Identifier: MIT */
/* test_xdp_ring.c - seek, peek and commit on rings of AF_XDP. */
#include "xdp_model.h"

/* The four rings: what each is made of, and who produces. */
static const struct kind {
	size_t slot_size;
	int ours;
} kinds[] = {
	{ sizeof(uint64_t), 1 },		/* fill */
	{ sizeof(struct netring_xdp_desc), 0 }, /* rx */
	{ sizeof(struct netring_xdp_desc), 1 }, /* tx */
	{ sizeof(uint64_t), 0 },		/* completion */
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct netring_xdp_ring ring;
static struct xdp_shared shared;

static void make(const struct kind *kind, uint32_t slots, uint32_t start)
{
	xdp_ring_make(&ring, &shared, slots, kind->slot_size, start,
		      kind->ours);
}

/* The kernel's index, which for a ring of ours frees slots. */
static uint32_t *peer(void)
{
	return ring.lead_ ? &shared.indices->consumer :
			    &shared.indices->producer;
}

static uint32_t own(void)
{
	return ring.lead_ ? shared.indices->producer : shared.indices->consumer;
}

static uint8_t *slot(const struct kind *kind, uint32_t i)
{
	return kind->slot_size == sizeof(uint64_t) ?
		       (uint8_t *)netring_xdp_ring_address(&ring, i) :
		       (uint8_t *)netring_xdp_ring_desc(&ring, i);
}

/* Where the kernel looks for the slot of an index. */
static uint8_t *place(const struct kind *kind, uint32_t index)
{
	return (uint8_t *)shared.slots +
	       (index & (shared.size - 1)) * kind->slot_size;
}

/* As many slots as the ring has, or as the kernel filled. */
static void new_rings(void **state)
{
	uint32_t slots, i;

	(void)state;
	for (slots = 1; slots <= 32768; slots *= 2)
		for (i = 0; i < KINDS; i++) {
			make(&kinds[i], slots, 0);
			assert_int_equal(netring_xdp_ring_seek(&ring, 1),
					 kinds[i].ours ? slots : 0);
			assert_int_equal(netring_xdp_ring_seek(&ring,
							       UINT32_MAX),
					 kinds[i].ours ? slots : 0);
			assert_int_equal(own(), 0);
			xdp_ring_free(&shared);
		}
}

/* The kernel is asked only when what is known is less than what is wanted. */
static void cached_edge(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < KINDS; i++) {
		make(&kinds[i], 8, UINT32_MAX - 3);
		if (!kinds[i].ours)
			*peer() += 5;
		else
			*peer() -= 3; /* three of eight are not taken yet */
		assert_int_equal(netring_xdp_ring_seek(&ring, 0), 0);
		assert_int_equal(netring_xdp_ring_seek(&ring, 1), 5);
		*peer() += 2;
		assert_int_equal(netring_xdp_ring_seek(&ring, 1), 5);
		assert_int_equal(netring_xdp_ring_seek(&ring, 5), 5);
		netring_xdp_ring_commit(&ring, 2);
		assert_int_equal(netring_xdp_ring_seek(&ring, 3), 3);
		assert_int_equal(netring_xdp_ring_seek(&ring, 4), 5);
		assert_int_equal(netring_xdp_ring_seek(&ring, 0), 5);
		netring_xdp_ring_commit(&ring, 5);
		assert_int_equal(netring_xdp_ring_seek(&ring, 0), 0);
		assert_int_equal(netring_xdp_ring_seek(&ring, 1), 0);
		xdp_ring_free(&shared);
	}
}

/* The i-th slot is the one that the kernel takes for the i-th, across the
 * ring's end and that of the numbers. */
static void places(void **state)
{
	uint32_t i, n, step, start;

	(void)state;
	for (i = 0; i < KINDS; i++)
		for (start = UINT32_MAX - 20; start != 20; start++) {
			make(&kinds[i], 8, start);
			if (!kinds[i].ours)
				*peer() += 8;
			assert_int_equal(netring_xdp_ring_seek(&ring, 8), 8);
			for (n = 0; n < 8; n++)
				assert_ptr_equal(slot(&kinds[i], n),
						 place(&kinds[i], start + n));
			for (step = 1; step <= 3; step++) {
				netring_xdp_ring_commit(&ring, step);
				assert_int_equal(own(),
						 start + step * (step + 1) / 2);
				assert_ptr_equal(slot(&kinds[i], 0),
						 place(&kinds[i], own()));
			}
			assert_int_equal(netring_xdp_ring_seek(&ring, 0), 2);
			assert_int_equal(netring_xdp_ring_seek(&ring, 3), 2);
			xdp_ring_free(&shared);
		}
}

/* Producing until it is full and consuming until it is empty, 100 times, with
 * what is in the slots; the indices pass zero on the way. */
static void round_and_round(void **state)
{
	uint32_t i, round, n, sum = 0, count;
	uint64_t *address;

	(void)state;
	seed_print();
	for (i = 0; i < KINDS; i += 3) {
		make(&kinds[i], 8, UINT32_MAX - 200);
		for (round = 0; round < 100; round++) {
			count = 1 + random_below(8);
			if (!kinds[i].ours) {
				for (n = 0; n < count; n++)
					assert_true(xdp_give(&shared, sum + n));
				assert_int_equal(
					netring_xdp_ring_seek(&ring, 8), count);
			} else {
				assert_int_equal(
					netring_xdp_ring_seek(&ring, 8), 8);
			}
			for (n = 0; n < count; n++) {
				address = netring_xdp_ring_address(&ring, n);
				if (kinds[i].ours)
					*address = sum + n;
				assert_int_equal(*address, sum + n);
			}
			netring_xdp_ring_commit(&ring, count);
			for (n = 0; kinds[i].ours && n < count; n++)
				assert_int_equal(xdp_take(&shared), sum + n);
			sum += count;
			assert_int_equal(xdp_waiting(&shared), 0);
		}
		assert_true(own() < 1000); /* it was passed */
		xdp_ring_free(&shared);
	}
}

/* An index that cannot be changes nothing, nor does one that takes back what it
 * gave; and neither is any harm once it is right. */
static void hostile_indices(void **state)
{
	static const uint32_t starts[] = { 0, 5, 0x7fffffff, UINT32_MAX - 2 };
	uint32_t i, s, have, before, right, n, bad;

	(void)state;
	seed_print();
	for (i = 0; i < KINDS; i++)
		for (s = 0; s < sizeof(starts) / sizeof(starts[0]); s++) {
			make(&kinds[i], 8, starts[s]);
			if (!kinds[i].ours)
				*peer() += 4;
			have = netring_xdp_ring_seek(&ring, UINT32_MAX);
			assert_int_equal(have, kinds[i].ours ? 8 : 4);
			netring_xdp_ring_commit(&ring, 4);
			right = *peer();
			before = have - 4;
			for (n = 0; n < 2000; n++) {
				bad = random_below(2) ?
					      random_size() :
					      right - 20 + random_below(40);
				*peer() = bad;
				have = netring_xdp_ring_seek(&ring, UINT32_MAX);
				assert_true(have <= 8);
				bad += kinds[i].ours ? 8 - own() : 0 - own();
				assert_int_equal(have,
						 bad <= 8 && bad > before ?
							 bad :
							 before);
				before = have;
				assert_int_equal(
					netring_xdp_ring_seek(&ring, 0), have);
			}
			/* all that it may ever have given, taken */
			netring_xdp_ring_commit(&ring, have);
			*peer() = right + have;
			assert_int_equal(netring_xdp_ring_seek(&ring,
							       UINT32_MAX),
					 kinds[i].ours ? 4 : 0);
			assert_int_equal(own(), starts[s] + 4 + have);
			xdp_ring_free(&shared);
		}
}

/* What was committed and not taken, across zero. */
static void waiting(void **state)
{
	uint32_t n;

	(void)state;
	make(&kinds[2], 8, UINT32_MAX - 1);
	assert_int_equal(netring_xdp_ring_waiting(&ring), 0);
	assert_int_equal(netring_xdp_ring_seek(&ring, 8), 8);
	netring_xdp_ring_commit(&ring, 8);
	for (n = 8; n; n--) {
		assert_int_equal(netring_xdp_ring_waiting(&ring), n);
		++*peer();
	}
	assert_int_equal(netring_xdp_ring_waiting(&ring), 0);
	xdp_ring_free(&shared);
}

/* XDP_RING_NEED_WAKEUP, and no other bit. */
static void need_wakeup(void **state)
{
	uint32_t i;

	(void)state;
	for (i = 0; i < KINDS; i++) {
		make(&kinds[i], 1, 0);
		assert_int_equal(netring_xdp_ring_sleeps(&ring), 0);
		shared.indices->flags = 1;
		assert_int_equal(netring_xdp_ring_sleeps(&ring), 1);
		shared.indices->flags = 0xfffffffe;
		assert_int_equal(netring_xdp_ring_sleeps(&ring), 0);
		shared.indices->flags = UINT32_MAX;
		assert_int_equal(netring_xdp_ring_sleeps(&ring), 1);
		xdp_ring_free(&shared);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_rings),
		cmocka_unit_test(cached_edge),
		cmocka_unit_test(places),
		cmocka_unit_test(round_and_round),
		cmocka_unit_test(hostile_indices),
		cmocka_unit_test(waiting),
		cmocka_unit_test(need_wakeup),
	};

	return cmocka_run_group_tests_name("xdp_ring", tests, NULL, NULL);
}
