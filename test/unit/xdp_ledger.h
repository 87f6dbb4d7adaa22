/* SPDX-License-Identifier: MIT */
/* xdp_ledger.h - who has each frame, as a test sees it from outside. */
#ifndef NETRING_TEST_XDP_LEDGER_H
#define NETRING_TEST_XDP_LEDGER_H

#include "xdp_model.h"

#define LEDGER_FRAMES 64u
#define LEDGER_QUEUE 64u /* a power of two */

/* Where a frame is; each move tells where it was, so that nobody has a frame
 * that somebody else has. */
enum place {
	IN_LIBRARY, /* free, or in the fill ring */
	IN_STOCK,   /* taken from the fill ring, to be received into */
	IN_RX_RING,
	IN_BATCH,
	KEPT,
	RESERVED,
	COMMITTED,
	SENDING, /* taken from the tx ring */
	COMPLETED,
	PLACES
};

/* What was committed, in order. */
struct ledger_queue {
	struct netring_xdp_desc desc[LEDGER_QUEUE];
	uint32_t in, out;
	uint32_t open; /* the last ones: fragments of an unfinished packet */
};

struct ledger {
	struct {
		enum place place;
		uint32_t socket;
		uint64_t addr; /* of its packet */
	} frames[LEDGER_FRAMES];
	struct ledger_queue queue[XDP_SOCKETS];
	uint32_t reaped[XDP_SOCKETS]; /* of the completion ring, as known */
	uint32_t given[XDP_SOCKETS];  /* packets received, */
	uint32_t walked[XDP_SOCKETS]; /* and looked at */
};

extern struct ledger ledger;

void ledger_begin(void);

/* The frame of @addr goes from one place to another, of sockets. */
void ledger_move(uint64_t addr, enum place from, uint32_t from_socket,
		 enum place to, uint32_t socket);

/* Any frame that is at that place; LEDGER_FRAMES: none is. */
uint32_t ledger_any(enum place place, uint32_t socket);

/* Committed; an unfinished packet was given up; the kernel takes one. */
void ledger_commit(uint32_t socket, uint64_t addr, enum place from,
		   uint32_t from_socket, uint32_t len, uint32_t options);
void ledger_give_up(uint32_t socket);
void ledger_take(uint32_t socket, const struct netring_xdp_desc *desc);

/* What was reaped by now is the library's again. */
void ledger_reap(void);

/* The library's books agree with these. */
void ledger_check(void);

/* The kernel: take a frame to receive into; receive a numbered packet, of any
 * length, somewhere behind the headroom; take what is to be sent; complete. */
void kernel_fill(uint32_t s);
int kernel_receive(uint32_t s);
void kernel_transmit(uint32_t s);
int kernel_complete(uint32_t s);

/* The user: the next batch; a packet of it, with any fate; give it back. */
void user_next(uint32_t s);
int user_walk(uint32_t s);
void user_release(uint32_t s);

/* Reserve; commit any, or give any up; free any address. */
void user_reserve(uint32_t s);
void user_commit(uint32_t s);
void user_discard(uint32_t s);
void user_free(void);

#endif
