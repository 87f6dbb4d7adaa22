/* SPDX-License-Identifier: MIT */
/* report.c - a line a second about how it goes, on a terminal or in a log. */
#include "tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define SECOND_MS 1000

enum {
	OFF,
	LINES,
	RENEWED
};

void report_init(struct report *report, int wanted, int lines)
{
	if (!wanted)
		report->mode = OFF;
	else if (isatty(STDERR_FILENO))
		report->mode = RENEWED;
	else
		report->mode = lines ? LINES : OFF;
	report->shown = 0;
	report->started = netring_clock_ms();
	report->last = report->started;
}

uint64_t report_due(const struct report *report, int64_t now)
{
	if (now - report->last < SECOND_MS)
		return 0;
	return (uint64_t)(now - report->last);
}

void report_line(struct report *report, int64_t now, const char *format, ...)
{
	va_list arguments;

	report->last = now;
	if (report->mode == OFF)
		return;
	if (report->mode == RENEWED)
		fputc('\r', stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs(report->mode == RENEWED ? "\033[K" : "\n", stderr);
	fflush(stderr);
	report->shown = report->mode == RENEWED;
}

void report_break(struct report *report)
{
	if (report->shown)
		fputc('\n', stderr);
	report->shown = 0;
}
