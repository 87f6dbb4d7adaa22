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

int parse_decimal(const char *text, uint32_t unit, uint64_t most,
		  uint64_t *value)
{
	const char *end = digits(text, most / unit, value);

	if (!end)
		return -1;
	*value *= unit;
	if (*end == '.')
		for (end++; *end >= '0' && *end <= '9'; end++) {
			unit /= 10;
			*value += (uint64_t)unit * (uint32_t)(*end - '0');
		}
	return *end || !*value || *value > most ? -1 : 0;
}

const char *human(char *text, size_t size, uint64_t value)
{
	static const char prefixes[][2] = { "", "k", "M", "G", "T" };
	uint64_t unit = 1;
	size_t i = 0;

	while (value / unit >= 1000 && i < sizeof(prefixes) / 2 - 1) {
		unit *= 1000;
		i++;
	}
	if (i)
		snprintf(text, size, "%llu.%llu %s",
			 (unsigned long long)(value / unit),
			 (unsigned long long)(value % unit / (unit / 10)),
			 prefixes[i]);
	else
		snprintf(text, size, "%llu ", (unsigned long long)value);
	return text;
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
