/* SPDX-License-Identifier: MIT */
/* batch.h - walk over the packets of one block of a receive ring. */
#ifndef NETRING_BATCH_H
#define NETRING_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include <netring/config.h>
#include <netring/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

/* netring_batch.flags */
#define NETRING_BATCH_LOSING 0x4u      /* the kernel dropped packets */
#define NETRING_BATCH_TIMED_OUT 0x20u  /* V3: retired by the timer, not full */
#define NETRING_BATCH_CORRUPT 0x10000u /* the walk met a wrong offset: ended */

/**
 * struct netring_batch - packets that the kernel handed over together.
 *
 * With TPACKET_V3 a whole block; with TPACKET_V2 the frames that are ready,
 * up to the end of a block. Read its first part, leave the second alone.
 */
struct netring_batch {
	uint32_t sequence;  /* V3: the kernel's block number; V2: counted here.
			    * Drops leave no gap in it: see LOSING. */
	uint32_t count;	    /* packets, those of the other direction too */
	uint32_t flags;	    /* NETRING_BATCH_* */
	uint32_t first_sec; /* time of the first and of the last packet */
	uint32_t first_nsec;
	uint32_t last_sec;
	uint32_t last_nsec;

	/* private: the walk */
	uint8_t *at_;		/* next header */
	uint32_t room_;		/* bytes from at_ to the end of the block */
	uint32_t left_;		/* packets from at_ on */
	uint32_t stride_;	/* V2: size of a slot; V3: 0 */
	uint32_t packet_flags_; /* NETRING_PACKET_VNET and _COOKED */
	uint32_t skip_;		/* packet types not wanted, a bit each */
};

/* The kernel's headers in the ring (linux/if_packet.h), renamed. */
struct netring_tpacket3_ {
	uint32_t next_offset;
	uint32_t sec;
	uint32_t nsec;
	uint32_t snaplen;
	uint32_t len;
	uint32_t status;
	uint16_t mac;
	uint16_t net;
	uint32_t rxhash;
	uint32_t vlan_tci;
	uint16_t vlan_tpid;
	uint16_t padding1;
	uint8_t padding2[8];
	struct netring_link link;
};

struct netring_tpacket2_ {
	uint32_t status;
	uint32_t len;
	uint32_t snaplen;
	uint16_t mac;
	uint16_t net;
	uint32_t sec;
	uint32_t nsec;
	uint16_t vlan_tci;
	uint16_t vlan_tpid;
	uint8_t padding[4];
	struct netring_link link;
};

/* Tag present but its protocol not told (before Linux 3.14): 0x8100. */
static inline uint16_t netring_tpid_(uint32_t status, uint16_t tpid)
{
	return status & 0x40u ? tpid : 0x8100u;
}

/*
 * A packet that no vnet header describes (UFO) the kernel gives up when it has
 * its place in a block already: what stands there is of an older one, but for
 * the distance to the next.
 */
static inline int netring_given_up_(uint32_t flags)
{
	return (flags & (NETRING_PACKET_VNET | 1u)) == NETRING_PACKET_VNET;
}

/* Both return the distance to the next header; 0: this one is not usable. */
static inline uint32_t netring_walk_v3_(const struct netring_batch *batch,
					struct netring_packet *pkt)
{
	const struct netring_tpacket3_ *h =
		(const struct netring_tpacket3_ *)(const void *)batch->at_;

	if (batch->room_ < sizeof(*h))
		return 0;
	pkt->flags = h->status | batch->packet_flags_;
	if (!(NETRING_CONFIG_CAPTURE_VNET_HDR &&
	      netring_given_up_(pkt->flags)) &&
	    (h->mac > batch->room_ || h->snaplen > batch->room_ - h->mac ||
	     h->mac < sizeof(*h)))
		return 0;
	pkt->data = batch->at_ + h->mac;
	pkt->len = h->snaplen;
	pkt->wire_len = h->len;
	pkt->sec = h->sec;
	pkt->nsec = h->nsec;
	pkt->hash = h->rxhash;
	pkt->vlan_tci = (uint16_t)h->vlan_tci;
	pkt->vlan_tpid = netring_tpid_(h->status, h->vlan_tpid);
	pkt->link = &h->link;
	return batch->left_ == 1 ? batch->room_ : h->next_offset;
}

static inline uint32_t netring_walk_v2_(const struct netring_batch *batch,
					struct netring_packet *pkt)
{
	const struct netring_tpacket2_ *h =
		(const struct netring_tpacket2_ *)(const void *)batch->at_;

	if (batch->room_ < batch->stride_ || h->mac > batch->stride_ ||
	    h->snaplen > batch->stride_ - h->mac || h->mac < sizeof(*h))
		return 0;
	pkt->data = batch->at_ + h->mac;
	pkt->len = h->snaplen;
	pkt->wire_len = h->len;
	pkt->sec = h->sec;
	pkt->nsec = h->nsec;
	pkt->flags = h->status | batch->packet_flags_;
	pkt->hash = 0;
	pkt->vlan_tci = h->vlan_tci;
	pkt->vlan_tpid = netring_tpid_(h->status, h->vlan_tpid);
	pkt->link = &h->link;
	return batch->stride_;
}

/**
 * netring_batch_next() - the next packet of a batch.
 *
 * No system call. Every offset in the ring is checked against the block
 * before it is used; a wrong one ends the batch with NETRING_BATCH_CORRUPT.
 *
 * Return: 1 and @pkt, or 0 at the end.
 */
static inline int netring_batch_next(struct netring_batch *batch,
				     struct netring_packet *pkt)
{
	uint32_t step;

	while (batch->left_) {
		if (NETRING_CONFIG_CAPTURE_V2 &&
		    (!NETRING_CONFIG_CAPTURE_V3 || batch->stride_))
			step = netring_walk_v2_(batch, pkt);
		else
			step = netring_walk_v3_(batch, pkt);
		if (!step || step > batch->room_ || step % 8) {
			batch->flags |= NETRING_BATCH_CORRUPT;
			batch->left_ = 0;
			break;
		}
		batch->at_ += step;
		batch->room_ -= step;
		batch->left_--;
		if (NETRING_CONFIG_CAPTURE_V3 &&
		    NETRING_CONFIG_CAPTURE_VNET_HDR &&
		    netring_given_up_(pkt->flags))
			continue;
		if (batch->skip_ && batch->skip_ >> (pkt->link->type & 7) & 1)
			continue;
		return 1;
	}
	return 0;
}

#ifdef __cplusplus
}
#endif
#endif
