/* SPDX-License-Identifier: MIT */
/* tool.h - what the applets of the netring program share. */
#ifndef NETRING_TOOL_H
#define NETRING_TOOL_H

#define _GNU_SOURCE /* before any libc header */

#include <stddef.h>
#include <stdint.h>

#define PRINTF_LIKE __attribute__((format(printf, 1, 2)))

/* The build writes applets.h: APPLET(capture) and so on. */
#define APPLET(name)                            \
	int name##_main(int argc, char **argv); \
	extern const char name##_about[];
#include "applets.h"
#undef APPLET

/* The applet that runs, as messages begin. */
extern const char *applet_name;

/* Say what went wrong on stderr, in one line. Returns 1, main()'s failure. */
int fail(const char *format, ...) PRINTF_LIKE;

/* The same for what is no failure. */
void note(const char *format, ...) PRINTF_LIKE;

/* Decimal, from @least to @most, nothing behind it. Returns 0 or -1. */
int parse_number(const char *text, uint64_t least, uint64_t most,
		 uint64_t *value);

/* The same for bytes: in units of @unit, or with k, M or G of 1024s behind. */
int parse_size(const char *text, uint64_t unit, uint64_t *value);

/* A text file, byte by byte, without a heap. */
struct reader {
	int fd;
	int error;	   /* errno, or 0 */
	unsigned int line; /* of the byte read last, from 1 */
	size_t at;
	size_t end;
	char buffer[1024];
};

/* "-" is standard input. Returns 0, or -1 and reader->error. */
int reader_open(struct reader *reader, const char *path);
/* Returns a byte, or -1 at the end; an error ends it too and is kept. */
int reader_get(struct reader *reader);
void reader_close(struct reader *reader);

/* There is no such interface; says which there are. Returns 1. */
int fail_interface(const char *name);

#endif
