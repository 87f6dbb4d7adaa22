/* SPDX-License-Identifier: MIT */
/* umem.h - lists of free frames, what the files of AF_XDP share of them. */
#ifndef NETRING_SRC_UMEM_H
#define NETRING_SRC_UMEM_H

#include "sys.h"

#include <netring/umem_count.h>
#include <netring/xdp.h>

#define UMEM_WORD NETRING_UMEM_WORD_
#define UMEM_NUMBER 0x0fffffffu /* bits of a word beside the owner's */

/* Build the lists, when the first socket says what for; a number for it. */
int netring_umem_begin_(struct netring_umem *umem, enum netring_xdp_mode mode);

/* Put a frame back where it belongs. */
__attribute__((noinline)) void netring_umem_push_(struct netring_umem *umem,
						  uint32_t frame);

/* netring_umem_find_() and netring_xdp_ring_seek(), out of line. */
uint32_t netring_umem_frame_(const struct netring_umem *umem, uint32_t word,
			     uint64_t addr);
uint32_t netring_xdp_seek_(struct netring_xdp_ring *ring, uint32_t want);

/* Free what a socket had. */
void netring_umem_reclaim_(struct netring_umem *umem, uint32_t number);

/* Take a free frame; the list is not empty. Its word is to be written. */
static inline uint32_t umem_pop(const struct netring_umem *umem,
				struct netring_umem_pool_ *pool)
{
	uint32_t frame = pool->first;

	pool->first = umem->table_[frame];
	pool->count--;
	return frame;
}

static inline uint64_t umem_address(const struct netring_umem *umem,
				    uint32_t frame)
{
	return (size_t)frame << umem->shift_;
}

/*
 * CONFIG_DEBUG: of the frames that belong to one side, those that are free are
 * in its list, and those to be filled are known to the sockets. The other side
 * may be at work in another thread: its frames are not looked at.
 */
static inline void umem_assert(const struct netring_umem *umem,
			       const struct netring_umem_pool_ *pool)
{
	uint32_t frame, end, free = 0, fill = 0;
	const struct netring_xdp *xdp;
	int rx;

	if (!NETRING_CONFIG_DEBUG)
		return;
	rx = pool == &umem->rx_;
	frame = rx ? 0 : umem->rx_frames_;
	end = rx ? umem->rx_frames_ : umem->frames_;
	for (; frame < end; frame++) {
		free += umem->table_[frame] >> 28 == NETRING_UMEM_FREE;
		fill += umem->table_[frame] >> 28 == NETRING_UMEM_FILL;
	}
	for (xdp = umem->sockets_; rx && xdp; xdp = xdp->next_)
		fill -= xdp->rx.posted_;
	sys_assert(!fill && free == netring_umem_walk_(umem, pool));
}

#endif
