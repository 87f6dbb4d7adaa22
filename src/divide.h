/* SPDX-License-Identifier: MIT */
/* divide.h - 64 by 32 bits; the compiler's would come from its library. */
#ifndef NETRING_DIVIDE_H
#define NETRING_DIVIDE_H

#include <stdint.h>

/* @n / @by, @by > 0; *@rest, if not NULL, becomes @n % @by. */
uint64_t netring_divide_(uint64_t n, uint32_t by, uint32_t *rest);

#endif
