/* SPDX-License-Identifier: MIT */
/* test_capture_open_shared.c - open in groups, on sockets of others, fails. */
/* netring-test: fuller */
#include "capture_open_cases.h"

int main(void)
{
	return sweep_cases("capture_open_shared", 15, config_case_count);
}
