/* SPDX-License-Identifier: MIT */
/* geometry.h - how large the blocks and frames of a packet ring are. */
#ifndef NETRING_GEOMETRY_H
#define NETRING_GEOMETRY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why a request cannot be met; netring_geometry_explain() puts it in words. */
enum netring_geometry_reason {
	NETRING_GEOMETRY_OK,
	NETRING_GEOMETRY_PAGE_SIZE,   /* not a power of two from 4 KiB up */
	NETRING_GEOMETRY_BLOCK_SIZE,  /* not a multiple of the page size */
	NETRING_GEOMETRY_FRAME_SIZE,  /* not a multiple of 16, or too small */
	NETRING_GEOMETRY_FRAME_BLOCK, /* max_packet > frame, or frame > block */
	NETRING_GEOMETRY_MEMORY, /* holds less than block_count, or 2 slots */
	NETRING_GEOMETRY_TOO_LARGE, /* 2 GiB or more */
	/* of a UMEM and its rings: */
	NETRING_GEOMETRY_ADDRESS,   /* memory does not begin at a page */
	NETRING_GEOMETRY_CHUNK,	    /* frame no power of 2 from 2 KiB to page */
	NETRING_GEOMETRY_REST,	    /* size no multiple of the frame size */
	NETRING_GEOMETRY_HEADROOM,  /* leaves no room for a packet */
	NETRING_GEOMETRY_TABLE,	    /* missing, or less than a word a frame */
	NETRING_GEOMETRY_FRAMES,    /* none to receive into, or to send from */
	NETRING_GEOMETRY_RING_SLOTS /* no power of two up to 32768 */
};

/* What is wanted; a zero field is computed. All sizes in bytes. */
struct netring_geometry_request {
	uint32_t page_size;  /* 0: this machine's */
	uint32_t memory;     /* budget; 0: CONFIG_CAPTURE_MEMORY_KIB */
	uint32_t max_packet; /* longest packet to be kept whole; 0: as fits */
	uint32_t block_size;
	uint32_t block_count;
	uint32_t frame_size; /* fixed slots only; 0: from max_packet, else
			       * CONFIG_CAPTURE_FRAME_SIZE */
	int fixed_slots;     /* 1: TPACKET_V2, a slot a packet; 0: V3. A build
			       * that has one of them only goes by that one */
};

/* What the ring will be: block_size * block_count bytes of kernel memory. */
struct netring_geometry {
	uint32_t block_size;
	uint32_t block_count;
	uint32_t frame_size;
	uint32_t frame_count;
	enum netring_geometry_reason reason;
};

/* A slot holds this much beside the packet (headers, VLAN and vnet room). */
#define NETRING_GEOMETRY_SLOT_OVERHEAD 112u
/* And a V3 block this much beside its slots. */
#define NETRING_GEOMETRY_BLOCK_OVERHEAD 48u

/**
 * netring_geometry_compute() - compute a ring that the kernel will accept.
 *
 * Pure: no system call, the same answer for the same request. Blocks it
 * chooses are powers of two of at least a page (the kernel allocates whole
 * orders) and, when the budget has room, at least 32 KiB, which keeps the
 * user's and the kernel's view of a block in one colour of a virtually
 * indexed cache (MIPS 24K/74K, ARMv5). A given size is taken as it is or
 * refused, never rounded.
 *
 * Return: 0, or -EINVAL with @geometry->reason.
 */
int netring_geometry_compute(struct netring_geometry *geometry,
			     const struct netring_geometry_request *request);

/* An English sentence for a reason, never NULL. */
const char *netring_geometry_explain(enum netring_geometry_reason reason);

#ifdef __cplusplus
}
#endif
#endif
