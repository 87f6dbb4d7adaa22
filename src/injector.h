/* SPDX-License-Identifier: MIT */
/* injector.h - what the files of the send role share. */
#ifndef NETRING_SRC_INJECTOR_H
#define NETRING_SRC_INJECTOR_H

#include "packet_socket.h"

#include <netring/injector.h>

/*
 * TPACKET_V2's header of a slot. The kernel reads status and len only; what
 * becomes of the slot on our side is kept in snaplen, which it leaves alone.
 */
struct injector_slot {
	uint32_t status;
	uint32_t len;
	uint32_t state;
	int32_t retries; /* failed tries of this frame, for timestamps; -1: it
			  * is a hole that takes no number */
	uint32_t rest[4];
};

enum injector_state {
	SLOT_FREE,
	SLOT_COMMITTED = 1,
	SLOT_DISCARDED = 2, /* handed over with a length the kernel skips */
	SLOT_DOUBTFUL = 3,  /* committed, to be handed over alone */
	SLOT_RESERVED = 4   /* from DOUBTFUL on: the kernel stops there */
};

static inline int slot_committed(const struct injector_slot *slot)
{
	return slot->state & 1;
}

#define SLOT_BUSY (NR_TP_STATUS_SEND_REQUEST | NR_TP_STATUS_SENDING)

/* Slots do not cross the end of a block: it may have a rest, gap_ bytes. */
static inline struct injector_slot *
injector_slot(const struct netring_injector *inj, uint32_t slot)
{
	size_t at = (size_t)slot * inj->geometry_.frame_size;

	if (inj->gap_)
		at += (size_t)(slot / inj->slots_) * inj->gap_;
	return (struct injector_slot *)(void *)(inj->ring_ + at);
}

/* Acquire: what the kernel did with the slot is done before it is reused. */
static inline uint32_t slot_status(const struct injector_slot *slot)
{
	return __atomic_load_n(&slot->status, __ATOMIC_ACQUIRE);
}

/* Is it still to be looked at by the kernel? */
static inline int slot_waits(const struct injector_slot *slot)
{
	return slot->state >= SLOT_DOUBTFUL ||
	       slot_status(slot) & NR_TP_STATUS_SEND_REQUEST;
}

/* Release: the frame is written before the kernel may read it. */
static inline void hand_over(struct injector_slot *slot)
{
	__atomic_store_n(&slot->status, NR_TP_STATUS_SEND_REQUEST,
			 __ATOMIC_RELEASE);
}

/* Of a frame that is not to be sent: for the kernel to pass over. */
void netring_injector_hole_(struct netring_injector *inj,
			    struct injector_slot *slot);

/* Free the slots that the kernel has returned, oldest first. */
void netring_injector_reap_(struct netring_injector *inj);

/* Are there frames that the kernel has not looked at? */
static inline int injector_unsent(const struct netring_injector *inj)
{
	return inj->head_ != inj->sent_;
}

/* Every slot has one, whoever fills it. */
static inline struct netring_vnet *injector_vnet(struct injector_slot *slot)
{
	return (struct netring_vnet *)(void *)((uint8_t *)slot +
					       NR_TPACKET2_TX_OFFSET);
}

#define VNET_CHECKSUM 1 /* VIRTIO_NET_HDR_F_NEEDS_CSUM */
#define GSO_TCPV4 1u
#define GSO_UDP 3u
#define GSO_TCPV6 4u
#define GSO_UDP_L4 5u
#define GSO_ECN 0x80u
#define INJECTOR_VNET ((uint32_t)sizeof(struct netring_vnet))

/* The slot of a frame that is in the ring. */
struct injector_slot *netring_injector_slot_(const struct netring_injector *inj,
					     uint32_t frame);

/* May a frame be committed? 0, -EINVAL, -EMSGSIZE; refusals are counted. */
int netring_injector_check_(struct netring_injector *inj,
			    const struct netring_frame *frame, uint32_t len);

/* injector_flush.c: @time: a launch time, or NULL; as the public ones. */
int netring_injector_flush_(struct netring_injector *inj, const uint64_t *time);

/* Into the counter of the cause that a -errno is. */
void netring_refused_count_(struct netring_refused *refused, int r);
/* All of @more beside what is there. */
void netring_refused_add_(struct netring_refused *refused,
			  const struct netring_refused *more);

/* At the interface's MTU and carrier as they are now. */
int netring_injector_look_(struct netring_injector *inj);

/* What @cfg says of the socket: buffer, priority, mark. */
int netring_injector_tune_(int fd, const struct netring_injector_config *cfg);

/* injector_txtime.c */
int netring_injector_kick_at_(int fd, uint64_t time);

#endif
