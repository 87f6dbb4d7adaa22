/* SPDX-License-Identifier: MIT */
/* xdp_end.h - one end of a wire, opened, for the live tests of AF_XDP. */
#ifndef LIVE_XDP_END_H
#define LIVE_XDP_END_H

#include <netring/umem_count.h>
#include <netring/xdp.h>
#include <netring/xdp_program.h>

#include "live.h"
#include "spy_socket.h"

#define XDP_MEMORY (8u << 20) /* bytes of each of two static areas */
#define XDP_FRAMES 1024u      /* of an end that asks for nothing else */
#define XDP_LOT 64u	      /* frames that a veth pair holds for sure */

/* How packets reach a socket: each test goes through all of them. */
struct xdp_way {
	const char *name;
	enum netring_xdp_attach attach;
	uint32_t flags; /* of the socket */
};
#define XDP_WAYS 4
extern const struct xdp_way xdp_ways[XDP_WAYS];

/*
 * Memory, socket and program. What is zero takes a default: the interface is
 * NEAR, the memory a static area (one for NEAR, one for all others) of
 * XDP_FRAMES frames, the binding a copy, the way is the test's.
 */
struct xdp_end {
	struct netring_umem_config memory;
	struct netring_xdp_config socket;
	struct netring_xdp_program_config program;

	struct netring_umem umem;
	struct netring_xdp_program steer;
	struct netring_xdp xdp;
};

/* At the start of main(): a wire; skips all where there is no AF_XDP, or, with
 * @steer, no XDP program. The same with several queues at each end. */
void xdp_wire(int steer);
void xdp_wire_queues(int steer, uint32_t queues);

/* Without a program, how many of xdp_ways to go through: 2, or 1, and a skip,
 * where busy polling is not allowed. */
int xdp_flags(void);

/* A veth pair with as many queues at each end, up, as live_pair(). What leaves
 * by a queue of one end comes in by the same of the other in native mode, in
 * generic mode by the one before it, since veth counts differently there. */
void xdp_pair(const char *near, const char *far, uint32_t queues);

/* Must succeed. Without @way there is no program; the mode is as given. */
void xdp_open(struct xdp_end *end, const struct xdp_way *way);
/* Sockets before the program, the books looked at; what was lost of sending. */
int xdp_close(struct xdp_end *end);

/* How long to wait for what will come. */
int xdp_patience(void);

/* Every frame has one owner. */
int xdp_books(const struct netring_umem *umem, const char *what);
/* How many frames @owner has. */
uint32_t xdp_frames(const struct netring_umem *umem,
		    enum netring_umem_owner owner);

/* Take packets, joined where they come in fragments, until @want numbered ones
 * are there or nothing came for @ms: their number, or -errno. */
int xdp_tally(struct tally *t, struct netring_xdp *xdp, uint32_t want, int ms);

/* Numbered frames from @first on, from a packet socket at the far end, a lot
 * (or what the rings hold) at a time, each received before the next. */
void xdp_take(struct tally *t, struct netring_xdp *xdp, uint32_t first,
	      uint32_t count, size_t length);
/* The same lots, to be received by someone else. */
void xdp_wire_lot(uint32_t first, uint32_t count, size_t length);

/* Queue numbered frames; all that could be: how many. No flush. */
uint32_t xdp_queue(struct netring_xdp *xdp, uint32_t first, uint32_t count,
		   uint32_t length);
/* Send numbered frames, a lot at a time, each looked at by @spy. */
void xdp_give(int spy, struct spied *seen, struct netring_xdp *xdp,
	      uint32_t first, uint32_t count, uint32_t length);

/* The socket's counters; must succeed. */
struct netring_xdp_stats xdp_stats(struct netring_xdp *xdp);

#endif
