/* SPDX-License-Identifier: MIT */
/* scripted_loop.h - a loop over a scripted poll and clock. */
#ifndef NETRING_TEST_SCRIPTED_LOOP_H
#define NETRING_TEST_SCRIPTED_LOOP_H

#include "wrap.h"

#include <netring/loop.h>

#define COUNT 5
#define START 5000000000000 /* ms: more than 32 bits */

struct told {
	int number;
	int revents;
	int budget;
	int64_t when;
};

struct looping {
	struct netring_loop loop;
	struct pollfd fds[COUNT + 2];
	struct netring_loop_slot slots[COUNT + 2];
	int64_t now;
	int64_t late;	    /* that poll comes back too late */
	short ready[COUNT]; /* what each descriptor has, by number */
	int timeout;	    /* of the last poll */
	int polls;
	int poll_error; /* of the next one */
	struct told told[32];
	int calls[COUNT], total; /* of functions */
	int result[COUNT];	 /* that they return */
	int (*act)(int number);	 /* what they do besides */
};

extern struct looping t;

/* Records its calls; @user is its number. */
int function(void *user, int revents, int budget);

/* A source of that function and number. */
int add(int number, int fd, int period, int budget);

/* Of each test: a loop of COUNT sources is opened, and closed. */
int begin(void **state);
int end(void **state);

int step(int timeout);

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

#endif
