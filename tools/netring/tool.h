/* SPDX-License-Identifier: MIT */
/* tool.h - what the applets of the netring program share. */
#ifndef NETRING_TOOL_H
#define NETRING_TOOL_H

#define _GNU_SOURCE /* before any libc header */

#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include <netring/base.h>

struct netring_filter;
struct netring_metrics_row;

#define PRINTF_LIKE __attribute__((format(printf, 1, 2)))

/* The build writes applets.h: APPLET(capture) and so on. */
#define APPLET(name)                            \
	int name##_main(int argc, char **argv); \
	extern const char name##_about[];
#include <applets.h>
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

/* The same with a fraction: 0.25 in units of 1000000 is 250000; not 0. */
int parse_decimal(const char *text, uint32_t unit, uint64_t most,
		  uint64_t *value);

/* 1234567 becomes "1.2 M", for a unit to follow. */
const char *human(char *text, size_t size, uint64_t value);

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

/* interface.c */

/* There is no interface @name, an argument of @option ("-i ", or ""); says
 * which there are. Returns 1. */
int fail_interface(const char *option, const char *name);

/* Say what helps against what every packet socket may meet, as step and errno
 * of an open tell. Returns 1, or -1: nothing said. */
int fail_open(enum netring_step step, int error, const char *option,
	      const char *interface);

/* Both return 0 or -1. */
int interface_mtu(const char *name, uint32_t *mtu);
int interface_address(const char *name, uint8_t address[6], uint16_t *hatype);

/* signals.c: how many of INT, TERM and HUP came; the third ends it all. */
extern volatile sig_atomic_t stop_signals;
/* Called when the third one ends the program at once; or NULL. */
extern void (*give_back)(void);

void catch_signals(void);
/* Did SIGUSR1 or SIGUSR2 ask for the totals? Once for each. */
int total_asked(void);
void catch_signal(int number, void (*function)(int number));

/* filter_file.c: into static storage; lowered to @snaplen if not 0. Returns 0,
 * or 1 and has said why. */
int read_filter(struct netring_filter *filter, const char *path,
		uint32_t snaplen);

/* report.c: a line a second about how it goes. On a terminal it is renewed in
 * place; elsewhere there are lines if asked for. Due also where none is shown:
 * the kernel's counters have 32 bits, and want to be read. */
struct report {
	int mode;
	int shown;
	int64_t started; /* ms */
	int64_t last;
};

void report_init(struct report *report, int wanted, int lines);
/* Returns milliseconds since the last one, or 0: not yet. */
uint64_t report_due(const struct report *report, int64_t now);
void report_line(struct report *report, int64_t now, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* End a renewed line, so that something else may be said. */
void report_break(struct report *report);

/* metrics_file.c: counters as a text file, replaced at once by rename(2), once
 * a second. All zero but for path, which may be NULL: no file. */
struct metrics_file {
	const char *path;
	int64_t next; /* ms */
	int failing;
};

/* The first time: returns 0, or 1 and has said why. */
int metrics_start(struct metrics_file *file, int64_t now,
		  const struct netring_metrics_row *rows, size_t count);
int metrics_due(const struct metrics_file *file, int64_t now);
/* Once a failure is said it goes on: no reason to stop the program. */
void metrics_write(struct metrics_file *file, int64_t now,
		   const struct netring_metrics_row *rows, size_t count);

#endif
