/* SPDX-License-Identifier: MIT */
/* injector_flush.c - have the kernel send, judge what it says of a frame. */
#include "injector.h"

#define IDLE_PART 4u	 /* of retry_ms, with nothing of ours in the queue */
#define LEARNED_PART 64u /* of the time since a frame was dropped last */
#define IPV4_END 34 /* the least that may be in front of a checksum's start */
#define IPV6_END 54
#define TCP_CHECKSUM 16
#define TCP_HEADER 20u

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
static void refuse(struct netring_injector *inj, struct injector_slot *slot,
		   int r)
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
	uint32_t most = inj->retry_ms_, since_last = now - inj->refused_at_;

	if (!inj->since_ || inj->blocked_tail_ != inj->tail_)
		inj->since_ = now;
	inj->blocked_ = inj->sent_;
	inj->blocked_tail_ = inj->tail_;
	if (inj->sent_ == inj->tail_) {
		most /= IDLE_PART;
		if (inj->refused_at_ && since_last / LEARNED_PART < most)
			most = since_last / LEARNED_PART;
	}
	if (now - inj->since_ < most)
		return 1;
	inj->since_ = 0;
	inj->refused_at_ = now;
	return 0;
}

/*
 * Does every kernel take a frame with this vnet header? What it does not take
 * it passes over without a word (PACKET_LOSS), and only the bytes that a kick
 * returns tell; so nothing is to be kicked together with what is behind this.
 */
static int is_doubtful(const struct netring_injector *inj,
		       const struct netring_vnet *vnet, uint32_t len)
{
	uint32_t gso = vnet->gso_type & ~GSO_ECN;

	if (!inj->header_)
		return 1; /* what its link header is, only the kernel knows */
	if (!(vnet->flags & VNET_CHECKSUM))
		return gso;
	if (vnet->csum_start < (gso == GSO_TCPV6 ? IPV6_END : IPV4_END))
		return 1;
	return gso && ((gso != GSO_TCPV4 && gso != GSO_TCPV6) ||
		       vnet->csum_offset != TCP_CHECKSUM || !vnet->gso_size ||
		       vnet->csum_start + TCP_HEADER > len);
}

/*
 * What was committed is the kernel's, up to one that is reserved, or up to one
 * in doubt. Returns the end, and the bytes.
 */
static uint32_t hand_over(const struct netring_injector *inj, uint32_t *bytes)
{
	struct injector_slot *slot;
	uint32_t frame = inj->sent_, len, at;
	int doubtful = 0;
	int asks = !inj->header_ || inj->flags_ & NETRING_INJECTOR_VNET_HDR;

	*bytes = 0;
	at = inj->tail_slot_ + (frame - inj->tail_);
	for (; frame != inj->head_ && !doubtful; frame++, at++) {
		if (at >= inj->geometry_.frame_count)
			at -= inj->geometry_.frame_count;
		slot = injector_slot(inj, at);
		if (slot->state == SLOT_RESERVED)
			break;
		/* release: the frame is written before the kernel reads it */
		__atomic_store_n(&slot->status, NR_TP_STATUS_SEND_REQUEST,
				 __ATOMIC_RELEASE);
		len = slot->len - INJECTOR_VNET;
		*bytes += len; /* a hole has none */
		doubtful = NETRING_CONFIG_INJECTOR_VNET_HDR && asks && len &&
			   is_doubtful(inj, injector_vnet(slot), len);
	}
	return frame;
}

static int kick(const struct netring_injector *inj, const uint64_t *time)
{
	int fd = inj->fd_ - 1;
	int r;

	if (NETRING_CONFIG_INJECTOR_TXTIME && time)
		r = netring_injector_kick_at_(fd, *time);
	else
		r = sys_send(fd, NULL, 0, MSG_DONTWAIT);
	return r == -ENXIO ? -ENODEV : r;
}

/* Up to @end: bytes of what the kernel has looked at. */
static uint32_t count_sent(struct netring_injector *inj, uint32_t end)
{
	const struct injector_slot *slot;
	uint32_t bytes = 0;

	for (; inj->sent_ != end; inj->sent_++) {
		slot = netring_injector_slot_(inj, inj->sent_);
		if (slot_status(slot) & NR_TP_STATUS_SEND_REQUEST)
			break;
		bytes += slot->len - INJECTOR_VNET;
	}
	return bytes;
}

/* Frames of that many bytes were passed over: the last ones most likely. */
static void refuse_passed(struct netring_injector *inj, uint32_t start,
			  int64_t bytes)
{
	struct injector_slot *slot;
	uint32_t frame = inj->sent_;
	uint32_t len;

	while (bytes > 0 && frame != start) {
		slot = netring_injector_slot_(inj, --frame);
		len = slot->len - INJECTOR_VNET;
		if (slot->state != SLOT_COMMITTED ||
		    slot_status(slot) & SLOT_BUSY || len > bytes)
			continue;
		bytes -= len;
		refuse(inj, slot, -EINVAL);
	}
}

/* The kernel tried the frame at the head, and did not take it. */
static int judge_head(struct netring_injector *inj, int r)
{
	struct injector_slot *slot = netring_injector_slot_(inj, inj->sent_);
	int repeat = r == -ENOBUFS || r == -EAGAIN;

	inj->stats_.retried += (uint64_t)repeat;
	if (NETRING_CONFIG_INJECTOR_TIMESTAMP && r != -EAGAIN) {
		slot->retries++;
		inj->retries_++;
	}
	if (repeat && has_time(inj))
		return 0;
	slot->len = INJECTOR_VNET;
	memset(injector_vnet(slot), 0, INJECTOR_VNET);
	refuse(inj, slot, r);
	return 1;
}

/* Return: 1: kick again; 0: not now; or the caller's -errno. */
static int judge(struct netring_injector *inj, uint32_t end, uint32_t bytes,
		 int r)
{
	uint32_t start = inj->sent_;

	if ((uint32_t)r == bytes) /* as nearly always */
		inj->sent_ = end;
	else
		bytes = count_sent(inj, end);
	if (r >= 0)
		refuse_passed(inj, start, (int64_t)bytes - r);
	if (inj->since_ && inj->blocked_ != inj->sent_)
		inj->refused_at_ = inj->since_ = 0; /* it was worth the time */
	netring_injector_reap_(inj);
	inj->stats_.link_down += r == -ENETDOWN;
	if (r == -ENETDOWN || r == -ENODEV || r == -EINTR)
		return r;
	if (r < 0 && inj->sent_ != end &&
	    netring_injector_slot_(inj, inj->sent_)->state == SLOT_COMMITTED)
		return judge_head(inj, r);
	if (r < 0 && r != -ENOBUFS && r != -EAGAIN)
		return r;
	return inj->sent_ != start && inj->sent_ != inj->head_ &&
	       netring_injector_slot_(inj, inj->sent_)->state != SLOT_RESERVED;
}

int netring_injector_flush_(struct netring_injector *inj, const uint64_t *time)
{
	uint32_t bytes, end;
	int r;

	do {
		end = hand_over(inj, &bytes);
		r = judge(inj, end, bytes, kick(inj, time));
	} while (r > 0);
	return r < 0 ? r : (int)inj->pending_;
}
