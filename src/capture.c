/* SPDX-License-Identifier: MIT */
/* capture.c - take a batch from the ring, and give it back. */
#include "capture.h"

/* A whole block, retired by the kernel. */
static void take_block(struct netring_capture *cap, struct netring_batch *batch)
{
	const struct nr_tpacket_block_desc *block = (const void *)cap->at_;
	const struct netring_tpacket3_ *packet;
	uint32_t first = block->offset_to_first_pkt;

	batch->sequence = (uint32_t)block->seq_num;
	batch->count = block->num_pkts;
	batch->flags = block->block_status &
		       (NETRING_BATCH_LOSING | NETRING_BATCH_TIMED_OUT);
	batch->last_sec = block->last_sec;
	batch->last_nsec = block->last_nsec;
	batch->stride_ = 0;
	batch->left_ = batch->count;
	if (first % 8 || first > cap->geometry_.block_size)
		first = cap->geometry_.block_size; /* the walk sees no room */
	batch->at_ = cap->at_ + first;
	batch->room_ = cap->geometry_.block_size - first;
	/* the block's own first time is when it was opened */
	packet = NULL;
	if (batch->count && batch->room_ >= sizeof(*packet))
		packet = (const void *)batch->at_;
	batch->first_sec = packet ? packet->sec : block->first_sec;
	batch->first_nsec = packet ? packet->nsec : block->first_nsec;
	cap->held_ = 1;
}

/* The slots that are ready, from the cursor to the end of its block. */
static void take_slots(struct netring_capture *cap, struct netring_batch *batch)
{
	uint32_t size = cap->geometry_.frame_size;
	const struct netring_tpacket2_ *frame, *last = NULL;
	uint32_t status, count = 0, left = cap->slots_ - cap->slot_;

	batch->flags = 0;
	for (; count < left; count++) {
		frame = (const void *)(cap->at_ + (size_t)count * size);
		status = __atomic_load_n(&frame->status, __ATOMIC_ACQUIRE);
		if (!(status & NR_TP_STATUS_USER))
			break;
		batch->flags |= status & NETRING_BATCH_LOSING;
		last = frame;
	}
	frame = (const void *)cap->at_;
	batch->sequence = cap->sequence_;
	batch->count = count;
	batch->first_sec = frame->sec;
	batch->first_nsec = frame->nsec;
	batch->last_sec = last ? last->sec : frame->sec;
	batch->last_nsec = last ? last->nsec : frame->nsec;
	batch->stride_ = size;
	batch->at_ = cap->at_;
	batch->room_ = count * size;
	batch->left_ = count;
	cap->held_ = count;
}

int netring_capture_walk_(struct netring_batch *batch,
			  struct netring_packet *pkt)
{
	return netring_batch_next(batch, pkt);
}

int netring_capture_next(struct netring_capture *cap,
			 struct netring_batch *batch)
{
	sys_assert(cap->at_);
	if (!capture_ready(cap))
		return 0;
	if (capture_is_v2(cap))
		take_slots(cap, batch);
	else
		take_block(cap, batch);
	batch->packet_flags_ = cap->packet_flags_;
	batch->skip_ = cap->skip_;
	return 1;
}

/* On to the next slot, or from the last of a block to the next block. */
static void advance(struct netring_capture *cap)
{
	if (capture_is_v2(cap) && ++cap->slot_ < cap->slots_) {
		cap->at_ += cap->geometry_.frame_size;
		return;
	}
	cap->slot_ = 0;
	if (++cap->block_ == cap->geometry_.block_count)
		cap->block_ = 0;
	cap->at_ = cap->ring_ + (size_t)cap->block_ * cap->geometry_.block_size;
}

void netring_capture_release(struct netring_capture *cap)
{
	sys_assert(cap->ring_ && cap->held_ <= cap->slots_ + 1);
	if (NETRING_CONFIG_CAPTURE_V2 &&
	    cap->flags_ & NETRING_CAPTURE_OVERSIZE) {
		netring_capture_pass_(cap, cap->held_);
		cap->passed_ = 0;
	}
	if (cap->held_)
		cap->sequence_++;
	for (; cap->held_; cap->held_--) {
		/* release: the caller has read before the kernel may write */
		__atomic_store_n(capture_status(cap), NR_TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
		advance(cap);
	}
}
