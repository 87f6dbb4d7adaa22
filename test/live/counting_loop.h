/* SPDX-License-Identifier: MIT */
/* counting_loop.h - a loop whose sources count what they are called for. */
#ifndef LIVE_COUNTING_LOOP_H
#define LIVE_COUNTING_LOOP_H

#include <netring/loop.h>

#define SOURCES 6
#define BUDGET 8
#define MUCH 1000 /* a result: as much as the budget */
#define TIMES 200

struct source {
	int number;
	int fd;
	int calls;
	int revents;
	int result; /* to return */
	int64_t times[TIMES];
	void (*extra)(struct source *s); /* to be called, too */
};

extern struct netring_loop loop;
extern struct source sources[SOURCES];
extern int sequence[1000], called; /* numbers, as they were called */

/* An open loop, sources that know nothing. */
void loop_begin(void);
/* Source @i waits for input at @fd, is called each @period: its number. */
int loop_add(int i, int fd, int period, int result);
/* A descriptor that is always ready. */
int loop_ready(void);

#endif
