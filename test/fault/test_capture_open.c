/* SPDX-License-Identifier: MIT */
/* test_capture_open.c - system calls of an open fail: a socket of its own. */
/* netring-test: fuller */
#include "capture_open_cases.h"

int main(void)
{
	return sweep_cases("capture_open", 0, 15);
}
