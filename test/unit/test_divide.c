/* SPDX-License-Identifier: MIT */
/* test_divide.c - our division against the compiler's. */
#include "capture_ring.h"

#include "divide.h"

static void same(uint64_t n, uint32_t by)
{
	uint32_t rest = 0xa5a5a5a5;
	uint64_t result = netring_divide_(n, by, &rest);

	if (result != n / by || rest != n % by)
		print_message("# %llu / %u\n", (unsigned long long)n, by);
	assert_int_equal(result, n / by);
	assert_int_equal(rest, n % by);
	assert_int_equal(netring_divide_(n, by, NULL), n / by);
}

/* 0, all ones, and what is next to each power of two, by the same. */
static void edges(void **state)
{
	uint32_t i, j;
	int a, b;

	(void)state;
	for (i = 0; i < 64; i++)
		for (a = -2; a <= 2; a++)
			for (j = 0; j < 32; j++)
				for (b = -2; b <= 2; b++)
					if ((1u << j) + (uint32_t)b)
						same((UINT64_C(1) << i) +
							     (uint64_t)a,
						     (1u << j) + (uint32_t)b);
	same(UINT64_MAX, 1);
	same(UINT64_MAX, 10);
	same(UINT64_MAX, UINT32_MAX);
	same(UINT64_MAX - 1, UINT32_MAX);
	/* what is left may need 33 bits on the way */
	same(UINT64_MAX, 0x80000001);
	same(UINT64_MAX - 5, 0xfffffffe);
}

static void random_numbers(void **state)
{
	uint32_t i, by;
	uint64_t n;

	(void)state;
	for (i = 0; i < 300000; i++) {
		n = (uint64_t)random_u32() << 32 | random_u32();
		n >>= random_below(64);
		by = random_u32() >> random_below(32);
		same(n, by ? by : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges),
		cmocka_unit_test(random_numbers),
	};

	seed_print();
	return cmocka_run_group_tests_name("divide", tests, NULL, NULL);
}
