/* SPDX-License-Identifier: MIT */
/* capture_stats.c - one accumulator over counters that reset when read. */
#include "capture.h"

int netring_capture_read_stats(struct netring_capture *cap,
			       struct netring_capture_stats *total,
			       struct netring_capture_stats *since)
{
	struct netring_capture_stats *sum = &cap->total_;
	struct nr_tpacket_stats_v3 now;
	socklen_t size = sizeof(now);
	int r;

	memset(&now, 0, sizeof(now)); /* V2 fills two of its three */
	r = sys_getsockopt(cap->fd_ - 1, NR_SOL_PACKET, NR_PACKET_STATISTICS,
			   &now, &size);
	if (r < 0)
		return r;
	/* the kernel's packets include its drops */
	sum->received += now.packets - now.drops;
	sum->dropped += now.drops;
	sum->freezes += now.freeze_q_cnt;
	if (total)
		*total = *sum;
	if (since) {
		since->received = sum->received - cap->last_.received;
		since->dropped = sum->dropped - cap->last_.dropped;
		since->freezes = sum->freezes - cap->last_.freezes;
		cap->last_ = *sum;
	}
	return 0;
}
