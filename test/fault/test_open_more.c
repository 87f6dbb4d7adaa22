/* SPDX-License-Identifier: MIT */
/* test_open_more.c - every system call of an open fails: in groups, adopted, elsewhere. */
#include "configs.h"

int main(void)
{
	return sweep_cases("open_more", 14, config_case_count);
}
