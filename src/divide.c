/* SPDX-License-Identifier: MIT */
/* divide.c - 64 by 32 bits, a bit at a time: where speed does not matter. */
#include "divide.h"

uint64_t netring_divide_(uint64_t n, uint32_t by, uint32_t *rest)
{
	uint64_t left = 0, result = 0;
	int i;

	for (i = 0; i < 64; i++) {
		left = left << 1 | n >> 63;
		n <<= 1;
		result <<= 1;
		if (left >= by) {
			left -= by;
			result |= 1;
		}
	}
	if (rest)
		*rest = (uint32_t)left;
	return result;
}
