/* SPDX-License-Identifier: MIT */
/* test_open_more.c - every system call of an open fails: in groups, adopted, elsewhere. */
#include "configs.h"

int main(void)
{
	return sweep_cases("open_more", 15, config_case_count);
}
