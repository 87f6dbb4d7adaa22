/* SPDX-License-Identifier: MIT */
/* scripted_capture.h - a ring in memory, and a kernel that follows a script. */
#ifndef NETRING_TEST_SCRIPTED_CAPTURE_H
#define NETRING_TEST_SCRIPTED_CAPTURE_H

#include "wrap.h"

#define SCRIPT_BLOCK 4096u
#define SCRIPT_BLOCKS 4u
#define SCRIPT_FRAME 512u

/* What the next poll() is to do, and what it was asked for. */
struct script_poll {
	int revents;  /* 0: the time passes */
	int error;    /* -1 and this errno, when not 0 */
	int so_error; /* what SO_ERROR says afterwards */
	void (*then)(void);
	int timeout; /* filled in: as asked for */
	int events;
};

struct script {
	struct netring_capture cap;
	struct script_poll polls[32];
	uint32_t planned, polled;
	int so_error;	   /* pending; gone when read */
	int ifindex;	   /* that getsockname() tells; -1: gone */
	int up;		   /* what the interface's flags tell */
	int unnamed;	   /* gone, but the socket was not told of it yet */
	int looked;	   /* times the flags were asked for */
	const char *name;  /* the interface's, now */
	const char *other; /* of another interface, that is up; or NULL */
	int64_t now;	   /* milliseconds */
	int clocked;	   /* times the clock was read */
};

extern struct script script;

/* A capture of fd 99 over memory of its own; V2 when @slots. */
void script_begin(int slots);
void script_end(void);

/* Plan a poll(); unplanned ones fail the test. */
struct script_poll *script_plan(int revents);

/* A packet at the cursor's place + @ahead blocks or slots, handed over. */
void script_deliver(uint32_t ahead);
void script_deliver_now(void);

#endif
