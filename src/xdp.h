/* SPDX-License-Identifier: MIT */
/* xdp.h - what the files of AF_XDP sockets share. */
#ifndef NETRING_SRC_XDP_H
#define NETRING_SRC_XDP_H

#include "umem.h"

#include "checksum.h"
#include "kernel_abi_xdp.h"

/* In the order of struct nr_xdp_mmap_offsets, and of their page offsets. */
enum xdp_slots {
	SLOTS_RX,
	SLOTS_TX,
	SLOTS_FILL,
	SLOTS_COMPLETION
};

#define XDP_RETRY_MS 500u /* for a queue, or memory, not yet let go of, */
#define XDP_PAUSE_MS 5	  /* and how often */

/* Each sets xdp->step. Return: 0 or -errno. */
int netring_xdp_register_umem_(struct netring_xdp *xdp); /* xdp_rings.c */
int netring_xdp_make_rings_(struct netring_xdp *xdp);
void netring_xdp_unmap_rings_(struct netring_xdp *xdp);
int netring_xdp_bind_(struct netring_xdp *xdp); /* xdp_bind.c */

/* Whether the kernel says it sleeps or not. */
#define XDP_ALWAYS_KICK                                      \
	((NETRING_CONFIG_XDP_SPIN ? NETRING_XDP_SPIN : 0u) | \
	 (NETRING_CONFIG_XDP_BUSY_POLL ? NETRING_XDP_BUSY_POLL : 0u))

/* Of a handle's flags: the kernel copies, so a kick's -EBUSY is a frame that
 * the device dropped. */
#define XDP_COPIES 0x80000000u

/* netring_xdp_rx_next(), out of line. */
uint32_t netring_xdp_next_(struct netring_xdp_rx *rx);

/* xdp_rx.c: after the link, and the program: 0, or as netring_xdp_rx_wait() */
int netring_xdp_look_(struct netring_xdp *xdp);

/* xdp_rx.c: until one of @count sockets on one interface, with a @fds each, has
 * received something: as netring_xdp_rx_wait() */
int netring_xdp_wait_(struct netring_xdp *sockets, struct pollfd *fds,
		      uint32_t count, int timeout);

/* xdp_tx.c: give up the fragments of a packet that has no end yet */
void netring_xdp_drop_open_(struct netring_xdp_tx *tx);

/* What was committed is to be seen before the kernel is asked whether it
 * sleeps: else both may miss each other. */
static inline void xdp_fence(void)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* Of what a link that is down, or gone, says about itself. */
static inline int xdp_error(int r)
{
	return r == -ENXIO ? -ENODEV : r;
}

/* xdp_stats.c: the kernel's counters end with the socket; keep them */
void netring_xdp_keep_stats_(struct netring_xdp *xdp);

/* xdp_metadata.c: the option that the descriptor gets, 0, or -errno */
int netring_xdp_check_metadata_(struct netring_xdp_tx *tx,
				const struct netring_xdp_frame *frame,
				uint32_t len);

/* What the device dropped is completed like what it sent. */
static inline void xdp_count_refused(struct netring_xdp_tx *tx,
				     uint32_t completed)
{
	if (completed > tx->owed_)
		completed = tx->owed_;
	tx->owed_ -= completed;
	tx->refused_ += completed;
	tx->sent_ -= completed;
}

/* xdp_map.c: a map's entry, changed or deleted; a socket into an XSKMAP */
int netring_xdp_map_entry_(int command, int map, const void *key,
			   const void *value);
int netring_xdp_enter_(int map, uint32_t queue, int fd);

#endif
