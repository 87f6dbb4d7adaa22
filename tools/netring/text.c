/* SPDX-License-Identifier: MIT */
/* text.c - messages, numbers and text files, for all applets. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void say(const char *format, va_list arguments)
{
	fprintf(stderr, "netring %s: ", applet_name);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

int fail(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	return 1;
}

void note(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

/* Digits only: no sign, no space, no hexadecimal. Returns what follows. */
static const char *digits(const char *text, uint64_t most, uint64_t *value)
{
	uint64_t number = 0;

	if (*text < '0' || *text > '9')
		return NULL;
	for (; *text >= '0' && *text <= '9'; text++) {
		unsigned int digit = (unsigned int)(*text - '0');

		if (digit > most || number > (most - digit) / 10)
			return NULL;
		number = number * 10 + digit;
	}
	*value = number;
	return text;
}

int parse_number(const char *text, uint64_t least, uint64_t most,
		 uint64_t *value)
{
	const char *end = digits(text, most, value);

	return !end || *end || *value < least ? -1 : 0;
}

int parse_size(const char *text, uint64_t unit, uint64_t *value)
{
	static const char suffixes[] = "kmg";
	const char *end = digits(text, UINT64_MAX >> 30, value);
	const char *suffix;

	if (!end || !*value)
		return -1;
	if (*end) {
		suffix = strchr(suffixes, *end | 0x20);
		if (!suffix || end[1])
			return -1;
		unit = (uint64_t)1 << (suffix - suffixes + 1) * 10;
	}
	*value *= unit;
	return 0;
}

int reader_open(struct reader *reader, const char *path)
{
	reader->line = 1;
	reader->at = 0;
	reader->end = 0;
	reader->fd = strcmp(path, "-") ? open(path, O_RDONLY | O_CLOEXEC) :
					 STDIN_FILENO;
	reader->error = reader->fd < 0 ? errno : 0;
	return reader->fd < 0 ? -1 : 0;
}

int reader_get(struct reader *reader)
{
	ssize_t size;

	if (reader->at && reader->buffer[reader->at - 1] == '\n')
		reader->line++;
	if (reader->at == reader->end) {
		do {
			size = read(reader->fd, reader->buffer,
				    sizeof(reader->buffer));
		} while (size < 0 && errno == EINTR);
		reader->error = size < 0 ? errno : 0;
		reader->at = 0;
		reader->end = size > 0 ? (size_t)size : 0;
		if (size <= 0)
			return -1;
	}
	return (unsigned char)reader->buffer[reader->at++];
}

void reader_close(struct reader *reader)
{
	if (reader->fd != STDIN_FILENO)
		close(reader->fd);
}

/* Names of all interfaces, a space before each: what stands before a colon. */
static void list_interfaces(char *list, size_t size)
{
	struct reader reader;
	size_t start = 0, end = 0;
	int in_name = 1;
	int byte;

	list[0] = 0;
	if (reader_open(&reader, "/proc/net/dev") < 0)
		return;
	while ((byte = reader_get(&reader)) >= 0) {
		if (byte == '\n') {
			in_name = 1;
			end = start;
			list[start] = 0;
		} else if (in_name && byte == ':') {
			in_name = 0;
			start = end;
		} else if (in_name && byte != ' ' && end < size - 3) {
			if (end == start)
				list[end++] = ' ';
			list[end++] = (char)byte;
		}
	}
	list[start] = 0;
	reader_close(&reader);
}

int fail_interface(const char *name)
{
	char list[512];

	list_interfaces(list, sizeof(list));
	return fail("-i %s: no such interface; there are:%s", name, list);
}
