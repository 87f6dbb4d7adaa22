/* SPDX-License-Identifier: MIT */
/* What senders send, and what a slow receiver does with each packet. */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Argument number @at, or a default. */
static inline unsigned long packet_argument(int argc, char **argv, int at,
					    unsigned long absent)
{
	return argc > at ? strtoul(argv[at], NULL, 0) : absent;
}

/* A frame to nobody, of a type that no stack takes (0x88b5: experiments). */
static inline void packet_make(uint8_t *frame, size_t length)
{
	static const uint8_t header[14] = { 2, 0, 0, 0, 0, 0x99, 2,
					    0, 0, 0, 0, 1, 0x88, 0xb5 };

	memset(frame, 0, length);
	memcpy(frame, header, sizeof(header));
}

static inline uint64_t packet_clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Be busy with a packet for so long. */
static inline void packet_work(unsigned long ns)
{
	uint64_t end;

	if (!ns)
		return;
	for (end = packet_clock_ns() + ns; packet_clock_ns() < end;)
		;
}

#endif
