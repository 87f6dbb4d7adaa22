/* SPDX-License-Identifier: MIT */
/* injector.c - fill slots of a TX ring in order, and have the kernel send. */
#include "injector.h"

#define TYPE_AT 12u
#define VLAN_TAG 4u
#define COPY_MOST 2048u /* above that, copying takes pages, too */
#define TCP_LENGTH 12u
#define UDP_HEADER 8u
#define CHECKSUM 2u

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
	if (inj->head_ == inj->newest_) {
		slot->retries = 0;
		inj->newest_++;
	}
	vnet = injector_vnet(slot);
	memset(vnet, 0, sizeof(*vnet));
	frame->vnet = inj->flags_ & NETRING_INJECTOR_VNET_HDR ? vnet : NULL;
	frame->data = (uint8_t *)(vnet + 1);
	frame->capacity = inj->geometry_.frame_size -
			  (uint32_t)(frame->data - (uint8_t *)slot);
	frame->number = inj->head_++;
	inj->head_slot_ = next_slot(inj, inj->head_slot_);
	return 0;
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
	/* a hole would stop the kernel; with PACKET_LOSS it skips this, and
	 * numbers it for timestamps as the vnet header is good */
	memset(injector_vnet(slot), 0, INJECTOR_VNET);
	slot->len = INJECTOR_VNET;
	slot->state = SLOT_DISCARDED;
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
	uint32_t most = inj->mtu_ + inj->header_;
	const uint8_t *type = frame->data + TYPE_AT;
	int tags;

	if (NETRING_CONFIG_INJECTOR_VNET_HDR && frame->vnet)
		len = wire_length(frame->vnet, frame->data, len);
	for (tags = frame->vnet ? 2 : 1; tags && len > most && inj->header_;
	     tags--, type += VLAN_TAG) {
		if (!(type[0] == 0x81 && type[1] == 0) &&
		    !(frame->vnet && type[0] == 0x88 && type[1] == 0xa8))
			break;
		most += VLAN_TAG;
	}
	return len > most;
}

/* It may be changed at any time: once a batch, and once a millisecond. */
static void look_at_mtu(struct netring_injector *inj)
{
	uint32_t now = (uint32_t)netring_clock_ms();

	if (now != inj->looked_)
		(void)netring_injector_read_mtu_(inj);
	inj->looked_ = now;
}

int netring_injector_check_(struct netring_injector *inj,
			    const struct netring_frame *frame, uint32_t len)
{
	const struct netring_vnet *vnet = frame->vnet;

	if (inj->head_ == inj->sent_ + 1 || inj->head_ == inj->sent_)
		look_at_mtu(inj);
	if (len < inj->header_ || !len ||
	    (NETRING_CONFIG_INJECTOR_VNET_HDR && vnet &&
	     vnet->flags & VNET_CHECKSUM &&
	     vnet->csum_start + vnet->csum_offset + CHECKSUM > len)) {
		inj->stats_.too_short++;
		return -EINVAL;
	}
	if (len > frame->capacity || (too_long(inj, frame, len) &&
				      (netring_injector_read_mtu_(inj) < 0 ||
				       too_long(inj, frame, len)))) {
		inj->stats_.too_long++;
		return -EMSGSIZE;
	}
	return 0;
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
	return 0;
}

int netring_injector_flush(struct netring_injector *inj)
{
	return netring_injector_flush_(inj, NULL);
}

int netring_injector_flush_at(struct netring_injector *inj, uint64_t time)
{
	if (!(inj->flags_ & NETRING_INJECTOR_TXTIME))
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
		dropped += slot->state == SLOT_COMMITTED;
		inj->head_slot_ = last_slot(inj);
		inj->head_--;
	}
	inj->pending_ -= (uint32_t)dropped;
	inj->stats_.discarded += (uint64_t)dropped;
	return dropped;
}

void netring_injector_read_stats(struct netring_injector *inj,
				 struct netring_injector_stats *stats)
{
	netring_injector_reap_(inj);
	*stats = inj->stats_;
	stats->pending = inj->pending_;
}
