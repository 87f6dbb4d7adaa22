/* SPDX-License-Identifier: MIT */
/* checksum.h - the Internet checksum (RFC 1071), in memory's byte order. */
#ifndef NETRING_SRC_CHECKSUM_H
#define NETRING_SRC_CHECKSUM_H

#include "sys.h"

/* The folded sum of what begins at an even place, on top of @sum. */
uint32_t netring_checksum_sum_(const uint8_t *data, uint32_t len, uint32_t sum);

/* The complement of the sum of @len bytes at @data goes to @at within them,
 * where the sum of the pseudo-header stands. */
void netring_checksum_fill_(uint8_t *data, uint32_t len, uint8_t *at);

#endif
