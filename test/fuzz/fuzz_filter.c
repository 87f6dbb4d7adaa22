/* SPDX-License-Identifier: MIT */
/* fuzz_filter.c - filter programs as text, and their snapshot lengths. */
#include "tool.h"

#include "fuzz.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include <netring/filter.h>

enum {
	READ,
	REFUSED,
	LOWERED,
	COMPUTED
};
const char *const fuzz_points[] = { "read", "refused", "lowered", "computed",
				    NULL };

const char *applet_name = "fuzz";

#define LINE_MOST 20
#define MORE_MOST 4200u

static int file = -1;
static char path[32];

/* A file's bytes, and its last line so many times more; it is opened by its
 * name. */
static void put_file(const void *data, size_t size, uint32_t more)
{
	const char *bytes = data;
	size_t line = size ? size - 1 : 0, at;
	char *lines;

	if (file < 0) {
		file = memfd_create("fuzz", 0);
		CHECK(file >= 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
	}
	CHECK(ftruncate(file, 0) == 0);
	CHECK(pwrite(file, data, size, 0) == (ssize_t)size);
	while (line && bytes[line - 1] != '\n')
		line--;
	if (!more || size - line > LINE_MOST)
		return;
	lines = exact(more * (size - line));
	for (at = 0; at < more * (size - line); at += size - line)
		memcpy(lines + at, bytes + line, size - line);
	CHECK(pwrite(file, lines, at, (off_t)size) == (ssize_t)at);
	free(lines);
}

static int is_return(const struct netring_instruction *code)
{
	return (code->code & 7) == 6;
}

/* Read again from what `tcpdump -ddd` would print, it is the same. */
static void print_and_read(const struct netring_filter *filter)
{
	static char text[NETRING_FILTER_MAX * 32 + 32];
	static struct netring_instruction before[NETRING_FILTER_MAX];
	struct netring_filter again;
	uint16_t count = filter->count, i;
	int length;

	memcpy(before, filter->code, count * sizeof(*before));
	length = sprintf(text, "%u\n", count);
	for (i = 0; i < count; i++)
		length += sprintf(text + length, "%u %u %u %u\n",
				  before[i].code, before[i].jt, before[i].jf,
				  before[i].k);
	put_file(text, (size_t)length, 0);
	CHECK(read_filter(&again, path, 0) == 0);
	CHECK(again.count == count);
	CHECK(!memcmp(again.code, before, count * sizeof(*before)));
}

/* The array ends where the program does. */
static void lower(const struct netring_filter *filter, uint32_t snaplen)
{
	size_t size = filter->count * sizeof(*filter->code);
	struct netring_instruction *code = exact(size);
	int computed = 0, r;
	uint16_t i;

	memcpy(code, filter->code, size);
	r = netring_filter_snaplen(code, filter->count, snaplen);
	for (i = 0; i < filter->count; i++) {
		computed |= is_return(&code[i]) && code[i].code != 6;
		CHECK(code[i].code == filter->code[i].code);
		CHECK(code[i].jt == filter->code[i].jt);
		CHECK(code[i].jf == filter->code[i].jf);
		if (r >= 0 && is_return(&code[i]))
			CHECK(code[i].k <= snaplen &&
			      code[i].k <= filter->code[i].k);
		else
			CHECK(code[i].k == filter->code[i].k);
	}
	CHECK(r <= (int)filter->count);
	CHECK(r >= 0 || (r == -EOPNOTSUPP && computed) ||
	      (r == -EINVAL && !snaplen));
	if (r > 0)
		REACHED(LOWERED);
	if (r == -EOPNOTSUPP)
		REACHED(COMPUTED);
	free(code);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netring_filter filter;
	uint32_t snaplen, more;

	input_begin(data, size);
	snaplen = take16();
	more = take16();
	put_file(input.at, input.left, more < MORE_MOST ? more : 0);
	if (read_filter(&filter, path, 0)) {
		REACHED(REFUSED);
		return 0;
	}
	REACHED(READ);
	CHECK(filter.count && filter.count <= NETRING_FILTER_MAX);
	lower(&filter, snaplen);
	print_and_read(&filter);
	return 0;
}
