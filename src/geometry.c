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

static uint32_t max_u32(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

static int power_of_two(uint32_t n)
{
	return (n & (n - 1)) == 0;
}

static uint32_t choose_block(const struct netring_geometry_request *req,
			     uint32_t memory, uint32_t least)
{
	uint32_t block;

	block = memory / (req->block_count ? req->block_count : BLOCKS_WANTED);
	if (!req->block_count && memory / 2 >= BLOCK_WANTED)
		block = max_u32(block, BLOCK_WANTED);
	if (block > BLOCK_MAX)
		block = BLOCK_MAX;
	while (!power_of_two(block))
		block &= block - 1;
	for (block = max_u32(block, PAGE_MIN); block < least;)
		block *= 2;
	return block;
}

/* A build that has one kind of ring only computes for that kind. */
static int fixed_slots(const struct netring_geometry_request *req)
{
	return (NETRING_CONFIG_CAPTURE_V2 || NETRING_CONFIG_INJECTOR) &&
	       (!NETRING_CONFIG_CAPTURE_V3 || req->fixed_slots);
}

/* The bytes of one slot; V3 has none, but the kernel checks the number. */
static uint32_t choose_frame(const struct netring_geometry_request *req)
{
	uint32_t frame = FRAME_V3;

	if (req->frame_size)
		return req->frame_size;
	if (fixed_slots(req))
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
	uint32_t need, packet;

	if (page < PAGE_MIN || !power_of_two(page))
		return NETRING_GEOMETRY_PAGE_SIZE;
	if (memory > RING_MAX || req->max_packet > RING_MAX / 2)
		return NETRING_GEOMETRY_TOO_LARGE;
	g->frame_size = choose_frame(req);
	if (g->frame_size % FRAME_ALIGN || g->frame_size < FRAME_MIN)
		return NETRING_GEOMETRY_FRAME_SIZE;
	if (g->frame_size > RING_MAX / 2)
		return NETRING_GEOMETRY_TOO_LARGE;
	need = g->frame_size;
	packet = req->max_packet + NETRING_GEOMETRY_SLOT_OVERHEAD;
	if (!fixed_slots(req))
		need = max_u32(need, packet + NETRING_GEOMETRY_BLOCK_OVERHEAD);
	else if (req->max_packet && packet > g->frame_size)
		return NETRING_GEOMETRY_FRAME_BLOCK;

	g->block_size = req->block_size ?
				req->block_size :
				choose_block(req, memory, max_u32(page, need));
	if (g->block_size % page)
		return NETRING_GEOMETRY_BLOCK_SIZE;
	if (g->block_size < need)
		return NETRING_GEOMETRY_FRAME_BLOCK;
	g->block_count = req->block_count ? req->block_count :
					    memory / g->block_size;
	g->frame_count = g->block_size / g->frame_size;
	/* V3 needs a second block: one is filled while one is read */
	if (!g->block_count || (!req->block_count && g->block_count < 2 &&
				(!fixed_slots(req) || g->frame_count < 2)))
		return NETRING_GEOMETRY_MEMORY;
	if (g->block_count > (RING_MAX - 1) / g->block_size)
		return NETRING_GEOMETRY_TOO_LARGE;
	if (!req->block_size && g->block_count > memory / g->block_size)
		return NETRING_GEOMETRY_MEMORY;
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
