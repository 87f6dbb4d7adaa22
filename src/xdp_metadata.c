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
	if (tx->umem_->flags_ & UMEM_KERNEL_METADATA)
		return NETRING_XDP_METADATA;
	if (flags & ~(uint64_t)NETRING_XDP_METADATA_CHECKSUM)
		return -EOPNOTSUPP;
	netring_checksum_fill_(frame->data + start, len - start,
			       frame->data + at);
	return 0;
}
