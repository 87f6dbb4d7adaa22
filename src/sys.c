/* SPDX-License-Identifier: MIT */
/* sys.c - the one place where errno becomes a result. */
#include "sys.h"

int netring_sys_result_(int result)
{
	return result < 0 ? -errno : result;
}
