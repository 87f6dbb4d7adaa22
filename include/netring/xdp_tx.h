/* SPDX-License-Identifier: MIT */
/* xdp_tx.h - AF_XDP, the sending handle: frames to fill, to forward. */
#ifndef NETRING_XDP_TX_H
#define NETRING_XDP_TX_H

#include <stddef.h>
#include <stdint.h>

#include <netring/umem.h>
#include <netring/xdp_ring.h>

#ifdef __cplusplus
extern "C" {
#endif

struct netring_xdp_packet;

#define NETRING_XDP_OVER_MTU 22u /* Ethernet header and two VLAN tags */
#define NETRING_XDP_SHORTEST 14u
#define NETRING_XDP_FRAGMENTS_MAX 17u /* MAX_SKB_FRAGS */

/* A frame to be filled. */
struct netring_xdp_frame {
	uint8_t *data; /* from the Ethernet header on */
	uint32_t capacity;
	uint64_t addr;
	struct netring_xdp_metadata *metadata; /* zeroed; NULL: not asked for */
};

/* In front of a frame's data, with NETRING_UMEM_METADATA: struct
 * xsk_tx_metadata of Linux 6.8, the same for 32 and 64 bits. */
struct netring_xdp_metadata {
	uint64_t flags; /* NETRING_XDP_METADATA_* */
	union {
		struct {
			uint16_t csum_start;  /* from data */
			uint16_t csum_offset; /* from csum_start */
			uint32_t pad;
			uint64_t launch_time; /* ns of the device's clock */
		} request;
		uint64_t timestamp; /* ns; once the frame is completed */
	} u;
};

/* Without a kernel that knows them (6.8), commit fills the checksum in itself
 * and refuses the other two; netring_xdp_metadata_active() tells. */
#define NETRING_XDP_METADATA_TIMESTAMP 0x1u
#define NETRING_XDP_METADATA_CHECKSUM 0x2u /* its sum so far is in place */
/* Some devices, Linux 6.15. From 6.8 to 6.14 it stalls the ring: flush is
 * -EINVAL until netring_xdp_reopen(). */
#define NETRING_XDP_METADATA_LAUNCH_TIME 0x4u

/* Sends; private. One thread. */
struct netring_xdp_tx {
	struct netring_umem *umem_;
	uint32_t number_;
	int fd_; /* + 1 */
	uint32_t flags_;
	uint32_t reserved_;  /* frames that the caller has, to be committed */
	uint32_t staged_;    /* slots written, not flushed yet */
	uint32_t open_;	     /* of these, the slots of an unfinished packet */
	uint32_t open_len_;  /* bytes of that packet */
	uint32_t in_flight_; /* flushed, not completed */
	uint32_t most_;	     /* limit of reserved_ + staged_ + in_flight_ */
	uint32_t longest_;   /* bytes of a packet */
	struct netring_xdp_ring ring_;
	struct netring_xdp_ring completions_;
	uint32_t owed_; /* a kick reported as dropped, not completed yet */
	uint64_t queued_;
	uint64_t sent_;
	uint64_t refused_;
	uint64_t discarded_;
	uint64_t invalid_;
	uint64_t too_short_;
	uint64_t too_long_;
	uint64_t retried_;
	uint64_t link_down_;
};

/**
 * netring_xdp_tx_reserve() - take a free frame, and a slot of the ring for it.
 *
 * Several may be reserved at once; they leave in the order of the commits.
 *
 * Return: 0 and @frame, or -EAGAIN: flush, then wait for completions.
 */
int netring_xdp_tx_reserve(struct netring_xdp_tx *tx,
			   struct netring_xdp_frame *frame);

/**
 * netring_xdp_tx_commit() - queue a reserved frame of @len bytes.
 *
 * The kernel sees it with the next flush. A packet has 14 bytes to MTU + 22, by
 * the MTU that the interface had at open, reopen or the last
 * netring_xdp_health(). A device that takes less (a virtual cable: MTU + 18)
 * drops the longer ones: stats.refused.
 *
 * Return: 0, or an error, and the frame is free again: -EINVAL: too short, or
 * invalid metadata; -EMSGSIZE: too long. -EBADF: it is not reserved.
 */
int netring_xdp_tx_commit(struct netring_xdp_tx *tx,
			  const struct netring_xdp_frame *frame, uint32_t len);

/* The same for a fragment that is not the last; up to 17 make a packet. With
 * FRAGMENTS. When one is refused, those before it are discarded too. Reserve
 * all frames of a packet first: none may be left when it is half done. */
int netring_xdp_tx_commit_more(struct netring_xdp_tx *tx,
			       const struct netring_xdp_frame *frame,
			       uint32_t len);

/* Give a reserved frame up. */
void netring_xdp_tx_discard(struct netring_xdp_tx *tx,
			    const struct netring_xdp_frame *frame);

/*
 * Queue a received packet, or fragment, as it is, without a copy: on a socket
 * of the same UMEM. Its bytes may have been changed, and its len. Reap or flush
 * also when nothing is received: frames under way are not received into.
 *
 * Return: as commit; then, and with -EAGAIN (no slot), it stays in its batch,
 * and so must its other fragments: those before it are given up. -EBADF: it is
 * in no batch.
 */
int netring_xdp_tx_forward(struct netring_xdp_tx *tx,
			   const struct netring_xdp_packet *pkt);

/* One system call, if the kernel is to be woken. Return: descriptors that it
 * has not taken (0: done), -ENETDOWN, -ENODEV, -errno. */
int netring_xdp_tx_kick(struct netring_xdp_tx *tx);

/**
 * netring_xdp_tx_flush() - publish what is committed, kick until it is taken.
 *
 * In copy mode a kick takes 32 descriptors: goes on as long as there is
 * progress. Never blocks; reaps completions.
 *
 * Return: descriptors that the kernel has not taken, 0: all done;
 *         -ENETDOWN  the link is down; they go out when it is up
 *         -ENODEV    the interface is gone: netring_xdp_reopen()
 */
int netring_xdp_tx_flush(struct netring_xdp_tx *tx);

/* Free the frames that the kernel has completed. flush and reserve do it.
 * Return: how many. */
uint32_t netring_xdp_tx_reap(struct netring_xdp_tx *tx);

/*
 * The next completed frame, with KEEP_COMPLETIONS and METADATA: its metadata
 * tells when it left. It is free again, its bytes stay until the next reserve.
 * Return: 1 and @frame, or 0.
 */
int netring_xdp_tx_next_completion(struct netring_xdp_tx *tx,
				   struct netring_xdp_frame *frame);

/* Copy one packet and flush; @deadline of netring_clock_ms() for a frame, 0:
 * do not wait. Return: 0: queued; if this flush could not send it, the next one
 * will. -EAGAIN: no frame until then; or as commit and flush. */
int netring_xdp_tx_send(struct netring_xdp_tx *tx, const void *data,
			uint32_t len, int64_t deadline);

/* The same without a kick, for many in a row: flush at the end. */
int netring_xdp_tx_queue(struct netring_xdp_tx *tx, const void *data,
			 uint32_t len, int64_t deadline);

/* Flush until all whole packets are completed. Return: frames that remain at
 * @deadline (a link that is down is waited for; so are completions that the
 * caller keeps: not NETRING_FOREVER there), or as flush. */
int netring_xdp_tx_drain(struct netring_xdp_tx *tx, int64_t deadline);

/* Committed frames that are not completed. */
static inline uint32_t netring_xdp_tx_pending(const struct netring_xdp_tx *tx)
{
	return tx->in_flight_ + tx->staged_;
}

/* Does the kernel read metadata, or only commit? */
static inline int netring_xdp_metadata_active(const struct netring_xdp_tx *tx)
{
	return tx->umem_->kernel_metadata_ != 0;
}

/* The bare rings, for the ring layer. What it puts into the tx ring it takes
 * from the completion ring itself; nothing may be committed meanwhile. */
static inline struct netring_xdp_ring *
netring_xdp_tx_ring(struct netring_xdp_tx *tx)
{
	return &tx->ring_;
}

static inline struct netring_xdp_ring *
netring_xdp_completion_ring(struct netring_xdp_tx *tx)
{
	return &tx->completions_;
}

#ifdef __cplusplus
}
#endif
#endif
