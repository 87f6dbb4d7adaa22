/* SPDX-License-Identifier: MIT */
/* umem.h - the memory of AF_XDP sockets: frames, and who has each of them. */
#ifndef NETRING_UMEM_H
#define NETRING_UMEM_H

#include <stddef.h>
#include <stdint.h>

#include <netring/base.h>
#include <netring/geometry.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A UMEM is memory of the caller's, cut into frames of one size. Any memory
 * that begins at a page will do: static (NETRING_UMEM_AREA), from mmap(), huge
 * pages, a memfd. The kernel pins it while a socket uses it: without
 * CAP_IPC_LOCK it counts against RLIMIT_MEMLOCK.
 *
 * Every frame has one owner at any time:
 *
 *   FREE  in a list of the UMEM's
 *   FILL  with the kernel, to be received into
 *   RX    received, in a batch that was not released yet
 *   USER  with the caller: reserved to be sent, or kept from a batch
 *   TX    to be sent, until the kernel's completion
 *
 * The first rx_frames belong to receiving and the others to sending, so that
 * neither starves the other; a frame goes back to where it belongs. When its
 * last socket is closed a UMEM is as new, but for frames that were kept.
 *
 * Threads: one may receive and another send on the same UMEM. All sockets that
 * share it receive in one thread and send in one; a frame that is forwarded,
 * or kept, wants both to be the same.
 */
enum netring_umem_owner {
	NETRING_UMEM_FREE,
	NETRING_UMEM_FILL,
	NETRING_UMEM_RX,
	NETRING_UMEM_USER,
	NETRING_UMEM_TX,
	NETRING_UMEM_OWNERS_
};

#define NETRING_UMEM_FRAME_MIN 2048u /* and a page at most */
#define NETRING_UMEM_FRAMES_MAX 0x8000000u
#define NETRING_UMEM_ALIGN 65536u /* the largest page size */

/* Bytes that the kernel reserves in a frame in front of a received packet, in
 * addition to the headroom (XDP_PACKET_HEADROOM). */
#define NETRING_UMEM_XDP_HEADROOM 256u

/*
 * A static area of @frames frames: NETRING_UMEM_AREA(area, 512, 2048) defines
 * area.memory and area.table. NETRING_UMEM_OF(area) names them, and their
 * sizes, in the initializer of a struct netring_umem_config (C99, C++20).
 */
/* NOLINTBEGIN(bugprone-macro-parentheses): a name */
#define NETRING_UMEM_AREA(name, frames, frame_size)              \
	static struct {                                          \
		uint8_t memory[(size_t)(frames) * (frame_size)]; \
		uint32_t table[(size_t)(frames)];                \
	} name __attribute__((aligned(NETRING_UMEM_ALIGN)))
/* NOLINTEND(bugprone-macro-parentheses) */
#define NETRING_UMEM_OF(area)                                   \
	.memory = (area).memory, .size = sizeof((area).memory), \
	.table = (area).table, .table_size = sizeof((area).table)

/* Bytes of both, for memory that is not static. */
#define NETRING_UMEM_SIZE(frames, frame_size) ((size_t)(frames) * (frame_size))
#define NETRING_UMEM_TABLE_SIZE(frames) ((size_t)(frames) * sizeof(uint32_t))

/*
 * netring_umem_config.flags
 *
 * METADATA  frames to be sent may have a struct netring_xdp_metadata;
 *           CONFIG_XDP_METADATA
 */
#define NETRING_UMEM_METADATA 0x1u

/* Zero means the default. */
struct netring_umem_config {
	void *memory;	     /* aligned to a page; the UMEM's until close */
	size_t size;	     /* bytes; a multiple of frame_size */
	uint32_t *table;     /* a word a frame; the UMEM's until close */
	size_t table_size;   /* bytes */
	uint32_t frame_size; /* power of two; 0: CONFIG_XDP_FRAME_SIZE */
	uint32_t headroom;   /* bytes more in front of a received packet; up
			      * to frame_size - 704; cache lines longer than
			      * 64 bytes take 64 (powerpc64) or 192 (s390x)
			      * more: the kernel's -EINVAL */
	uint32_t rx_frames;  /* for receiving, the others for sending; 0: by
			      * the first socket's mode: half, all or none */
	uint32_t flags;	     /* NETRING_UMEM_* */
};

struct netring_xdp;

/* A list of free frames; private. */
struct netring_umem_pool_ {
	uint32_t first;
	uint32_t count;
};

/* Private but for reason. Must stay in place while a socket uses it. */
struct netring_umem {
	enum netring_geometry_reason reason;

	uint8_t *memory_;
	uint32_t *table_; /* of a frame: its owner << 28 | the socket's number,
			   * or the next free frame */
	size_t size_;
	uint32_t frames_;
	uint32_t rx_frames_;
	uint32_t given_; /* in the configuration */
	uint32_t shift_; /* a frame has 1 << shift_ bytes */
	uint32_t headroom_;
	uint32_t metadata_;	   /* bytes in front of a frame to be sent, */
	uint32_t kernel_metadata_; /* which the kernel reads */
	uint32_t number_;	   /* of the last socket; 0: as new */
	uint32_t users_;   /* sockets that are open, or may be reopened */
	uint32_t is_used_; /* it had a socket: its table is valid */
	struct netring_xdp *sockets_; /* a list */

	uint8_t apart_[64]; /* two threads, two cache lines */
	struct netring_umem_pool_ rx_;
	uint8_t also_apart_[64];
	struct netring_umem_pool_ tx_;
};

/**
 * netring_umem_init() - cut memory into frames.
 *
 * No system call but the one for the page size: everything is checked here,
 * the kernel learns of it with the first socket.
 *
 * Return: 0, or -EINVAL with umem->reason; -EOPNOTSUPP: a flag that this
 * build lacks.
 */
int netring_umem_init(struct netring_umem *umem,
		      const struct netring_umem_config *cfg)
	NETRING_TAGGED(netring_umem_init);

/* Free a frame that was kept (netring_xdp_rx_keep()); @addr: any address within
 * it. Return: 0, or -EINVAL: no such frame, or not the caller's. */
int netring_umem_free(struct netring_umem *umem, uint64_t addr);

/* The bytes at @addr, an offset within the UMEM. */
static inline uint8_t *netring_umem_data(const struct netring_umem *umem,
					 uint64_t addr)
{
	return umem->memory_ + (size_t)addr;
}

/* The owner of the frame that contains @addr. */
static inline enum netring_umem_owner
netring_umem_owner(const struct netring_umem *umem, uint64_t addr)
{
	return (enum netring_umem_owner)(
		umem->table_[(size_t)addr >> umem->shift_] >> 28);
}

/* The longest packet that a frame holds when it is received: a longer one is
 * dropped by the kernel, or comes in fragments. */
static inline uint32_t netring_umem_room(const struct netring_umem *umem)
{
	return (1u << umem->shift_) - NETRING_UMEM_XDP_HEADROOM -
	       umem->headroom_;
}

/* Private: a word of the table. */
#define NETRING_UMEM_END_ 0x0fffffffu /* of a list of free frames */
#define NETRING_UMEM_WORD_(owner, number) ((uint32_t)(owner) << 28 | (number))

/* Private: the frame number of an address of the kernel's, if such a frame is
 * with the owner of @word and holds @len bytes from there; else -1. */
static inline uint32_t netring_umem_find_(const struct netring_umem *umem,
					  uint32_t word, uint64_t addr,
					  uint32_t len)
{
	uint32_t frame;

	if (addr >= umem->size_)
		return UINT32_MAX;
	frame = (uint32_t)((size_t)addr >> umem->shift_);
	if (umem->table_[frame] != word ||
	    len > ((size_t)(frame + 1) << umem->shift_) - (size_t)addr)
		return UINT32_MAX;
	return frame;
}

#ifdef __cplusplus
}
#endif
#endif
