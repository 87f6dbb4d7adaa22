/* SPDX-License-Identifier: MIT */
/* xdp_metadata.c - requests in front of a frame, checked or fulfilled. */
#include "xdp.h"

#define REQUESTS                                                          \
	(NETRING_XDP_METADATA_TIMESTAMP | NETRING_XDP_METADATA_CHECKSUM | \
	 NETRING_XDP_METADATA_LAUNCH_TIME)

/* One that cannot be would block the ring for ever. */
int netring_xdp_check_metadata_(struct netring_xdp_tx *tx,
				const struct netring_xdp_frame *frame,
				uint32_t len)
{
	struct netring_xdp_metadata *metadata = frame->metadata;
	uint64_t flags = metadata->flags;
	uint32_t start = metadata->u.request.csum_start;
	uint32_t at = start + metadata->u.request.csum_offset;

	if (flags & ~(uint64_t)REQUESTS)
		return -EINVAL;
	if (flags & NETRING_XDP_METADATA_CHECKSUM && at + 2 > len)
		return -EINVAL;
	if (tx->umem_->kernel_metadata_)
		return NETRING_XDP_METADATA;
	if (flags & ~(uint64_t)NETRING_XDP_METADATA_CHECKSUM)
		return -EOPNOTSUPP;
	netring_checksum_fill_(frame->data + start, len - start,
			       frame->data + at);
	return 0;
}

int netring_xdp_tx_next_completion(struct netring_xdp_tx *tx,
				   struct netring_xdp_frame *frame)
{
	struct netring_umem *umem = tx->umem_;
	uint32_t number;

	while (netring_xdp_seek_(&tx->completions_, 1)) {
		number = netring_umem_frame_(
			umem, UMEM_WORD(NETRING_UMEM_TX, tx->number_),
			*netring_xdp_ring_address(&tx->completions_, 0));
		netring_xdp_ring_commit(&tx->completions_, 1);
		if (number == UINT32_MAX) {
			tx->invalid_++;
			continue;
		}
		netring_umem_push_(umem, number);
		tx->in_flight_--;
		tx->sent_++;
		xdp_count_refused(tx, 1);
		frame->addr = umem_address(umem, number) + umem->metadata_;
		frame->data = netring_umem_data(umem, frame->addr);
		frame->capacity = 0;
		frame->metadata = NULL;
		if (umem->metadata_)
			frame->metadata =
				(void *)(frame->data - umem->metadata_);
		return 1;
	}
	return 0;
}
