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
	uint32_t retries; /* failed tries of this frame, for timestamps */
	uint32_t rest[4];
};

enum injector_state {
	SLOT_FREE,
	SLOT_RESERVED,
	SLOT_COMMITTED,
	SLOT_DISCARDED /* handed over with a length that the kernel skips */
};

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

/* The interface's MTU as it is now. */
int netring_injector_read_mtu_(struct netring_injector *inj);

/* injector_txtime.c */
int netring_injector_kick_at_(int fd, uint64_t time);

#endif
