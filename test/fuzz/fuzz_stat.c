/* SPDX-License-Identifier: MIT */
/* fuzz_stat.c - a file of metrics that somebody else writes. */
#include "stat.h"

#include "fuzz.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MANY 0xffffu /* instead of how many bytes */

enum {
	SERIES,
	NONE,
	RATE,
	LEFT_OUT,
	ODD_TIME
};
const char *const fuzz_points[] = { "series",	"none",	    "rate",
				    "left_out", "odd_time", NULL };

const char *applet_name = "fuzz";

static int file = -1;
static char path[32];

/* @time: when it was written, which anybody may set. */
static void put_file(const void *data, size_t size, int64_t time)
{
	struct timespec times[2] = { { .tv_sec = time }, { .tv_sec = time } };

	if (file < 0) {
		file = memfd_create("fuzz", 0);
		CHECK(file >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	CHECK(ftruncate(file, 0) == 0);
	CHECK(pwrite(file, data, size, 0) == (ssize_t)size);
	CHECK(futimens(file, times) == 0);
}

static void check(const struct sample *sample)
{
	size_t i, j;

	CHECK(sample->count <= STAT_SERIES);
	for (i = 0; i < sample->count; i++) {
		CHECK(memchr(sample->series[i].name, 0, STAT_NAME));
		for (j = 0; sample->series[i].name[j]; j++)
			CHECK((uint8_t)sample->series[i].name[j] >= ' ' &&
			      sample->series[i].name[j] != 127);
		if (sample->series[i].rate)
			REACHED(RATE);
	}
	REACHED(sample->count ? SERIES : NONE);
	if (sample->left_out)
		REACHED(LEFT_OUT);
}

/* More names than there is room for. */
static void put_many(int64_t time)
{
	static char text[(STAT_SERIES + 1) * 32];
	int length = 0, i;

	for (i = 0; i <= STAT_SERIES; i++)
		length += sprintf(text + length,
				  "netring_x_total{n=\"%d\"} 1\n", i);
	put_file(text, (size_t)length, time);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sample *sample = exact(sizeof(*sample));
	uint32_t looks;
	uint64_t time = 1000000000;
	size_t part;

	input_begin(data, size);
	/* each look: how many bytes, when they were written, the bytes */
	for (looks = 0; input.left && looks < 4; looks++) {
		part = take16(); /* with the upper bit: any time */
		if (part & 0x8000 && part != MANY) {
			time = take64();
			REACHED(ODD_TIME);
		} else {
			time += take8();
		}
		if (part == MANY) {
			put_many((int64_t)time);
		} else {
			part = (part & 0x7fff) < input.left ? part & 0x7fff :
							      input.left;
			put_file(input.at, part, (int64_t)time);
			input.at += part;
			input.left -= part;
		}
		CHECK(stat_read_file(path, sample) == 0);
		check(sample);
	}
	free(sample);
	return 0;
}
