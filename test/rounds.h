/* SPDX-License-Identifier: MIT */
/* rounds.h - how many rounds of a random test: all of them in check-full. */
#ifndef NETRING_TEST_ROUNDS_H
#define NETRING_TEST_ROUNDS_H

#include <stdint.h>
#include <stdlib.h>

/* A test that asks this is marked "fuller". */
static inline uint32_t rounds_of(uint32_t all)
{
	return getenv("NETRING_FULL") ? all : all / 5;
}

#endif
