/* SPDX-License-Identifier: MIT */
/* xdp_model.h - AF_XDP sockets on rings in memory, the kernel's half too. */
#ifndef NETRING_TEST_XDP_MODEL_H
#define NETRING_TEST_XDP_MODEL_H

#include "capture_ring.h"

#include "xdp_bridge.h" /* brings src/xdp.h, which has the name of this */

#define XDP_SOCKETS 2u
#define XDP_FRAME 2048u
#define XDP_PAGE 4096u
#define XDP_NOWHERE 0xffffffffffffffffu

/* What to make; zero fields are likely values. */
struct xdp_shape {
	uint32_t frames;
	uint32_t rx_frames; /* of the UMEM; 0: half */
	uint32_t slots;	    /* of all rings; 0: 8 */
	uint32_t most;	    /* of each handle; 0: as open computes it */
	uint32_t headroom;
	uint32_t umem_flags;
	uint32_t flags; /* NETRING_XDP_* */
	uint32_t start; /* where all indices begin */
	uint32_t sockets;
};

/* A ring's shared memory: allocations of the very size, for the sanitizer. */
struct xdp_shared {
	struct xdp_indices {
		uint32_t producer;
		uint32_t consumer;
		uint32_t flags;
	} * indices;
	void *slots;
	uint32_t size;
};

/* The kernel's half of a socket. */
struct xdp_kernel {
	struct xdp_shared rx, fill, tx, completion;
};

struct xdp {
	struct xdp_shape shape;
	struct netring_umem umem;
	struct netring_xdp sockets[XDP_SOCKETS];
	struct xdp_kernel kernel[XDP_SOCKETS];
	uint8_t *memory;
	uint32_t *table;
};

extern struct xdp xdp;

void xdp_make(const struct xdp_shape *shape);
void xdp_free(void);

/* A ring alone, and its memory: @ours: produced into. */
void xdp_ring_make(struct netring_xdp_ring *ring, struct xdp_shared *shared,
		   uint32_t slots, size_t slot_size, uint32_t start, int ours);
void xdp_ring_free(struct xdp_shared *shared);

/* The kernel: the next address of a ring of addresses that was handed to it,
 * or XDP_NOWHERE; the next descriptor, or 0. */
uint64_t xdp_take(struct xdp_shared *fill);
int xdp_take_desc(struct xdp_shared *tx, struct netring_xdp_desc *desc);

/* And what it hands over. Return: 1, 0: the ring is full. */
int xdp_give(struct xdp_shared *completion, uint64_t addr);
int xdp_give_desc(struct xdp_shared *rx, uint64_t addr, uint32_t len,
		  uint32_t options);

/* Slots handed over that were not taken. */
uint32_t xdp_waiting(const struct xdp_shared *ring);

/* netring_umem_count() agrees; frames of that owner. */
uint32_t xdp_count(enum netring_umem_owner owner);

/* Receive one packet of @len bytes into the next frame of the fill ring, with
 * the kernel's headroom in front. Return: its address. */
uint64_t xdp_receive(uint32_t socket, uint32_t len);

/* Send what is committed, and complete it. Return: descriptors. */
uint32_t xdp_transmit(uint32_t socket);

#endif
