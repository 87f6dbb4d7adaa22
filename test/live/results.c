/* SPDX-License-Identifier: MIT */
/* results.c - results of a live test, in the Test Anything Protocol. */
#define _GNU_SOURCE
#include "results.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int tests, failures;
static const char *mark = "";

static sigset_t before;

/* No signal gets at a line: the C library loses what it was about to write. */
static void begin_line(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
}

/* Every line at once: a child that is forked must not print it again. */
static void end_line(void)
{
	putchar('\n');
	fflush(stdout);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void result(int good, const char *what, va_list args)
{
	begin_line();
	printf("%s%sok %d - ", mark, good ? "" : "not ", ++tests);
	vprintf(what, args);
	failures += !good;
}

int ok(int good, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	result(good, what, args);
	va_end(args);
	end_line();
	return good;
}

int is(long long got, long long want, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	result(got == want, what, args);
	va_end(args);
	end_line();
	if (got != want)
		diag("  got %lld, expected %lld", got, want);
	return got == want;
}

int between(long long got, long long low, long long high, const char *what, ...)
{
	int good = got >= low && got <= high;
	va_list args;

	va_start(args, what);
	result(good, what, args);
	va_end(args);
	end_line();
	if (!good)
		diag("  got %lld, expected %lld to %lld", got, low, high);
	return good;
}

void skip(const char *reason, const char *what, ...)
{
	va_list args;

	va_start(args, what);
	result(1, what, args);
	va_end(args);
	printf(" # SKIP %s", reason);
	end_line();
}

void diag(const char *text, ...)
{
	va_list args;

	begin_line();
	printf("# ");
	va_start(args, text);
	vprintf(text, args);
	va_end(args);
	end_line();
}

int must(int r, const char *what, ...)
{
	va_list args;

	if (r >= 0)
		return r;
	va_start(args, what);
	result(0, what, args);
	va_end(args);
	end_line();
	diag("  %s", strerror(-r));
	exit(done_testing());
}

void skip_all(const char *reason, const char *what)
{
	begin_line();
	printf("1..0 # SKIP %s: %s", reason, what);
	end_line();
	exit(0);
}

const char *lacking(int r)
{
	switch (r) {
	case -EOPNOTSUPP:
	case -EAFNOSUPPORT:
	case -ENOPROTOOPT:
	case -ENOSYS:
	case -ENODEV:
	case -ENOENT:
	case -ENXIO:
		return "not in this kernel";
	case -EPERM:
	case -EACCES:
		return "not allowed here";
	default:
		return NULL;
	}
}

void tap_apart(void)
{
	mark = "#   ";
	failures = 0;
}

int tap_failures(void)
{
	return failures < 100 ? failures : 100;
}

int done_testing(void)
{
	begin_line();
	printf("1..%d", tests);
	end_line();
	return failures > 0;
}
