/* SPDX-License-Identifier: MIT */
/* test_kernel_fault.c - which releases `netring probe` warns of. */
#include "capture_ring.h"

#include "../../tools/netring/kernel_fault.c"

static void releases(void **state)
{
	static const char *const bad[] = {
		"6.16.4",	  "6.16.12+deb13-cloud-amd64",
		"6.16.99",	  "6.17.0-12-generic",
		"6.17-rc3",	  "6.17",
		"6.17.8-arch1",	  "6.17.8+deb13-amd64",
		"6.17.12-gentoo", "5.10.0-32-cloud-amd64",
		"5.10.223",	  "5.10.262-1"
	};
	static const char *const good[] = { "6.16.3+deb13-cloud-amd64",
					    "6.16",
					    "6.16-rc7",
					    "6.17.13+deb13-amd64",
					    "6.17.120",
					    "6.18.5",
					    "6.1.17",
					    "6.1.176-1",
					    "6.12.90",
					    "5.9.16",
					    "5.1.262",
					    "5.11.0-49-generic",
					    "5.14.0-427.el9",
					    "7.16.12",
					    "16.16.12",
					    "7.2.12",
					    "6",
					    "6.",
					    "",
					    "-6.17.8",
					    "v6.17.8",
					    "6.4294967313.8",
					    "99999999999999999999.17.8" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!kernel_fault(bad[i]))
			fail_msg("%s is known for a fault", bad[i]);
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (kernel_fault(good[i]))
			fail_msg("%s is not", good[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(releases) };

	return cmocka_run_group_tests_name("kernel fault", tests, NULL, NULL);
}
