/* SPDX-License-Identifier: MIT */
/* xdp_stats.c - counters, ours and the kernel's. */
#include "xdp.h"

#include <netring/xdp_program.h>

#define COUNTERS 6

/* In the order of struct nr_xdp_statistics; old kernels tell three. */
static int read_kernel(const struct netring_xdp *xdp, uint64_t count[COUNTERS])
{
	socklen_t size = COUNTERS * sizeof(*count);

	memset(count, 0, size);
	if (!xdp->fd_)
		return -EBADF;
	return sys_getsockopt(xdp->fd_ - 1, NR_SOL_XDP, NR_XDP_STATISTICS,
			      count, &size);
}

void netring_xdp_keep_stats_(struct netring_xdp *xdp)
{
	uint64_t count[COUNTERS];
	int i;

	(void)read_kernel(xdp, count);
	for (i = 0; i < COUNTERS; i++)
		xdp->base_[i] += count[i];
}

int netring_xdp_read_stats(struct netring_xdp *xdp,
			   struct netring_xdp_stats *stats)
{
	const struct netring_xdp_tx *tx = &xdp->tx;
	uint64_t count[COUNTERS];
	uint64_t *kernel;
	int i, r = read_kernel(xdp, count);

	stats->received = xdp->rx.received_;
	stats->invalid = xdp->rx.invalid_ + tx->invalid_;
	stats->queued = tx->queued_;
	stats->sent = tx->sent_;
	stats->refused = tx->refused_;
	stats->discarded = tx->discarded_;
	stats->too_short = tx->too_short_;
	stats->too_long = tx->too_long_;
	stats->retried = tx->retried_;
	stats->link_down = tx->link_down_;
	stats->reattached = NETRING_CONFIG_XDP_PROGRAM && xdp->config_.program ?
				    xdp->config_.program->reattached :
				    0;
	/* the kernel's six are the last ones */
	kernel = (uint64_t *)(void *)((uint8_t *)stats + sizeof(*stats)) -
		 COUNTERS;
	for (i = 0; i < COUNTERS; i++)
		kernel[i] = xdp->base_[i] + count[i];
	return r;
}
