/* SPDX-License-Identifier: MIT */
/* xdp_rings.c - tell the kernel of the UMEM; size and map the four rings. */
#include "xdp.h"

static const uint8_t ring_option[] = { NR_XDP_RX_RING, NR_XDP_TX_RING,
				       NR_XDP_UMEM_FILL_RING,
				       NR_XDP_UMEM_COMPLETION_RING };

/* The rings' page offsets are multiples of one. */
_Static_assert(NR_XDP_PGOFF_TX_RING == 1ull << 31 &&
		       NR_XDP_UMEM_PGOFF_COMPLETION_RING == 3ull << 31,
	       "page offsets");

static int register_with(struct netring_xdp *xdp, uint32_t flags,
			 uint32_t metadata)
{
	const struct netring_umem *umem = xdp->config_.umem;
	struct nr_xdp_umem_reg reg;

	reg.addr = (uintptr_t)umem->memory_;
	reg.len = umem->size_;
	reg.chunk_size = 1u << umem->shift_;
	reg.headroom = umem->headroom_;
	reg.flags = flags;
	reg.tx_metadata_len = metadata;
	return sys_setsockopt(xdp->fd_ - 1, NR_SOL_XDP, NR_XDP_UMEM_REG, &reg,
			      metadata ? sizeof(reg) : NR_XDP_UMEM_REG_V1);
}

/*
 * Kernels before 6.8 take the length of the metadata and ignore it, but not a
 * flag that they do not know; 6.8 to 6.10 know no flag but that for checksums.
 */
int netring_xdp_register_umem_(struct netring_xdp *xdp)
{
	struct netring_umem *umem = xdp->config_.umem;
	int r = -EINVAL;

	if (NETRING_CONFIG_XDP_METADATA && umem->metadata_) {
		r = register_with(xdp, NR_XDP_UMEM_TX_METADATA_LEN,
				  umem->metadata_);
		if (r == -EINVAL)
			r = register_with(xdp, NR_XDP_UMEM_TX_SW_CSUM,
					  umem->metadata_);
		umem->kernel_metadata_ = r >= 0;
	}
	return r == -EINVAL ? register_with(xdp, 0, 0) : r;
}

/* Where struct netring_xdp has them. */
static const uint16_t ring_at[] = {
	offsetof(struct netring_xdp, rx.ring_),
	offsetof(struct netring_xdp, tx.ring_),
	offsetof(struct netring_xdp, rx.fill_),
	offsetof(struct netring_xdp, tx.completions_),
};

static struct netring_xdp_ring *ring_of(struct netring_xdp *xdp, int i)
{
	return (struct netring_xdp_ring *)(void *)((uint8_t *)xdp + ring_at[i]);
}

/* An unmapped ring has no slots, for those who look all the same. */
void netring_xdp_unmap_rings_(struct netring_xdp *xdp)
{
	struct netring_xdp_ring *ring;
	int i;

	for (i = 0; i < 4; i++) {
		if (xdp->map_[i].map)
			sys_munmap(xdp->map_[i].map, xdp->map_[i].size);
		xdp->map_[i].map = NULL;
		ring = ring_of(xdp, i);
		memset(ring, 0, sizeof(*ring));
		ring->peer_ = ring->flags_ = &xdp->nothing_;
	}
}

static int map_ring(struct netring_xdp *xdp, int i,
		    const struct nr_xdp_ring_offset *offsets)
{
	const uint64_t *offset = &offsets->producer; /* then the others */
	struct netring_xdp_ring *ring = ring_of(xdp, i);
	struct netring_xdp_map_ *map = &xdp->map_[i];
	int theirs = i == SLOTS_RX || i == SLOTS_COMPLETION;
	uint32_t slots = xdp->slots_[i];
	uint8_t *base;
	int r;

	map->size = (size_t)offsets->desc +
		    (size_t)slots * (i < SLOTS_FILL ? 16 : 8);
	r = sys_mmap(&map->map, NULL, map->size, MAP_SHARED | MAP_POPULATE,
		     xdp->fd_ - 1, (uint64_t)i << 31);
	if (r < 0) {
		map->map = NULL;
		return r;
	}
	base = (uint8_t *)map->map;
	ring->own_ = (uint32_t *)(void *)(base + offset[theirs]);
	ring->peer_ = (uint32_t *)(void *)(base + offset[!theirs]);
	ring->flags_ = (uint32_t *)(void *)(base + offsets->flags);
	ring->slots_ = base + offsets->desc;
	ring->lead_ = theirs ? 0 : slots;
	ring->mask_ = slots - 1;
	ring->next_ = ring->edge_ = *ring->own_;
	return 0;
}

int netring_xdp_make_rings_(struct netring_xdp *xdp)
{
	struct nr_xdp_mmap_offsets offsets;
	const uint64_t *offset = &offsets.rx.producer;
	socklen_t size = sizeof(offsets);
	uint64_t all = 0;
	int i, r = 0;

	xdp->step = NETRING_STEP_RING;
	for (i = 0; i < 4 && r >= 0; i++)
		if (xdp->slots_[i])
			r = sys_setsockopt(xdp->fd_ - 1, NR_SOL_XDP,
					   ring_option[i], &xdp->slots_[i],
					   sizeof(xdp->slots_[i]));
	if (r < 0)
		return r;
	xdp->step = NETRING_STEP_VERSION;
	r = sys_getsockopt(xdp->fd_ - 1, NR_SOL_XDP, NR_XDP_MMAP_OFFSETS,
			   &offsets, &size);
	if (r < 0)
		return r;
	/* words in the first page, or the kernel speaks of something else */
	for (i = 0; i < 16; i++)
		all |= offset[i];
	if (size != sizeof(offsets) || all & ~0xffcull)
		return -EPROTONOSUPPORT;
	xdp->step = NETRING_STEP_MAP;
	for (i = 0; i < 4 && r >= 0; i++)
		if (xdp->slots_[i & 1]) /* as the direction has one */
			r = map_ring(xdp, i, &offsets.rx + i);
	return r;
}
