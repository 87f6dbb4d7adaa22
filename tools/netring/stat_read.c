/* SPDX-License-Identifier: MIT */
/* stat_read.c - counters out of /proc/net/dev and out of metrics files. */
#include "stat.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define LINE 512

/* Without its end; what does not fit is left out. Returns -1 after the last. */
static int read_line(struct reader *reader, char *line)
{
	size_t length = 0;
	int byte = reader_get(reader);

	if (byte < 0)
		return -1;
	for (; byte >= 0 && byte != '\n'; byte = reader_get(reader))
		if (length < LINE - 1)
			line[length++] = (char)byte;
	line[length] = 0;
	return 0;
}

/* The next word of @at, ended; NULL: there is none. */
static char *word(char **at)
{
	char *start = *at + strspn(*at, " \t");
	char *end = start + strcspn(start, " \t");

	*at = *end ? end + 1 : end;
	*end = 0;
	return *start ? start : NULL;
}

/* Bytes, packets, errs, drop and four more, received and then sent. */
static int columns(char *at, uint64_t counters[INTERFACE_COUNTERS])
{
	static const int8_t places[] = { RX_BYTES,   RX_PACKETS, RX_ERRORS,
					 RX_DROPPED, -1,	 -1,
					 -1,	     -1,	 TX_BYTES,
					 TX_PACKETS, TX_ERRORS,	 TX_DROPPED };
	uint64_t value;
	char *text;
	size_t i;

	for (i = 0; i < sizeof(places); i++) {
		text = word(&at);
		if (!text || parse_number(text, 0, UINT64_MAX, &value) < 0)
			return -EBADMSG;
		if (places[i] >= 0)
			counters[places[i]] = value;
	}
	return 0;
}

int stat_read_interface(const char *name, uint64_t counters[INTERFACE_COUNTERS])
{
	struct reader reader;
	char line[LINE], *start, *colon;
	int r = -ENODEV;

	if (reader_open(&reader, "/proc/net/dev") < 0)
		return -reader.error;
	while (r == -ENODEV && read_line(&reader, line) == 0) {
		start = line + strspn(line, " ");
		colon = strchr(start, ':');
		if (!colon)
			continue;
		*colon = 0;
		if (!strcmp(start, name))
			r = columns(colon + 1, counters);
	}
	reader_close(&reader);
	return r;
}

/* Where the labels end, if there are any: quotes may hold anything. */
static char *after_name(char *at)
{
	int quoted = 0;

	at += strcspn(at, "{ \t");
	if (*at != '{')
		return at;
	for (; *at && (quoted || *at != '}'); at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (*at == '\\' && at[1])
			at++;
	}
	return *at ? at + 1 : at;
}

/* As it is shown: netring_x_total{...} becomes x{...}. */
static void shorten(char *to, const char *name)
{
	size_t length = 0, metric = strcspn(name, "{");
	const char *at;

	if (!strncmp(name, "netring_", 8)) {
		name += 8;
		metric -= 8;
	}
	for (at = name; *at && length < STAT_NAME - 1; at++) {
		if (at == name + metric - strlen("_total"))
			at = name + metric;
		if (!*at)
			break;
		to[length++] = *at < ' ' || *at == 127 ? '?' : *at;
	}
	to[length] = 0;
}

static struct series *find(struct sample *sample, const char *name)
{
	size_t i;

	for (i = 0; i < sample->count; i++)
		if (!strcmp(sample->series[i].name, name))
			return &sample->series[i];
	if (sample->count == STAT_SERIES) {
		sample->left_out = 1;
		return NULL;
	}
	memcpy(sample->series[i].name, name, strlen(name) + 1);
	sample->series[i].look = 0;
	sample->count++;
	return &sample->series[i];
}

/* A counter is what ends in _total and is a whole number. */
static void take(struct sample *sample, char *line)
{
	char *end = after_name(line), *rest = end, *text;
	size_t metric = strcspn(line, "{ \t");
	char name[STAT_NAME];
	struct series *series;
	uint64_t value, more;

	if (*line == '#' || metric < 7 ||
	    strncmp(line + metric - 6, "_total", 6) != 0)
		return;
	text = word(&rest);
	if (!text || parse_number(text, 0, UINT64_MAX, &value) < 0)
		return;
	*end = 0;
	shorten(name, line);
	series = find(sample, name);
	if (!series)
		return;
	/* a program that was started again counts from 0 */
	more = value < series->value ? value : value - series->value;
	series->rate = 0;
	if (series->look && sample->span)
		series->rate = more * 1000 / (uint64_t)sample->span;
	series->value = value;
	series->look = sample->look;
}

int stat_read_file(const char *path, struct sample *sample)
{
	struct reader reader;
	struct stat facts;
	char line[LINE];
	int64_t time;

	if (reader_open(&reader, path) < 0)
		return -reader.error;
	if (fstat(reader.fd, &facts) < 0) {
		reader.error = errno;
	} else {
		/* anybody may have set it, to anything */
		time = (int64_t)((uint64_t)facts.st_mtim.tv_sec * 1000 +
				 (uint64_t)facts.st_mtim.tv_nsec / 1000000);
		sample->span =
			(int64_t)((uint64_t)time - (uint64_t)sample->time);
		sample->time = time;
		sample->look += sample->span != 0;
		/* what has not been written since keeps its rates */
		while (sample->span && read_line(&reader, line) == 0)
			take(sample, line);
	}
	reader_close(&reader);
	return -reader.error;
}
