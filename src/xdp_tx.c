/* SPDX-License-Identifier: MIT */
/* xdp_tx.c - fill frames, publish them, kick until the kernel has them. */
#include "xdp.h"

#define FRAGMENTS NETRING_CONFIG_XDP_FRAGMENTS
#define KICK_LEAST 16u /* frames that a kick takes in copy mode; 32 of late */

/* Is there a slot, and a place among what may be under way? */
static int has_slot(struct netring_xdp_tx *tx)
{
	uint32_t used = tx->staged_ + tx->reserved_;

	return netring_xdp_seek_(&tx->ring_, used + 1) > used &&
	       tx->in_flight_ + used < tx->most_;
}

/* The same, after a look for completions if need be. */
static int find_slot(struct netring_xdp_tx *tx)
{
	return has_slot(tx) || (netring_xdp_tx_reap(tx) && has_slot(tx));
}

/* A frame becomes the caller's, to be filled. */
static void show(struct netring_xdp_tx *tx, struct netring_xdp_frame *frame,
		 uint32_t number)
{
	struct netring_umem *umem = tx->umem_;

	umem->table_[number] = UMEM_WORD(NETRING_UMEM_USER, tx->number_);
	tx->reserved_++;
	frame->addr = umem_address(umem, number) + umem->metadata_;
	frame->capacity = (1u << umem->shift_) - umem->metadata_;
	frame->data = netring_umem_data(umem, frame->addr);
	frame->metadata = NULL;
	if (NETRING_CONFIG_XDP_METADATA && umem->metadata_)
		frame->metadata = (void *)(frame->data - umem->metadata_);
}

int netring_xdp_tx_reserve(struct netring_xdp_tx *tx,
			   struct netring_xdp_frame *frame)
{
	struct netring_umem *umem = tx->umem_;

	if (!find_slot(tx) || (!umem->tx_.count && !netring_xdp_tx_reap(tx)) ||
	    !umem->tx_.count)
		return -EAGAIN;
	show(tx, frame, umem_pop(umem, &umem->tx_));
	if (frame->metadata)
		memset(frame->metadata, 0, sizeof(*frame->metadata));
	return 0;
}

/* The number of a frame that is reserved, and is so no longer. */
static uint32_t take_reserved(struct netring_xdp_tx *tx, uint64_t addr)
{
	uint32_t frame = netring_umem_frame_(
		tx->umem_, UMEM_WORD(NETRING_UMEM_USER, tx->number_), addr);

	tx->reserved_ -= frame != UINT32_MAX;
	return frame;
}

/* Only whole packets were published: these are still ours to take back. */
void netring_xdp_drop_open_(struct netring_xdp_tx *tx)
{
	uint32_t mine = UMEM_WORD(NETRING_UMEM_TX, tx->number_);
	uint32_t frame;

	for (; tx->open_; tx->open_--) {
		tx->staged_--;
		frame = netring_umem_frame_(
			tx->umem_, mine,
			netring_xdp_ring_desc(&tx->ring_, tx->staged_)->addr);
		if (frame != UINT32_MAX)
			netring_umem_push_(tx->umem_, frame);
		else /* completed before it was sent: one less was since */
			tx->in_flight_++;
	}
	tx->open_len_ = 0;
}

/* What the kernel would drop, or stall at, is refused. */
static int check(struct netring_xdp_tx *tx, uint64_t addr, uint32_t len,
		 uint32_t more)
{
	uint32_t most = 1u << tx->umem_->shift_;
	uint32_t whole = len;

	if (FRAGMENTS)
		whole += tx->open_len_;
	if (len > most - ((uint32_t)addr & (most - 1)) ||
	    whole > __atomic_load_n(&tx->longest_, __ATOMIC_RELAXED) ||
	    (FRAGMENTS && tx->open_ + more >= NETRING_XDP_FRAGMENTS_MAX)) {
		tx->too_long_++;
		return -EMSGSIZE;
	}
	if (!len || (!more && whole < NETRING_XDP_SHORTEST)) {
		tx->too_short_++;
		return -EINVAL;
	}
	return more && !(FRAGMENTS && tx->flags_ & NETRING_XDP_FRAGMENTS) ?
		       -EOPNOTSUPP :
		       0;
}

static void stage(struct netring_xdp_tx *tx, uint64_t addr, uint32_t len,
		  uint32_t options)
{
	struct netring_umem *umem = tx->umem_;
	struct netring_xdp_desc *desc =
		netring_xdp_ring_desc(&tx->ring_, tx->staged_);

	umem->table_[(size_t)addr >> umem->shift_] =
		UMEM_WORD(NETRING_UMEM_TX, tx->number_);
	desc->addr = addr;
	desc->len = len;
	desc->options = options;
	tx->staged_++;
	if (!FRAGMENTS)
		return;
	if (options & NETRING_XDP_MORE) {
		tx->open_++;
		tx->open_len_ += len;
	} else {
		tx->open_ = tx->open_len_ = 0;
	}
}

static int commit(struct netring_xdp_tx *tx,
		  const struct netring_xdp_frame *frame, uint32_t len,
		  uint32_t options)
{
	uint32_t number = take_reserved(tx, frame->addr);
	int r;

	if (number == UINT32_MAX)
		return -EBADF;
	r = check(tx, frame->addr, len, options);
	if (NETRING_CONFIG_XDP_METADATA && r >= 0 && frame->metadata &&
	    frame->metadata->flags) {
		r = netring_xdp_check_metadata_(tx, frame, len);
		options |= (uint32_t)r;
	}
	if (r >= 0) {
		stage(tx, frame->addr, len, options);
		return 0;
	}
	netring_umem_push_(tx->umem_, number);
	if (FRAGMENTS)
		netring_xdp_drop_open_(tx);
	return r;
}

int netring_xdp_tx_commit(struct netring_xdp_tx *tx,
			  const struct netring_xdp_frame *frame, uint32_t len)
{
	return commit(tx, frame, len, 0);
}

int netring_xdp_tx_commit_more(struct netring_xdp_tx *tx,
			       const struct netring_xdp_frame *frame,
			       uint32_t len)
{
	return commit(tx, frame, len, NETRING_XDP_MORE);
}

void netring_xdp_tx_discard(struct netring_xdp_tx *tx,
			    const struct netring_xdp_frame *frame)
{
	uint32_t number = take_reserved(tx, frame->addr);

	if (number != UINT32_MAX)
		netring_umem_push_(tx->umem_, number);
}

int netring_xdp_tx_forward(struct netring_xdp_tx *tx,
			   const struct netring_xdp_packet *pkt)
{
	uint32_t more = pkt->options & NETRING_XDP_MORE;
	int r;

	if (pkt->addr >= tx->umem_->size_ ||
	    netring_umem_owner(tx->umem_, pkt->addr) != NETRING_UMEM_RX)
		return -EBADF;
	r = find_slot(tx) ? check(tx, pkt->addr, pkt->len, more) : -EAGAIN;
	if (r >= 0)
		stage(tx, pkt->addr, pkt->len, more);
	else if (FRAGMENTS) /* a packet goes whole or not at all */
		netring_xdp_drop_open_(tx);
	return r;
}

/* The i-th completed frame; UINT32_MAX, and counted: it cannot be. */
static uint32_t take_completed(struct netring_xdp_tx *tx, uint32_t i)
{
	uint32_t frame = netring_umem_frame_(
		tx->umem_, UMEM_WORD(NETRING_UMEM_TX, tx->number_),
		*netring_xdp_ring_address(&tx->completions_, i));

	if (frame == UINT32_MAX) {
		tx->invalid_++;
	} else {
		tx->in_flight_--;
		tx->sent_++;
	}
	return frame;
}

uint32_t netring_xdp_tx_reap(struct netring_xdp_tx *tx)
{
	uint32_t i, frame, count, before = tx->in_flight_;

	if (NETRING_CONFIG_XDP_METADATA &&
	    tx->flags_ & NETRING_XDP_KEEP_COMPLETIONS)
		return 0;
	count = netring_xdp_seek_(&tx->completions_, UINT32_MAX);
	for (i = 0; i < count; i++) {
		frame = take_completed(tx, i);
		if (frame != UINT32_MAX)
			netring_umem_push_(tx->umem_, frame);
	}
	if (count)
		netring_xdp_ring_commit(&tx->completions_, count);
	if (tx->owed_)
		xdp_count_refused(tx, before - tx->in_flight_);
	umem_assert(tx->umem_, &tx->umem_->tx_);
	return before - tx->in_flight_;
}

/* Whole packets only. */
static void publish(struct netring_xdp_tx *tx)
{
	uint32_t count = tx->staged_ - (FRAGMENTS ? tx->open_ : 0);

	if (!count)
		return;
	netring_xdp_ring_commit(&tx->ring_, count);
	tx->staged_ -= count;
	tx->in_flight_ += count;
	tx->queued_ += count;
}

int netring_xdp_tx_kick(struct netring_xdp_tx *tx)
{
	int r = 0;

	xdp_fence();
	if (tx->flags_ & XDP_ALWAYS_KICK || netring_xdp_ring_sleeps(&tx->ring_))
		r = sys_sendto(tx->fd_ - 1, NULL, 0, MSG_DONTWAIT, NULL, 0);
	if (r == -EBUSY && tx->flags_ & XDP_COPIES)
		tx->owed_ += tx->owed_ < tx->in_flight_;
	else if (r == -EAGAIN || r == -EBUSY || r == -ENOBUFS)
		tx->retried_++;
	else if (r < 0) {
		tx->link_down_ += r == -ENETDOWN;
		return xdp_error(r);
	}
	return (int)netring_xdp_ring_waiting(&tx->ring_);
}

/*
 * A kick that ends early for its budget and one that cannot go on look alike,
 * and before Linux 6.18 the kernel does not tell how far it came. So without
 * visible progress, and be it completions, go on for as many kicks as what
 * waits may need.
 */
int netring_xdp_tx_flush(struct netring_xdp_tx *tx)
{
	uint32_t left, before = UINT32_MAX;
	int tries = 0, r;

	publish(tx);
	for (;;) {
		r = (int)netring_xdp_tx_reap(tx);
		left = netring_xdp_ring_waiting(&tx->ring_);
		if (!left)
			return 0;
		if (left < before || r) {
			before = left;
			tries = (int)(left / KICK_LEAST) + 1;
		} else if (!tries--) {
			return (int)left;
		}
		r = netring_xdp_tx_kick(tx);
		if (r < 0)
			return r;
	}
}
