/* SPDX-License-Identifier: MIT */
/* results.h - results of a live test, in the Test Anything Protocol. */
#ifndef LIVE_RESULTS_H
#define LIVE_RESULTS_H

#define TAP_FORMAT(a, b) __attribute__((format(printf, a, b)))

/* One result; returns @good. */
int ok(int good, const char *what, ...) TAP_FORMAT(2, 3);
int is(long long got, long long want, const char *what, ...) TAP_FORMAT(3, 4);
int between(long long got, long long low, long long high, const char *what, ...)
	TAP_FORMAT(4, 5);
void skip(const char *reason, const char *what, ...) TAP_FORMAT(2, 3);
void diag(const char *text, ...) TAP_FORMAT(1, 2);

/* What a test cannot go on without: ends the program when @r is -errno. */
int must(int r, const char *what, ...) TAP_FORMAT(2, 3);

/* Ends the program before its first result. */
void skip_all(const char *reason, const char *what);

/* Why a call was refused, when that says the kernel lacks it, else NULL. */
const char *lacking(int r);

/* In a child: what it tells from now on is a remark, not a result. How many of
 * them failed is for it to tell its parent. */
void tap_apart(void);
int tap_failures(void);

/* The plan, at the end; what main() returns. */
int done_testing(void);

#endif
