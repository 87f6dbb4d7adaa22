/* SPDX-License-Identifier: MIT */
/* xdp_ring.h - the rings of AF_XDP, slot by slot: seek, peek, commit. */
#ifndef NETRING_XDP_RING_H
#define NETRING_XDP_RING_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Four rings, shared with the kernel (linux/if_xdp.h; Documentation/
 * networking/af_xdp.rst). Two are ours to produce into, two to consume from:
 *
 *   fill         produced: addresses of frames to receive into
 *   rx           consumed: descriptors of what was received
 *   tx           produced: descriptors of what is to be sent
 *   completion   consumed: addresses of frames that were sent
 *
 * All four go alike: seek says how many slots may be used, desc or address
 * gives the i-th of them, commit hands the first n over. One atomic operation
 * with each seek that has to look again, and one with each commit; nothing
 * else is written to the shared memory but the slots. One thread a ring.
 */

/* A descriptor, as the kernel has it. */
struct netring_xdp_desc {
	uint64_t addr; /* of the packet, from the beginning of the UMEM */
	uint32_t len;
	uint32_t options; /* NETRING_XDP_MORE, _METADATA */
};

#define NETRING_XDP_MORE 1u	/* the packet goes on in the next one */
#define NETRING_XDP_METADATA 2u /* tx: struct netring_xdp_metadata in front */

/* Private. */
struct netring_xdp_ring {
	uint32_t *own_;	       /* shared: the index that is moved here, */
	const uint32_t *peer_; /* and the one that the kernel moves */
	const uint32_t *flags_;
	void *slots_;
	uint32_t next_; /* slots before it are handed over */
	uint32_t edge_; /* slots before it are ours, as seen last */
	uint32_t lead_; /* of ours over the kernel's: the size, or 0 */
	uint32_t mask_;
};

/*
 * How many slots may be used now. Reads the kernel's index only if fewer than
 * @want are known of. An invalid index, or one that went back, changes nothing.
 */
static inline uint32_t netring_xdp_ring_seek(struct netring_xdp_ring *ring,
					     uint32_t want)
{
	uint32_t have = ring->edge_ - ring->next_, now;

	if (have >= want)
		return have;
	/* acquire: the slots are read, or written, after this only */
	now = __atomic_load_n(ring->peer_, __ATOMIC_ACQUIRE) + ring->lead_ -
	      ring->next_;
	if (now <= have || now > ring->mask_ + 1)
		return have;
	ring->edge_ = ring->next_ + now;
	return now;
}

/* The i-th slot from here, of the rx and of the tx ring; @i < seek. */
static inline struct netring_xdp_desc *
netring_xdp_ring_desc(const struct netring_xdp_ring *ring, uint32_t i)
{
	return (struct netring_xdp_desc *)ring->slots_ +
	       ((ring->next_ + i) & ring->mask_);
}

/* The i-th slot from here, of the fill and the completion ring; @i < seek. */
static inline uint64_t *
netring_xdp_ring_address(const struct netring_xdp_ring *ring, uint32_t i)
{
	return (uint64_t *)ring->slots_ + ((ring->next_ + i) & ring->mask_);
}

/* Hand the first @count slots over: produced, or free again. */
static inline void netring_xdp_ring_commit(struct netring_xdp_ring *ring,
					   uint32_t count)
{
	ring->next_ += count;
	/* release: what was done to the slots is done before */
	__atomic_store_n(ring->own_, ring->next_, __ATOMIC_RELEASE);
}

/* Slots of a ring that is produced into that the kernel has not taken yet, as
 * far as it reports: Linux before 6.18 reports late. 0 for an invalid index. */
static inline uint32_t
netring_xdp_ring_waiting(const struct netring_xdp_ring *ring)
{
	uint32_t waiting =
		ring->next_ - __atomic_load_n(ring->peer_, __ATOMIC_RELAXED);

	return waiting > ring->lead_ ? 0 : waiting;
}

/* Does the kernel want to be woken for this ring (XDP_USE_NEED_WAKEUP)? */
static inline int netring_xdp_ring_sleeps(const struct netring_xdp_ring *ring)
{
	return (int)(__atomic_load_n(ring->flags_, __ATOMIC_RELAXED) & 1u);
}

#ifdef __cplusplus
}
#endif
#endif
