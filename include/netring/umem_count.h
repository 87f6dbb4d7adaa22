/* SPDX-License-Identifier: MIT */
/* umem_count.h - are all frames of a UMEM there, each once? For tests. */
#ifndef NETRING_UMEM_COUNT_H
#define NETRING_UMEM_COUNT_H

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include <netring/xdp.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Private: are these frames free, and as many as the list says? */
static inline uint32_t netring_umem_walk_(const struct netring_umem *umem,
					  const struct netring_umem_pool_ *pool)
{
	uint32_t frame = pool->first, left = pool->count;

	for (; left && frame < umem->frames_; left--) {
		if (umem->table_[frame] >> 28 != NETRING_UMEM_FREE ||
		    (frame < umem->rx_frames_) != (pool == &umem->rx_))
			return UINT32_MAX / 2;
		frame = umem->table_[frame];
	}
	return left || frame != NETRING_UMEM_END_ ? UINT32_MAX / 2 :
						    pool->count;
}

/**
 * netring_umem_count() - count the frames of each owner.
 *
 * Compares them with the lists of free frames and with what the sockets know.
 * O(frames), for tests. Not thread-safe: no other thread may use the UMEM
 * meanwhile. (The debug build checks its own side with each fill, release and
 * reap.)
 *
 * Return: 0, or -EUCLEAN: a frame is lost, or had twice.
 */
static inline int netring_umem_count(const struct netring_umem *umem,
				     uint32_t count[NETRING_UMEM_OWNERS_])
{
	const struct netring_xdp *xdp;
	uint32_t frame, fill = 0, tx = 0;

	memset(count, 0, sizeof(*count) * NETRING_UMEM_OWNERS_);
	if (!umem->number_) { /* the first socket makes the lists, of all but */
		for (frame = 0; umem->is_used_ && frame < umem->frames_;
		     frame++)
			count[NETRING_UMEM_USER] +=
				umem->table_[frame] ==
				NETRING_UMEM_WORD_(NETRING_UMEM_USER, 0);
		count[NETRING_UMEM_FREE] =
			umem->frames_ - count[NETRING_UMEM_USER];
		return 0;
	}
	for (frame = 0; frame < umem->frames_; frame++) {
		if (umem->table_[frame] >> 28 >= NETRING_UMEM_OWNERS_)
			return -EUCLEAN;
		count[umem->table_[frame] >> 28]++;
	}
	for (xdp = umem->sockets_; xdp; xdp = xdp->next_) {
		fill += xdp->rx.posted_;
		tx += xdp->tx.in_flight_ + xdp->tx.staged_;
	}
	if (netring_umem_walk_(umem, &umem->rx_) +
			    netring_umem_walk_(umem, &umem->tx_) !=
		    count[NETRING_UMEM_FREE] ||
	    count[NETRING_UMEM_FILL] != fill || count[NETRING_UMEM_TX] != tx)
		return -EUCLEAN;
	return 0;
}

#ifdef __cplusplus
}
#endif
#endif
