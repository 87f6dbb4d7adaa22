/* SPDX-License-Identifier: MIT */
/* capture_open_cases.h - captures whose every system call of open is failed. */
#ifndef NETRING_TEST_CAPTURE_OPEN_CASES_H
#define NETRING_TEST_CAPTURE_OPEN_CASES_H

#include "wrap.h"

struct config_case {
	const char *name;
	struct netring_capture_config cfg;
	int adopt; /* a fresh socket each time */
	int fixed; /* a fresh reservation each time */
};

extern const struct config_case config_cases[];
extern const uint32_t config_case_count;

/* Descriptors that configurations point to; a group's setup and teardown. */
int configs_setup(void **state);
int configs_teardown(void **state);

/* In the network namespace that the program began in, or back there. */
int at_home(void);
void go_home(void);

/* A descriptor of another one, where lo is up. */
int elsewhere(void);

/*
 * Arm, with the @n-th call failing by @error, and open. What an adopting or
 * fixed configuration needs is made before, and handed to the accounting.
 */
int config_open(const struct config_case *test, struct netring_capture *cap,
		uint32_t n, int error);

/* Give back what config_open() made and the library did not take. */
void config_finish(const struct config_case *test, int opened);

/* A test program: the sweep over these cases, a test each. */
int sweep_cases(const char *name, uint32_t from, uint32_t to);

/* An open capture on lo, accounted for; small, so that it is cheap. */
void open_on_lo(struct netring_capture *cap, uint32_t flags);

#endif
