/* SPDX-License-Identifier: MIT */
/* test_open.c - every system call of an open fails: with a socket of its own. */
#include "configs.h"

int main(void)
{
	return sweep_cases("open", 0, 15);
}
