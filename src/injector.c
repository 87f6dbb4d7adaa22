/* SPDX-License-Identifier: MIT */
/* injector.c - fill slots of a TX ring in order, and have the kernel send. */
#include "injector.h"

#define TYPE_AT 12u
#define VLAN_TAG 4u
#define COPY_MOST 2048u /* above that, copying takes pages, too */
#define TCP_LENGTH 12u
#define UDP_HEADER 8u
#define CHECKSUM 2u
#define IPV4_END 34 /* the least that may be in front of a checksum's start */
#define IPV6_END 54
#define CSUM_START_MOST 0x8000 /* 16 bits have the headroom, too */
#define TCP_CHECKSUM 16
#define TCP_HEADER 20u

static uint32_t next_slot(const struct netring_injector *inj, uint32_t slot)
{
	return slot + 1 < inj->geometry_.frame_count ? slot + 1 : 0;
}

/* Of the frame that was reserved last. */
static uint32_t last_slot(const struct netring_injector *inj)
{
	return (inj->head_slot_ ? inj->head_slot_ :
				  inj->geometry_.frame_count) -
	       1;
}

struct injector_slot *netring_injector_slot_(const struct netring_injector *inj,
					     uint32_t frame)
{
	uint32_t slot = inj->tail_slot_ + (frame - inj->tail_);

	if (slot >= inj->geometry_.frame_count)
		slot -= inj->geometry_.frame_count;
	return injector_slot(inj, slot);
}

/*
 * The slot of a frame that was reserved and is not done; NULL: it is not. A
 * frame is committed or discarded once; but the kernel could also have changed
 * the state of a slot, so that it was taken for done.
 */
static struct injector_slot *slot_of(const struct netring_injector *inj,
				     const struct netring_frame *frame)
{
	struct injector_slot *found = NULL;

	if (frame->number - inj->tail_ < inj->head_ - inj->tail_)
		found = netring_injector_slot_(inj, frame->number);
	return found && found->state == SLOT_RESERVED ? found : NULL;
}

void netring_injector_reap_(struct netring_injector *inj)
{
	struct injector_slot *slot;

	while (inj->tail_ != inj->sent_) {
		slot = injector_slot(inj, inj->tail_slot_);
		if (slot_status(slot) & SLOT_BUSY)
			break;
		if (slot->state == SLOT_COMMITTED) {
			inj->pending_--;
			inj->stats_.accepted++;
		}
		slot->state = SLOT_FREE;
		inj->tail_++;
		inj->tail_slot_ = next_slot(inj, inj->tail_slot_);
	}
}

int netring_injector_reserve(struct netring_injector *inj,
			     struct netring_frame *frame)
{
	struct injector_slot *slot;
	struct netring_vnet *vnet;

	sys_assert(inj->ring_);
	if (inj->head_ - inj->tail_ == inj->geometry_.frame_count)
		netring_injector_reap_(inj);
	if (inj->head_ - inj->tail_ == inj->geometry_.frame_count)
		return -EAGAIN;
	slot = injector_slot(inj, inj->head_slot_);
	slot->state = SLOT_RESERVED;
	if (NETRING_CONFIG_INJECTOR_TIMESTAMP && inj->head_ == inj->newest_) {
		slot->retries = 0;
		inj->newest_++;
	}
	vnet = injector_vnet(slot);
	memset(vnet, 0, sizeof(*vnet));
	frame->vnet = NULL;
	if (NETRING_CONFIG_INJECTOR_VNET_HDR &&
	    inj->flags_ & NETRING_INJECTOR_VNET_HDR)
		frame->vnet = vnet;
	frame->data = (uint8_t *)(vnet + 1);
	frame->capacity = inj->geometry_.frame_size -
			  (uint32_t)(frame->data - (uint8_t *)slot);
	frame->number = inj->head_++;
	inj->head_slot_ = next_slot(inj, inj->head_slot_);
	return 0;
}

/*
 * With PACKET_LOSS the kernel skips this, and numbers it for timestamps as the
 * vnet header is good. On an interface without a link header no bytes are a
 * frame, too; so there, the vnet header is cut short, and takes no number.
 */
void netring_injector_hole_(struct netring_injector *inj,
			    struct injector_slot *slot)
{
	memset(injector_vnet(slot), 0, INJECTOR_VNET);
	slot->len = INJECTOR_VNET;
	if (!inj->header_) {
		slot->len = 0;
		slot->retries--;
		inj->retries_--;
	}
	slot->state = SLOT_DISCARDED;
	hand_over(slot);
}

static void give_up(struct netring_injector *inj,
		    const struct netring_frame *frame,
		    struct injector_slot *slot)
{
	if (frame->number + 1 == inj->head_) {
		/* the newest: as if it had not been reserved */
		slot->state = SLOT_FREE;
		inj->head_--;
		inj->head_slot_ = last_slot(inj);
		return;
	}
	netring_injector_hole_(inj,
			       slot); /* an empty slot would stop the kernel */
}

void netring_injector_discard(struct netring_injector *inj,
			      const struct netring_frame *frame)
{
	struct injector_slot *slot = slot_of(inj, frame);

	sys_assert(slot);
	if (!slot)
		return;
	give_up(inj, frame, slot);
}

/*
 * How long is it on the wire, where a super-frame is cut? Its headers, as far
 * as they can be found, and the bytes of a segment.
 */
static uint32_t wire_length(const struct netring_vnet *vnet,
			    const uint8_t *data, uint32_t len)
{
	uint32_t gso = vnet->gso_type & ~GSO_ECN, start = vnet->csum_start;
	uint32_t segment = vnet->header_len;

	if (!gso)
		return len;
	if (vnet->flags & VNET_CHECKSUM) {
		segment = start;
		if (gso == GSO_UDP_L4)
			segment += UDP_HEADER;
		else if (gso != GSO_UDP && start + TCP_LENGTH < len)
			segment += data[start + TCP_LENGTH] >> 4 << 2;
	}
	segment += vnet->gso_size;
	return segment < len ? segment : len;
}

/*
 * Is it longer than the interface takes, by what is at its front? With a vnet
 * header the kernel leaves the length to us: a tag of 0x8100 may be on top, as
 * it has it, and for a bridge, which fills in that header, two tags.
 */
static int too_long(const struct netring_injector *inj,
		    const struct netring_frame *frame, uint32_t len)
{
	const struct netring_vnet *vnet =
		NETRING_CONFIG_INJECTOR_VNET_HDR ? frame->vnet : NULL;
	const uint8_t *at = frame->data + TYPE_AT;
	uint32_t most = inj->interface_.mtu + inj->header_, type;
	int tags = inj->header_ ? 1 + (vnet != NULL) : 0;

	if (len > frame->capacity)
		return 1;
	if (vnet)
		len = wire_length(vnet, frame->data, len);
	for (; tags && len > most; tags--, at += VLAN_TAG) {
		type = (uint32_t)at[0] << 8 | at[1];
		if (type != 0x8100 && !(vnet && type == 0x88a8))
			break;
		most += VLAN_TAG;
	}
	return len > most;
}

/* By its index: the name may have become another's. */
int netring_injector_look_(struct netring_injector *inj)
{
	struct netring_interface_facts_ now;
	int r = netring_interface_read_(inj->fd_ - 1, NULL,
					inj->interface_.ifindex, &now);

	if (r >= 0) {
		inj->interface_.mtu = now.mtu;
		inj->interface_.flags = now.flags;
	}
	return r;
}

int netring_injector_check_(struct netring_injector *inj,
			    const struct netring_frame *frame, uint32_t len)
{
	const struct netring_vnet *vnet = frame->vnet;
	uint32_t now;
	int looked;

	/* it may be changed at any time: once a batch, and a millisecond */
	if (inj->head_ - inj->sent_ <= 1) {
		now = (uint32_t)netring_clock_ms();
		if (now != inj->looked_)
			(void)netring_injector_look_(inj);
		inj->looked_ = now;
	}
	if (len < inj->header_ || !len ||
	    (NETRING_CONFIG_INJECTOR_VNET_HDR && vnet &&
	     vnet->flags & VNET_CHECKSUM &&
	     vnet->csum_start + vnet->csum_offset + CHECKSUM > len)) {
		inj->stats_.too_short++;
		return -EINVAL;
	}
	for (looked = 0; too_long(inj, frame, len); looked = 1)
		if (looked || len > frame->capacity ||
		    netring_injector_look_(inj) < 0) {
			inj->stats_.too_long++;
			return -EMSGSIZE;
		}
	return 0;
}

/*
 * Does every kernel take a frame with this vnet header? What it does not take
 * it passes over without a word (PACKET_LOSS), and only the bytes that a kick
 * returns tell; so nothing is to be kicked together with this.
 */
static int is_doubtful(const struct netring_injector *inj,
		       const struct netring_vnet *vnet, uint32_t len)
{
	uint32_t gso = vnet->gso_type & ~GSO_ECN;

	if (!inj->header_)
		return 1; /* what its link header is, only the kernel knows */
	if (!(vnet->flags & VNET_CHECKSUM))
		return gso;
	if (vnet->csum_start < (gso == GSO_TCPV6 ? IPV6_END : IPV4_END) ||
	    vnet->csum_start > CSUM_START_MOST)
		return 1;
	return gso && ((gso != GSO_TCPV4 && gso != GSO_TCPV6) ||
		       vnet->csum_offset != TCP_CHECKSUM || !vnet->gso_size ||
		       vnet->csum_start + TCP_HEADER > len);
}

/*
 * A packet refers to the ring's pages for what is not its header. Whoever gets
 * it beside a device, a virtual one's other end for example, copies them into
 * new pages: a third more than sending costs else. What is called its header
 * the kernel copies at once: so that is all of an ordinary frame.
 */
int netring_injector_commit(struct netring_injector *inj,
			    const struct netring_frame *frame, uint32_t len)
{
	struct injector_slot *slot = slot_of(inj, frame);
	struct netring_vnet *vnet;
	int r;

	sys_assert(slot);
	if (!slot)
		return -EBADF;
	r = netring_injector_check_(inj, frame, len);
	if (r < 0) {
		give_up(inj, frame, slot);
		return r;
	}
	vnet = injector_vnet(slot);
	if (!vnet->header_len || vnet->header_len > len)
		vnet->header_len = len <= COPY_MOST ? (uint16_t)len : 0;
	inj->pending_++;
	inj->stats_.queued++;
	slot->len = len + INJECTOR_VNET;
	slot->state = SLOT_COMMITTED;
	if (NETRING_CONFIG_INJECTOR_VNET_HDR && is_doubtful(inj, vnet, len))
		slot->state = SLOT_DOUBTFUL;
	else
		hand_over(slot);
	return 0;
}

int netring_injector_flush(struct netring_injector *inj)
{
	return netring_injector_flush_(inj, NULL);
}

int netring_injector_flush_at(struct netring_injector *inj, uint64_t time)
{
	if (!NETRING_CONFIG_INJECTOR_TXTIME ||
	    !(inj->flags_ & NETRING_INJECTOR_TXTIME))
		return -EINVAL;
	return netring_injector_flush_(inj, &time);
}

uint32_t netring_injector_pending(struct netring_injector *inj)
{
	netring_injector_reap_(inj);
	return inj->pending_;
}

int netring_injector_discard_pending(struct netring_injector *inj)
{
	struct injector_slot *slot;
	int dropped = 0;

	netring_injector_reap_(inj);
	while (inj->head_ != inj->sent_) {
		slot = injector_slot(inj, last_slot(inj));
		if (slot->state == SLOT_RESERVED)
			break;
		__atomic_store_n(&slot->status, NR_TP_STATUS_AVAILABLE,
				 __ATOMIC_RELEASE);
		dropped += slot_committed(slot);
		inj->head_slot_ = last_slot(inj);
		inj->head_--;
	}
	inj->pending_ -= (uint32_t)dropped;
	inj->stats_.discarded += (uint64_t)dropped;
	inj->since_ = 0;
	return dropped;
}

void netring_injector_read_stats(struct netring_injector *inj,
				 struct netring_injector_stats *stats)
{
	netring_injector_reap_(inj);
	*stats = inj->stats_;
	stats->pending = inj->pending_;
}
