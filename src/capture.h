/* SPDX-License-Identifier: MIT */
/* capture.h - what the files of the receive role share. */
#ifndef NETRING_SRC_CAPTURE_H
#define NETRING_SRC_CAPTURE_H

#include "packet_socket.h"

#include <netring/capture.h>

/* In cap->link_down_: the socket's error came to hand elsewhere, and
 * netring_capture_wait() has it still to tell. */
#define CAPTURE_DOWN_UNTOLD 2

/* Join, bind. Sets cap->step. */
int netring_capture_attach_(struct netring_capture *cap, int ifindex);

/* OVERSIZE: off the socket's queue with the packets of the slots before @slot
 * of the batch. */
void netring_capture_pass_(struct netring_capture *cap, uint32_t slot);

/* Is a link that was down up again (cap->link_down_)? -ENODEV: it is gone. */
int netring_capture_look_(struct netring_capture *cap);

/* The ring of TPACKET_V2 anew; what was in it is lost. Where that fails there
 * is no ring, and nothing in it: to be called again. */
int netring_capture_renew_(struct netring_capture *cap);

/* netring_batch_next(), once for all that need no copy of their own. */
int netring_capture_walk_(struct netring_batch *batch,
			  struct netring_packet *pkt);

/* TPACKET_V2 slots, or TPACKET_V3 blocks? */
static inline int capture_is_v2(const struct netring_capture *cap)
{
	return NETRING_CONFIG_CAPTURE_V2 &&
	       (!NETRING_CONFIG_CAPTURE_V3 || cap->slots_);
}

/* Of the frame or block at the cursor. */
static inline uint32_t *capture_status(const struct netring_capture *cap)
{
	return (uint32_t *)(void *)(cap->at_ + cap->status_at_);
}

/* Acquire: what the kernel wrote before the status is read after it. */
static inline int capture_ready(const struct netring_capture *cap)
{
	return __atomic_load_n(capture_status(cap), __ATOMIC_ACQUIRE) &
	       NR_TP_STATUS_USER;
}

#endif
