/* SPDX-License-Identifier: MIT */
/* injector_flush.c - have the kernel send, judge what it says of a frame. */
#include "injector.h"

#define IDLE_PART 4u	 /* of retry_ms, with nothing of ours in the queue */
#define LEARNED_PART 64u /* of the time since a frame was dropped last */

/* In the order of struct netring_refused; what is none of these is last. */
static const uint8_t causes[] = { EINVAL, EMSGSIZE,   ENOMEM,
				  EPERM,  EOPNOTSUPP, ENOBUFS };

void netring_refused_count_(struct netring_refused *refused, int r)
{
	uint32_t i;

	if (r == -EACCES)
		r = -EPERM;
	if (r == -EAGAIN)
		r = -ENOBUFS;
	for (i = 0; i < sizeof(causes) && causes[i] != -r; i++)
		;
	((uint64_t *)(void *)refused)[i]++;
}

void netring_refused_add_(struct netring_refused *refused,
			  const struct netring_refused *more)
{
	uint64_t *to = (uint64_t *)(void *)refused;
	const uint64_t *from = (const uint64_t *)(const void *)more;
	int i;

	for (i = 0; i < NETRING_REFUSED_CAUSES; i++)
		to[i] += from[i];
}

/* Its slot is the kernel's to pass over, or passed over already. */
static __attribute__((noinline)) void refuse(struct netring_injector *inj,
					     struct injector_slot *slot, int r)
{
	slot->state = SLOT_DISCARDED;
	inj->pending_--;
	netring_refused_count_(&inj->stats_.refused, r);
}

/*
 * May the frame at the head be tried again? A full queue empties, so for as
 * long as frames of this ring leave it, and retry_ms more. With none there a
 * rule may drop this frame at each try, or a virtual device's other end that
 * has no room: a part of that, and less the shorter ago a frame was dropped
 * here, so that many such frames do not hold back the others.
 */
static int has_time(struct netring_injector *inj)
{
	uint32_t now = (uint32_t)netring_clock_ms() | 1;
	uint32_t most = inj->retry_ms_;
	uint32_t learned = (now - inj->refused_at_) / LEARNED_PART;

	if (!inj->since_ || inj->blocked_tail_ != inj->tail_)
		inj->since_ = now;
	inj->blocked_tail_ = inj->tail_;
	if (inj->sent_ == inj->tail_) {
		most /= IDLE_PART;
		if (inj->refused_at_ && learned < most)
			most = learned;
	}
	if (now - inj->since_ < most)
		return 1;
	inj->since_ = 0;
	inj->refused_at_ = now;
	return 0;
}

/* Without a carrier the kernel drops what it takes, and says nothing. */
static int kick(struct netring_injector *inj, const uint64_t *time)
{
	int fd = inj->fd_ - 1;
	int r;

	if (!(inj->interface_.flags & NR_IFF_RUNNING)) {
		r = netring_injector_look_(inj);
		if (r < 0)
			return r;
		if (!(inj->interface_.flags & NR_IFF_RUNNING))
			return -ENETDOWN;
	}
	if (NETRING_CONFIG_INJECTOR_TXTIME && time)
		r = netring_injector_kick_at_(fd, *time);
	else
		r = sys_send(fd, NULL, 0, MSG_DONTWAIT);
	return r == -ENXIO ? -ENODEV : r;
}

/*
 * One in doubt at the head is handed over, and what is behind it held back for
 * the time of a kick: what the kernel returns is said of that one.
 */
static int kick_head(struct netring_injector *inj, const uint64_t *time)
{
	struct injector_slot *slot, *next;
	uint32_t behind;
	int r;

	if (!NETRING_CONFIG_INJECTOR_VNET_HDR || inj->sent_ == inj->head_)
		return kick(inj, time);
	slot = netring_injector_slot_(inj, inj->sent_);
	if (slot->state != SLOT_DOUBTFUL)
		return kick(inj, time);
	slot->status = NR_TP_STATUS_AVAILABLE; /* it may be the only one */
	next = netring_injector_slot_(inj, inj->sent_ + 1);
	behind = slot_status(next);
	if (behind & NR_TP_STATUS_SEND_REQUEST)
		next->status = NR_TP_STATUS_AVAILABLE;
	hand_over(slot);
	r = kick(inj, time);
	if (behind & NR_TP_STATUS_SEND_REQUEST)
		next->status = behind;
	if (!(slot_status(slot) & NR_TP_STATUS_SEND_REQUEST))
		slot->state = SLOT_COMMITTED;
	return r;
}

/*
 * On to what the kernel has not looked at. Of what it has, frames of @r bytes
 * were taken, and the others passed over: the last ones, where it is not sure.
 */
static void pass(struct netring_injector *inj, int r)
{
	struct injector_slot *slot;
	uint32_t len, left = r > 0 ? (uint32_t)r : 0;

	for (; inj->sent_ != inj->head_; inj->sent_++) {
		slot = netring_injector_slot_(inj, inj->sent_);
		if (slot_waits(slot))
			break;
		len = slot->len - INJECTOR_VNET;
		if (slot->state == SLOT_DISCARDED)
			continue;
		if (len <= left)
			left -= len;
		else if (r >= 0)
			refuse(inj, slot, -EINVAL);
	}
}

/* The kernel tried the frame at the head, and did not take it. */
static int judge_head(struct netring_injector *inj, int r)
{
	struct injector_slot *slot = netring_injector_slot_(inj, inj->sent_);
	int repeat = r == -ENOBUFS || r == -EAGAIN;

	if (slot->state == SLOT_DISCARDED)
		return r; /* an error of no frame */
	inj->stats_.retried += (uint64_t)repeat;
	if (NETRING_CONFIG_INJECTOR_TIMESTAMP && r != -EAGAIN) {
		slot->retries++;
		inj->retries_++;
	}
	if (repeat && has_time(inj))
		return 0;
	netring_injector_hole_(inj, slot);
	refuse(inj, slot, r);
	return 1;
}

/* Return: 1: kick again; 0: not now; or the caller's -errno. */
static int judge(struct netring_injector *inj, int r)
{
	uint32_t start = inj->sent_;

	pass(inj, r);
	if (inj->since_ && inj->sent_ != start)
		inj->refused_at_ = inj->since_ = 0; /* it was worth the time */
	netring_injector_reap_(inj);
	inj->stats_.link_down += r == -ENETDOWN;
	if (r == -ENETDOWN || r == -ENODEV || r == -EINTR ||
	    inj->sent_ == inj->head_ ||
	    netring_injector_slot_(inj, inj->sent_)->state == SLOT_RESERVED)
		return r < 0 ? r : 0;
	return r < 0 ? judge_head(inj, r) : inj->sent_ != start;
}

int netring_injector_flush_(struct netring_injector *inj, const uint64_t *time)
{
	int r;

	do
		r = judge(inj, kick_head(inj, time));
	while (r > 0);
	return r < 0 ? r : (int)inj->pending_;
}
