/* SPDX-License-Identifier: MIT */
/* fault_roles.h - every role on the ports of hosts.h, what it leaves. */
#ifndef LIVE_FAULT_ROLES_H
#define LIVE_FAULT_ROLES_H

#include "hosts.h"

#include <netring/base.h>

/*
 * A role works at p0, the bridges at p0 and p1: open, a step at a time that
 * does what there is to do and waits up to @ms, close. A result of open or step
 * is 0 or more, or -errno. There is one object of each.
 */
struct role {
	const char *name;
	int xdp;
	int out; /* the host that what works is seen at; -1: the role itself */
	int (*open)(void);
	int (*step)(int ms);
	void (*close)(void);
	enum netring_step (*failed)(void); /* the step of the last open */
	int (*again)(void); /* after the interface was made again */
	/* every frame has its fate, or its owner; tells results */
	void (*sums)(const char *what);
};

#define FAULTS_LOT 64u
#define ROLES 5
extern const struct role roles[ROLES];

/* The hosts; skips nothing. */
void faults_begin(struct hosts *h);

/* A test program: @test with every role. */
int faults_each(void (*test)(const struct role *role, struct hosts *h));

/* 1: the role opens here; else a skip of @what was printed. */
int faults_can(const struct role *role, const char *what);

/* Until a bridge has found its ports again: frames come through. */
void faults_settle(const struct role *role, const struct hosts *h);

/* Frames come and go as they should: numbered ones from host 0 or to it, 64,
 * all of them, each once and whole. */
int faults_works(const struct role *role, const struct hosts *h,
		 const char *what);

/* Numbered frames from host 0 for ever, from another process: to be started
 * before anything is opened, or it would hold that, too. */
pid_t faults_flood(const struct hosts *h);

/* What a process holds, and what the ports show. A program of XDP lives as long
 * as a descriptor or a port holds it: others' programs are not counted. */
struct holdings {
	int descriptors, mappings;
	int promiscuous[2];
	int offloads[2]; /* TSO and GRO, a bit each */
	int attached[2]; /* programs */
};
struct holdings faults_look(void);
/* As they were: what only the process itself, with its rights, would have set
 * again is left off. Off is safe. */
void faults_offloads(const struct holdings *before);
/* The same as @before, within the time that the kernel takes. */
int faults_same(const struct holdings *before, const char *what);

#endif
