/* SPDX-License-Identifier: MIT */
/* backend.h - packet socket or AF_XDP: the choice, its memory, its errors. */
#ifndef NETRING_TOOL_BACKEND_H
#define NETRING_TOOL_BACKEND_H

#include "tool.h"

#include <netring/xdp.h>
#include <netring/xdp_program.h>

/* backend.c */
enum backend {
	BACKEND_UNSAID, /* the packet socket, without a word */
	BACKEND_PACKET,
	BACKEND_XDP,
	BACKEND_AUTO /* AF_XDP, then the packet socket */
};

struct backend_options {
	enum backend backend;
	uint32_t queue;	 /* + 1; 0: all, or the first */
	uint8_t mode[2]; /* enum netring_xdp_attach, in the order to be tried */
};

/* Of the long options, in getopt's numbers. */
enum {
	OPTION_BACKEND = 512,
	OPTION_QUEUE,
	OPTION_XDP_MODE
};

/* Of optarg. Return 0, or 1 and have said why. */
int backend_option(struct backend_options *options, int letter);
/* That no option is there for nothing; -1: fine. */
int backend_check(const struct backend_options *options);

/* Should AF_XDP be tried? */
int backend_wants_xdp(const struct backend_options *options);

/*
 * Why AF_XDP is not what it is to be: a step of an open that failed, or words.
 * The interface is the one that it is about.
 */
struct backend_failure {
	const char *interface;
	const char *option; /* "-i ", or "" */
	char words[128];    /* or "" */
	enum netring_step step;
	int error; /* errno */
	uint32_t foreign;
	uint32_t queue;
};

/* Both return -1, for their callers to return. */
int backend_step(struct backend_failure *failure, enum netring_step step,
		 int result);
int backend_words(struct backend_failure *failure, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * AF_XDP did not come about: in auto mode, say so and return 0 for the packet
 * socket to be next; else say what is wrong, and what helps, and return 1.
 */
int backend_fall_back(const struct backend_options *options,
		      const struct backend_failure *failure);

/* "native, zero-copy" */
void backend_name_mode(char *text, size_t size, enum netring_xdp_attach attach,
		       enum netring_xdp_bind bound);

/* backend_memory.c: the program's one static area, cut to @kib (0: @usual)
 * for frames as the MTU wants them. Returns 0, or -1 and the failure. */
int backend_memory(struct netring_umem *umem, struct backend_failure *failure,
		   uint32_t mtu, uint64_t kib, uint32_t usual_kib);

/* backend_ports.c: -1 and the failure for a bond or a VLAN, which have packets
 * of other devices; 0: it is none. */
int backend_ports(const char *interface, struct backend_failure *failure);

/* Of an interface, so that a frame holds its packets: 0 or -1; also whether
 * they are to come in fragments. */
int backend_mtu(const char *interface, struct backend_failure *failure,
		uint32_t *mtu);
int backend_fragments(const struct netring_umem *umem, uint32_t mtu);

/* The power of two that holds so many, as slots of a ring. */
uint32_t backend_slots(uint32_t frames);

#endif
