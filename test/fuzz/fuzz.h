/* SPDX-License-Identifier: MIT */
/* fuzz.h - what the fuzz targets share: an input, a kernel that tells lies. */
#ifndef NETRING_TEST_FUZZ_H
#define NETRING_TEST_FUZZ_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is not yet used of the input; all zero beyond its end. */
struct input {
	const uint8_t *at;
	size_t left;
};

extern struct input input;

void input_begin(const uint8_t *data, size_t size);
uint8_t take8(void);
uint16_t take16(void);
uint32_t take32(void);
uint64_t take64(void);
/* Up to @size bytes; returns how many there were. */
size_t take_bytes(void *to, size_t size);

/* What has to be true whatever the input. */
#define CHECK(truth)                                                       \
	do {                                                               \
		if (!(truth)) {                                            \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, \
				__LINE__, #truth);                         \
			abort();                                           \
		}                                                          \
	} while (0)

/*
 * What a target is to come to. Its names are printed at the end, each with how
 * often that was: the seeds alone have to reach all.
 */
#define POINTS_MAX 24
extern const char *const fuzz_points[]; /* of the target; NULL at the end */
extern unsigned long fuzz_reached[POINTS_MAX];
#define REACHED(point) (fuzz_reached[point]++)

/* Memory of exactly that size: one byte beyond it is seen. Zeroed. */
void *exact(size_t size);

/* Read all of it. */
void touch(const void *data, size_t size);

/*
 * The library's system calls come here, by number, and the input says what they
 * answer: fuzz_lie() answers anything that fits into the room that it is given.
 * A target may put itself in front. Return: as syscall(2), < 0: -errno.
 */
typedef long kernel(long number, const long words[6]);
extern kernel *fuzz_kernel;
kernel fuzz_lie;

/* Of fuzz_lie(): descriptors and mappings that were not given back. */
extern int fuzz_open_fds;
extern int fuzz_open_maps;
extern int fuzz_calls; /* system calls since the input began */

#endif
