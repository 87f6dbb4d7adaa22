/* SPDX-License-Identifier: MIT */
/* injector.c - fill slots of a TX ring in order, and have the kernel send. */
#include "injector.h"

#define TYPE_AT 12u
#define VLAN_TAG 4u
#define COPY_MOST 2048u /* above that, copying takes pages, too */

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

/*
 * The slot of a frame that was reserved and is not done; NULL: it is not. A
 * frame is committed or discarded once; but the kernel could also have changed
 * the state of a slot, so that it was taken for done.
 */
static struct injector_slot *slot_of(const struct netring_injector *inj,
				     const struct netring_frame *frame)
{
	uint32_t ahead = frame->number - inj->tail_;
	uint32_t slot = inj->tail_slot_ + ahead;
	struct injector_slot *found = NULL;

	if (slot >= inj->geometry_.frame_count)
		slot -= inj->geometry_.frame_count;
	if (ahead < inj->head_ - inj->tail_)
		found = injector_slot(inj, slot);
	return found && found->state == SLOT_RESERVED ? found : NULL;
}

/* Every slot has one, whoever fills it. */
static struct netring_vnet *vnet_of(struct injector_slot *slot)
{
	return (struct netring_vnet *)(void *)((uint8_t *)slot +
					       NR_TPACKET2_TX_OFFSET);
}

void netring_injector_reap_(struct netring_injector *inj)
{
	struct injector_slot *slot;

	while (inj->tail_ != inj->head_) {
		slot = injector_slot(inj, inj->tail_slot_);
		if (slot->state == SLOT_RESERVED ||
		    slot_status(slot) & SLOT_BUSY)
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
	vnet = vnet_of(slot);
	memset(vnet, 0, sizeof(*vnet));
	frame->vnet = inj->flags_ & NETRING_INJECTOR_VNET_HDR ? vnet : NULL;
	frame->data = (uint8_t *)(vnet + 1);
	frame->capacity = inj->geometry_.frame_size -
			  (uint32_t)(frame->data - (uint8_t *)slot);
	frame->number = inj->head_++;
	inj->head_slot_ = next_slot(inj, inj->head_slot_);
	return 0;
}

/* Release: the frame is written before the kernel may read it. */
static void hand_over(struct injector_slot *slot, uint32_t state, uint32_t len)
{
	slot->len = len;
	slot->state = state;
	__atomic_store_n(&slot->status, NR_TP_STATUS_SEND_REQUEST,
			 __ATOMIC_RELEASE);
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
	memset(vnet_of(slot), 0, sizeof(struct netring_vnet));
	hand_over(slot, SLOT_DISCARDED, sizeof(struct netring_vnet));
}

void netring_injector_discard(struct netring_injector *inj,
			      const struct netring_frame *frame)
{
	struct injector_slot *slot = slot_of(inj, frame);

	sys_assert(slot);
	if (!slot)
		return;
	inj->stats_.discarded++;
	give_up(inj, frame, slot);
}

/*
 * The longest frame that the interface takes, by what is at its front. With a
 * vnet header the kernel leaves the length to us: a tag of 0x8100 may be on
 * top, as it has it, and for a bridge, which fills in that header, two tags.
 */
static uint32_t longest(const struct netring_injector *inj,
			const struct netring_frame *frame, uint32_t len)
{
	uint32_t most = inj->mtu_ + inj->header_;
	const uint8_t *type = frame->data + TYPE_AT;
	int tags;

	if (frame->vnet && frame->vnet->gso_type)
		return frame->capacity;
	for (tags = frame->vnet ? 2 : 1; tags && len > most && inj->header_;
	     tags--, type += VLAN_TAG) {
		if (!(type[0] == 0x81 && type[1] == 0) &&
		    !(frame->vnet && type[0] == 0x88 && type[1] == 0xa8))
			break;
		most += VLAN_TAG;
	}
	return most;
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
	int r = 0;

	sys_assert(slot);
	if (!slot)
		return -EBADF;
	if (len < inj->header_ || !len) {
		inj->stats_.too_short++;
		r = -EINVAL;
	} else if (len > frame->capacity ||
		   (len > longest(inj, frame, len) &&
		    (netring_injector_read_mtu_(inj) < 0 ||
		     len > longest(inj, frame, len)))) {
		inj->stats_.too_long++;
		r = -EMSGSIZE;
	}
	if (r < 0) {
		give_up(inj, frame, slot);
		return r;
	}
	vnet = vnet_of(slot);
	if (!vnet->header_len && len <= COPY_MOST)
		vnet->header_len = (uint16_t)len;
	inj->pending_++;
	inj->stats_.queued++;
	hand_over(slot, SLOT_COMMITTED, len + (uint32_t)sizeof(*vnet));
	return 0;
}

/* The kernel goes in order, so what it has not looked at is at the end. */
int netring_injector_unsent_(const struct netring_injector *inj)
{
	const struct injector_slot *slot;
	uint32_t frame = inj->head_, at = inj->head_slot_;

	for (; frame != inj->tail_; frame--) {
		at = (at ? at : inj->geometry_.frame_count) - 1;
		slot = injector_slot(inj, at);
		if (slot->state != SLOT_RESERVED)
			return (slot_status(slot) &
				NR_TP_STATUS_SEND_REQUEST) != 0;
	}
	return 0;
}

int netring_injector_kick_(struct netring_injector *inj, const uint64_t *time)
{
	int fd = inj->fd_ - 1;
	int r;

	if (NETRING_CONFIG_INJECTOR_TXTIME && time)
		r = netring_injector_kick_at_(fd, *time);
	else
		r = sys_send(fd, NULL, 0, MSG_DONTWAIT);
	if (r == -ENOBUFS || r == -EAGAIN)
		inj->stats_.retried++;
	if (r == -ENETDOWN)
		inj->stats_.link_down++;
	if (NETRING_CONFIG_INJECTOR_TIMESTAMP && r == -ENOBUFS)
		netring_injector_note_retry_(inj);
	return r == -ENXIO ? -ENODEV : r;
}

static int flush(struct netring_injector *inj, const uint64_t *time)
{
	int r;

	do
		r = netring_injector_kick_(inj, time);
	while (r > 0 && netring_injector_unsent_(inj));
	netring_injector_reap_(inj);
	return r < 0 && r != -ENOBUFS && r != -EAGAIN ? r : (int)inj->pending_;
}

int netring_injector_flush(struct netring_injector *inj)
{
	return flush(inj, NULL);
}

int netring_injector_flush_at(struct netring_injector *inj, uint64_t time)
{
	if (!(inj->flags_ & NETRING_INJECTOR_TXTIME))
		return -EINVAL;
	return flush(inj, &time);
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
	/* the kernel takes frames in order: what it has not is at the head */
	while (inj->head_ != inj->tail_) {
		slot = injector_slot(inj, last_slot(inj));
		if (slot->state == SLOT_RESERVED ||
		    !(slot_status(slot) & NR_TP_STATUS_SEND_REQUEST))
			break;
		__atomic_store_n(&slot->status, NR_TP_STATUS_AVAILABLE,
				 __ATOMIC_RELEASE);
		if (slot->state == SLOT_COMMITTED) {
			inj->pending_--;
			inj->stats_.discarded++;
			dropped++;
		}
		slot->state = SLOT_FREE;
		inj->head_slot_ = last_slot(inj);
		inj->head_--;
	}
	return dropped;
}

void netring_injector_read_stats(struct netring_injector *inj,
				 struct netring_injector_stats *stats)
{
	netring_injector_reap_(inj);
	*stats = inj->stats_;
}
