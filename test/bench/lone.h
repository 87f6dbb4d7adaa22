/* SPDX-License-Identifier: MIT */
/* A lone packet with the time at which it was sent; how late it was seen. */
#ifndef BENCH_LONE_H
#define BENCH_LONE_H

#include "bench.h"
#include "packet.h"

#define LONE_LENGTH 64u
#define LONE_MOST 100000u
#define LONE_AT 14u /* in a frame: what tells ours from others, and the time */
#define LONE_MAGIC 0x6e657472696e6721u

static uint64_t lone_ns[LONE_MOST];
static uint64_t lone_seen;

static inline void lone_stamp(uint8_t *frame)
{
	uint64_t values[2] = { LONE_MAGIC, packet_clock_ns() };

	memcpy(frame + LONE_AT, values, sizeof(values));
}

/* Now it is seen. */
static inline void lone_take(const uint8_t *frame, size_t length)
{
	uint64_t now = packet_clock_ns(), values[2] = { 0, 0 };

	if (length >= LONE_AT + sizeof(values))
		memcpy(values, frame + LONE_AT, sizeof(values));
	if (values[0] != LONE_MAGIC || lone_seen == LONE_MOST)
		return;
	lone_ns[lone_seen] = now - values[1];
	*bench_count = ++lone_seen;
}

static inline int lone_compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* "median N p99 N packets N", in ns. */
static inline void lone_end(void)
{
	qsort(lone_ns, lone_seen, sizeof(*lone_ns), lone_compare);
	printf("median %llu p99 %llu packets %llu\n",
	       (unsigned long long)lone_ns[lone_seen / 2],
	       (unsigned long long)lone_ns[lone_seen * 99 / 100],
	       (unsigned long long)lone_seen);
}

#endif
