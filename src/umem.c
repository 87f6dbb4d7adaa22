/* SPDX-License-Identifier: MIT */
/* umem.c - cut memory into frames, know who has each of them. */
#include "umem.h"

#define HEADROOM_REST 704u /* what newer kernels want beside the headroom */

static enum netring_geometry_reason check(const struct netring_umem_config *cfg,
					  uint32_t frame_size, size_t frames)
{
	size_t page = (size_t)getpagesize();

	if (!cfg->memory || (uintptr_t)cfg->memory & (page - 1))
		return NETRING_GEOMETRY_ADDRESS;
	if (frame_size < NETRING_UMEM_FRAME_MIN || frame_size > page ||
	    frame_size & (frame_size - 1))
		return NETRING_GEOMETRY_CHUNK;
	if (!frames || cfg->size & (frame_size - 1))
		return NETRING_GEOMETRY_REST;
	if (NETRING_CONFIG_XDP_RX && cfg->headroom > frame_size - HEADROOM_REST)
		return NETRING_GEOMETRY_HEADROOM;
	if (frames > NETRING_UMEM_FRAMES_MAX)
		return NETRING_GEOMETRY_TOO_LARGE;
	if (!cfg->table || cfg->table_size / sizeof(*cfg->table) < frames)
		return NETRING_GEOMETRY_TABLE;
	return cfg->rx_frames > frames ? NETRING_GEOMETRY_FRAMES :
					 NETRING_GEOMETRY_OK;
}

int netring_umem_init(struct netring_umem *umem,
		      const struct netring_umem_config *cfg)
{
	uint32_t frame_size = cfg->frame_size ? cfg->frame_size :
						NETRING_CONFIG_XDP_FRAME_SIZE;
	uint32_t shift = 0;

	while (frame_size >> shift > 1)
		shift++;
	memset(umem, 0, sizeof(*umem));
	if (cfg->flags &
	    ~(NETRING_CONFIG_XDP_METADATA ? NETRING_UMEM_METADATA : 0u))
		return -EOPNOTSUPP;
	umem->reason = check(cfg, frame_size, cfg->size >> shift);
	if (umem->reason)
		return -EINVAL;
	umem->memory_ = (uint8_t *)cfg->memory;
	umem->table_ = cfg->table;
	umem->size_ = cfg->size;
	umem->frames_ = (uint32_t)(cfg->size >> shift);
	umem->shift_ = shift;
	umem->headroom_ = cfg->headroom;
	if (NETRING_CONFIG_XDP_METADATA && cfg->flags)
		umem->metadata_ = sizeof(struct netring_xdp_metadata);
	umem->given_ = cfg->rx_frames;
	return 0;
}

/* The lists, but for frames that were kept while it had sockets before. */
static void build(struct netring_umem *umem)
{
	uint32_t frame = umem->frames_;

	umem->rx_.count = umem->tx_.count = 0;
	umem->rx_.first = umem->tx_.first = NETRING_UMEM_END_;
	while (frame--)
		if (!umem->is_used_ ||
		    umem->table_[frame] != UMEM_WORD(NETRING_UMEM_USER, 0))
			netring_umem_push_(umem, frame);
	umem->is_used_ = 1;
}

int netring_umem_begin_(struct netring_umem *umem, enum netring_xdp_mode mode)
{
	uint32_t rx = umem->number_ ? umem->rx_frames_ : umem->given_;

	if (!umem->number_ && !rx && mode != NETRING_XDP_TX)
		rx = umem->frames_ >> (mode == NETRING_XDP_BOTH);
	if ((mode == NETRING_XDP_TX ? umem->frames_ - rx : rx) == 0) {
		umem->reason = NETRING_GEOMETRY_FRAMES;
		return -EINVAL;
	}
	umem->rx_frames_ = rx;
	if (!umem->number_++)
		build(umem);
	return 0;
}

void netring_umem_push_(struct netring_umem *umem, uint32_t frame)
{
	struct netring_umem_pool_ *pool =
		frame < umem->rx_frames_ ? &umem->rx_ : &umem->tx_;

	umem->table_[frame] = pool->first;
	pool->first = frame;
	pool->count++;
}

uint32_t netring_umem_frame_(const struct netring_umem *umem, uint32_t word,
			     uint64_t addr)
{
	return netring_umem_find_(umem, word, addr, 0);
}

uint32_t netring_xdp_seek_(struct netring_xdp_ring *ring, uint32_t want)
{
	return netring_xdp_ring_seek(ring, want);
}

int netring_umem_free(struct netring_umem *umem, uint64_t addr)
{
	uint32_t kept = UMEM_WORD(NETRING_UMEM_USER, 0);
	uint32_t frame = netring_umem_frame_(umem, kept, addr);

	if (frame == UINT32_MAX)
		return -EINVAL;
	netring_umem_push_(umem, frame);
	return 0;
}

void netring_umem_reclaim_(struct netring_umem *umem, uint32_t number)
{
	uint32_t frame;

	for (frame = 0; frame < umem->frames_; frame++)
		if (umem->table_[frame] >> 28 != NETRING_UMEM_FREE &&
		    (umem->table_[frame] & UMEM_NUMBER) == number)
			netring_umem_push_(umem, frame);
}
