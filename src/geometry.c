/* SPDX-License-Identifier: MIT */
/* geometry.c - sizes of a packet ring from a budget, or why there are none. */
#include "sys.h"

#include <netring/config.h>
#include <netring/geometry.h>

#define PAGE_MIN 4096u
#define BLOCK_WANTED 0x8000u /* one colour of a virtually indexed cache */
#define BLOCK_MAX 0x100000u  /* above this a block gains nothing */
#define BLOCKS_WANTED 8u
#define RING_MAX 0x80000000u
#define FRAME_ALIGN 16u /* TPACKET_ALIGNMENT */
#define FRAME_MIN (NETRING_GEOMETRY_SLOT_OVERHEAD + FRAME_ALIGN)
#define FRAME_V3 2048u /* the kernel wants one, and does not use it */

/* Powers of two; 0 goes to 1, and up from over 2^31 to 0. */
static uint32_t round_down(uint32_t n)
{
	while (n & (n - 1))
		n &= n - 1;
	return n ? n : 1;
}

static uint32_t round_up(uint32_t n)
{
	uint32_t down = round_down(n);

	return down < n ? down << 1 : down;
}

static uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static uint32_t choose_block(const struct netring_geometry_request *req,
			     uint32_t page, uint32_t need, uint32_t memory)
{
	uint32_t wanted = req->block_count ? req->block_count : BLOCKS_WANTED;
	uint32_t block = round_down(memory / wanted);

	if (block > BLOCK_MAX)
		block = BLOCK_MAX;
	if (block < BLOCK_WANTED && memory / 2 >= BLOCK_WANTED &&
	    !req->block_count)
		block = BLOCK_WANTED;
	return max_u32(block, max_u32(page, round_up(need)));
}

/* The bytes of one slot; V3 has none, but the kernel checks the number. */
static uint32_t choose_frame(const struct netring_geometry_request *req)
{
	uint32_t frame = FRAME_V3;

	if (req->frame_size)
		return req->frame_size;
	if (req->fixed_slots)
		frame = req->max_packet ?
				req->max_packet +
					NETRING_GEOMETRY_SLOT_OVERHEAD :
				NETRING_CONFIG_CAPTURE_FRAME_SIZE;
	return (frame + FRAME_ALIGN - 1) & ~(FRAME_ALIGN - 1);
}

static enum netring_geometry_reason
compute(struct netring_geometry *g, const struct netring_geometry_request *req)
{
	uint32_t page = req->page_size ? req->page_size :
					 (uint32_t)getpagesize();
	uint32_t memory = req->memory ?
				  req->memory :
				  NETRING_CONFIG_CAPTURE_MEMORY_KIB * 1024u;
	uint32_t need;

	if (page < PAGE_MIN || page != round_down(page))
		return NETRING_GEOMETRY_PAGE_SIZE;
	if (memory > RING_MAX || req->max_packet > RING_MAX / 2)
		return NETRING_GEOMETRY_TOO_LARGE;
	g->frame_size = choose_frame(req);
	if (g->frame_size % FRAME_ALIGN || g->frame_size < FRAME_MIN)
		return NETRING_GEOMETRY_FRAME_SIZE;
	if (g->frame_size > RING_MAX / 2)
		return NETRING_GEOMETRY_TOO_LARGE;
	need = g->frame_size;
	if (!req->fixed_slots)
		need = max_u32(need, req->max_packet +
					     NETRING_GEOMETRY_SLOT_OVERHEAD +
					     NETRING_GEOMETRY_BLOCK_OVERHEAD);

	g->block_size = req->block_size ? req->block_size :
					  choose_block(req, page, need, memory);
	if (g->block_size % page)
		return NETRING_GEOMETRY_BLOCK_SIZE;
	if (g->block_size < need)
		return NETRING_GEOMETRY_FRAME_BLOCK;
	g->block_count = req->block_count ? req->block_count :
					    memory / g->block_size;
	g->frame_count = g->block_size / g->frame_size;
	/* V3 needs a second block: the kernel fills one, the caller reads one */
	if (!g->block_count || (!req->block_count && g->block_count < 2 &&
				(!req->fixed_slots || g->frame_count < 2)))
		return NETRING_GEOMETRY_MEMORY;
	if ((uint64_t)g->block_size * g->block_count > RING_MAX - 1)
		return NETRING_GEOMETRY_TOO_LARGE;
	g->frame_count *= g->block_count;
	return NETRING_GEOMETRY_OK;
}

int netring_geometry_compute(struct netring_geometry *geometry,
			     const struct netring_geometry_request *request)
{
	memset(geometry, 0, sizeof(*geometry));
	geometry->reason = compute(geometry, request);
	return geometry->reason == NETRING_GEOMETRY_OK ? 0 : -EINVAL;
}
