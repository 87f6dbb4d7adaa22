/* SPDX-License-Identifier: MIT */
/* role_calls.h - a life of each role: opened, every call once, closed. */
#ifndef NETRING_TEST_ROLE_CALLS_H
#define NETRING_TEST_ROLE_CALLS_H

struct life {
	const char *name;
	int (*live)(void); /* the result of its open */
	int xdp;  /* an AF_XDP socket waits for its queue; 2: needs a program */
	int slow; /* takes the kernel long: each wrong answer in turn */
};

#define LIVES 12
extern const struct life lives[LIVES];

#endif
