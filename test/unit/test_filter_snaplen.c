/* SPDX-License-Identifier: MIT */
/* test_filter_snaplen.c - lower the snapshot length of a classic program. */
#include "capture_ring.h"

#define RET_K(n)           \
	{                  \
		6, 0, 0, n \
	}
#define RET_A                 \
	{                     \
		0x16, 0, 0, 0 \
	}
#define LOAD(n)               \
	{                     \
		0x28, 0, 0, n \
	}
#define JUMP(n, t, f)         \
	{                     \
		0x15, t, f, n \
	}

static const struct row {
	struct netring_instruction code[5];
	uint16_t count;
	uint32_t snaplen;
	int result;
	struct netring_instruction after[5];
} table[] = {
	{ { RET_K(262144) }, 1, 96, 1, { RET_K(96) } },
	{ { RET_K(96) }, 1, 96, 0, { RET_K(96) } },
	{ { RET_K(95) }, 1, 96, 0, { RET_K(95) } },
	{ { RET_K(97) }, 1, 96, 1, { RET_K(96) } },
	{ { RET_K(0) }, 1, 96, 0, { RET_K(0) } },
	{ { RET_K(0xffffffff) }, 1, 1, 1, { RET_K(1) } },
	{ { RET_K(0xffffffff) }, 1, 0xffffffff, 0, { RET_K(0xffffffff) } },
	{ { RET_K(0xffffffff) }, 1, 0x80000000, 1, { RET_K(0x80000000) } },
	/* as of "ip": only returns change, refusals stay refusals */
	{ { LOAD(12), JUMP(0x800, 0, 1), RET_K(262144), RET_K(0) },
	  4,
	  64,
	  1,
	  { LOAD(12), JUMP(0x800, 0, 1), RET_K(64), RET_K(0) } },
	{ { LOAD(4000), JUMP(4000, 0, 1), RET_K(4000), RET_K(5000) },
	  4,
	  64,
	  2,
	  { LOAD(4000), JUMP(4000, 0, 1), RET_K(64), RET_K(64) } },
	/* a computed length: nothing is changed, also not before it */
	{ { RET_K(1000), RET_A }, 2, 64, -EOPNOTSUPP, { RET_K(1000), RET_A } },
	{ { { 0x0e, 0, 0, 9000 } },
	  1,
	  64,
	  -EOPNOTSUPP,
	  { { 0x0e, 0, 0, 9000 } } },
	{ { RET_K(1000) }, 1, 0, -EINVAL, { RET_K(1000) } },
	{ { RET_K(1000) }, 0, 64, -EINVAL, { RET_K(1000) } },
	/* what stands behind the program is not touched */
	{ { RET_K(1000), RET_K(2000) }, 1, 64, 1, { RET_K(64), RET_K(2000) } },
};

static void table_of_programs(void **state)
{
	struct row row;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		row = table[i];
		assert_int_equal(netring_filter_snaplen(row.code, row.count,
							row.snaplen),
				 table[i].result);
		assert_memory_equal(row.code, table[i].after, sizeof(row.code));
		if (row.result <= 0)
			continue;
		assert_int_equal(netring_filter_snaplen(row.code, row.count,
							row.snaplen),
				 0);
	}
}

static void longest_program(void **state)
{
	static struct netring_instruction code[NETRING_FILTER_MAX + 1];
	uint32_t i;

	(void)state;
	for (i = 0; i <= NETRING_FILTER_MAX; i++) {
		code[i].code = 6;
		code[i].k = 1000;
	}
	assert_int_equal(netring_filter_snaplen(code, NETRING_FILTER_MAX + 1,
						64),
			 -EINVAL);
	assert_int_equal(netring_filter_snaplen(code, 0xffff, 64), -EINVAL);
	assert_int_equal(code[0].k, 1000);
	assert_int_equal(netring_filter_snaplen(code, NETRING_FILTER_MAX, 64),
			 NETRING_FILTER_MAX);
	assert_int_equal(code[NETRING_FILTER_MAX - 1].k, 64);
	assert_int_equal(code[NETRING_FILTER_MAX].k, 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_of_programs),
		cmocka_unit_test(longest_program),
	};

	return cmocka_run_group_tests_name("filter_snaplen", tests, NULL, NULL);
}
