/* SPDX-License-Identifier: MIT */
/* injector.h - send: a memory-mapped AF_PACKET TX ring on one interface. */
#ifndef NETRING_INJECTOR_H
#define NETRING_INJECTOR_H

#include <stddef.h>
#include <stdint.h>

#include <netring/base.h>
#include <netring/geometry.h>
#include <netring/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * netring_injector_config.flags
 *
 * QDISC_BYPASS  straight to the driver: no queueing, no tcpdump on this side
 *               sees it; Linux 3.14
 * VNET_HDR      each frame has a struct netring_vnet: checksum and segmentation
 *               are the kernel's; CONFIG_INJECTOR_VNET_HDR
 * TIMESTAMP     see netring_injector_read_timestamp();
 *               CONFIG_INJECTOR_TIMESTAMP
 * TXTIME        see netring_injector_flush_at(); Linux 4.19;
 *               CONFIG_INJECTOR_TXTIME
 */
#define NETRING_INJECTOR_QDISC_BYPASS 0x1u
#define NETRING_INJECTOR_VNET_HDR 0x2u
#define NETRING_INJECTOR_TIMESTAMP 0x4u
#define NETRING_INJECTOR_TXTIME 0x8u

/**
 * struct netring_injector_config - what to open; zero means the default.
 *
 * Read during netring_injector_open() only. An `int *` points to a descriptor
 * that stays the caller's.
 */
struct netring_injector_config {
	const char *interface; /* name, or NULL: see ifindex */
	uint32_t ifindex;      /* used when interface is NULL */
	uint32_t flags;	       /* NETRING_INJECTOR_* */

	/* The ring, kernel memory; see netring_geometry_compute(). */
	uint32_t memory; /* bytes; 0: CONFIG_INJECTOR_MEMORY_KIB */
	uint32_t block_size;
	uint32_t block_count;
	uint32_t frame_size;  /* of a slot; 0: from max_packet */
	uint32_t max_packet;  /* longest frame to be sent; 0: what fits into
			       * CONFIG_INJECTOR_FRAME_SIZE */
	uint32_t send_buffer; /* SO_SNDBUF: bytes in flight; 0: the system's */
	uint32_t priority;    /* SO_PRIORITY, for the queueing discipline */
	uint32_t mark;	      /* SO_MARK (needs CAP_NET_ADMIN); 0: none */
	uint32_t retry_ms;    /* how long a frame that the kernel asks to repeat
			       * may hold back those behind it; 0:
			       * CONFIG_INJECTOR_RETRY_MS; see flush */
	int txtime_clock;     /* with TXTIME: clockid of the launch times, as
			       * the qdisc has it: CLOCK_TAI for etf */

	const int *netns;  /* as in struct netring_capture_config */
	const int *socket; /* as in struct netring_capture_config */
};

/*
 * Frames by their fate, since open. At every moment queued = accepted +
 * refused + discarded + pending. None goes down but pending.
 */
struct netring_injector_stats {
	uint64_t queued;   /* committed */
	uint64_t accepted; /* the kernel took it for transmission */
	struct netring_refused refused; /* it did not */
	uint64_t discarded;		/* by discard_pending */
	uint64_t too_short; /* never queued: commit refused less than a header,
			     * or a vnet header that points beyond the end */
	uint64_t too_long;  /* never queued: commit refused, above the MTU */
	uint64_t retried;   /* kicks that the kernel asked to repeat */
	uint64_t link_down; /* kicks that met a downed link */
	uint64_t pending;   /* committed, and not known to be one of these */
};

/* A slot to be filled. */
struct netring_frame {
	uint8_t *data;		   /* from the Ethernet header on */
	uint32_t capacity;	   /* bytes that fit at data */
	uint32_t number;	   /* 0, 1, 2, ...: what timestamps refer to */
	struct netring_vnet *vnet; /* with VNET_HDR: zeroed, to be filled */
};

/* Private but for step and reason; storage rules as struct netring_capture. */
struct netring_injector {
	enum netring_step step;
	enum netring_geometry_reason reason;

	int fd_; /* + 1 */
	uint8_t *ring_;
	size_t ring_size_;
	struct netring_geometry geometry_;
	uint32_t slots_; /* in a block, */
	uint32_t gap_;	 /* and bytes that they leave there */
	uint32_t head_;	 /* number of the next frame to reserve */
	uint32_t tail_;	 /* number of the oldest that is not done */
	uint32_t head_slot_;
	uint32_t tail_slot_;
	uint32_t pending_; /* committed, and not done */
	uint32_t sent_;	   /* of the oldest that the kernel has not looked at */
	uint32_t retry_ms_;
	uint32_t since_;	/* ms: when the head was refused first; 0: no */
	uint32_t blocked_tail_; /* the oldest that was on its way then */
	uint32_t refused_at_;	/* ms: when a head was dropped last, or 0 */
	uint32_t looked_;	/* ms: at MTU and carrier */
	uint32_t flags_;
	uint32_t header_; /* bytes of the link header beyond the MTU */
	struct netring_interface_facts_ interface_;
	uint32_t newest_;  /* timestamps: beyond the highest number so far */
	uint32_t retries_; /* and the retries of all of these */
	struct netring_injector_stats stats_;
};

/**
 * netring_injector_open() - map a TX ring on one interface.
 *
 * Protocol 0: the socket receives nothing. TPACKET_V2's layout, with
 * PACKET_LOSS, so that a frame that the kernel refuses does not block those
 * behind it. The interface may be down.
 *
 * The kernel copies a frame of up to 2048 bytes at the flush (PACKET_VNET_HDR
 * with a header_len as long as the frame). For longer ones it refers to the
 * ring's pages, which whoever receives them beside a device, such as a virtual
 * device's other end, has to copy into pages of its own.
 *
 * Memory:  block_size * block_count bytes of kernel memory; no heap.
 * Thread:  one thread per object; objects share nothing.
 * Kernel:  4.14 (tested from 5.10 on).
 * Return:  0, or < 0 with inj->step; errors as netring_capture_open().
 */
int netring_injector_open(struct netring_injector *inj,
			  const struct netring_injector_config *cfg)
	NETRING_TAGGED(netring_injector_open);

/*
 * Give everything back; safe on a failed, a closed or an all-zero object.
 * Return: how many committed frames were never handed over. To lose none,
 * netring_injector_drain() first.
 */
int netring_injector_close(struct netring_injector *inj);

/**
 * netring_injector_reserve() - take the next slot of the ring.
 *
 * Several may be reserved at once; frames leave in the order in which they
 * were reserved, so a reserved one holds back those behind it until it is
 * committed or discarded.
 *
 * Return: 0 and @frame, or -EAGAIN: the ring is full; flush, then wait.
 */
int netring_injector_reserve(struct netring_injector *inj,
			     struct netring_frame *frame);

/**
 * netring_injector_commit() - queue a reserved frame of @len bytes.
 *
 * The kernel looks at it at the next flush. Frames have 14 bytes to MTU + 14,
 * and 4 more with a tag of 0x8100; with VNET_HDR also with one of 0x88a8, and
 * with two; a super-frame of VNET_HDR: what fits. A frame outside is discarded
 * here, since the kernel would drop it unseen.
 *
 * Return: 0, -EINVAL (too short), -EMSGSIZE (too long, or > capacity);
 * -EBADF: it is not reserved.
 */
int netring_injector_commit(struct netring_injector *inj,
			    const struct netring_frame *frame, uint32_t len);

/* Give a reserved slot up; leaves no hole. */
void netring_injector_discard(struct netring_injector *inj,
			      const struct netring_frame *frame);

/**
 * netring_injector_flush() - kick the kernel until it makes no progress.
 *
 * Never blocks. Poll tells nothing about a packet socket's TX ring (POLLOUT
 * is always ready), so a full ring is a matter of flushing again later.
 *
 * Return: frames that are still pending, 0 when the kernel has returned all;
 *         -ENETDOWN  the link is down, or has no carrier (looked at once a
 *                    millisecond: what is flushed before that, a driver
 *                    drops and says nothing); the frames stay, and go out
 *                    when it is up again, unless discard_pending drops them
 *         -ENODEV    the interface is gone: netring_injector_rebind()
 */
int netring_injector_flush(struct netring_injector *inj);

/* Flush with a launch time in ns of cfg->txtime_clock; needs TXTIME. */
int netring_injector_flush_at(struct netring_injector *inj, uint64_t time);

/**
 * netring_injector_send() - copy one frame into the ring and flush.
 * @deadline: of netring_clock_ms(), for a full ring; 0: do not wait;
 *            NETRING_FOREVER.
 *
 * Return: 0; -EAGAIN when the ring was full until the deadline; as commit
 * and flush otherwise (-ENETDOWN: only when the ring is full, too).
 */
int netring_injector_send(struct netring_injector *inj, const void *frame,
			  uint32_t len, int64_t deadline);

/* The same without a kick, for many frames in a row: flush at the end. */
int netring_injector_queue(struct netring_injector *inj, const void *frame,
			   uint32_t len, int64_t deadline);

/* Flush until nothing is pending. Return: frames that remain, or as flush. */
int netring_injector_drain(struct netring_injector *inj, int64_t deadline);

/*
 * Drop what the kernel has not taken, so that no stale burst goes out when a
 * link comes back. Reserved frames must be committed or discarded before.
 * Return: frames dropped.
 */
int netring_injector_discard_pending(struct netring_injector *inj);

/* Committed frames that the kernel has not returned yet. */
uint32_t netring_injector_pending(struct netring_injector *inj);

/* Follow an interface that was made again; see netring_capture_rebind(). */
int netring_injector_rebind(struct netring_injector *inj);

void netring_injector_read_stats(struct netring_injector *inj,
				 struct netring_injector_stats *stats);

/* When a frame left; with NETRING_INJECTOR_TIMESTAMP. */
struct netring_tx_timestamp {
	uint32_t frame; /* netring_frame.number */
	uint32_t sec;
	uint32_t nsec;
	uint32_t flags; /* NETRING_PACKET_TIME_SOFTWARE or _HARDWARE */
};

/*
 * Return: 1 and @stamp, 0: none there, or -errno. Read often: the kernel
 * keeps as many as fit into the socket's receive buffer.
 */
int netring_injector_read_timestamp(struct netring_injector *inj,
				    struct netring_tx_timestamp *stamp);

/*
 * Insert a VLAN tag into a frame of @len bytes at @data, which has room for
 * four more. Return: the new length, or @len when it has no addresses.
 */
uint32_t netring_vlan_insert(uint8_t *data, uint32_t len, uint16_t tpid,
			     uint16_t tci);

static inline int netring_injector_fd(const struct netring_injector *inj)
{
	return inj->fd_ - 1;
}

static inline const struct netring_geometry *
netring_injector_geometry(const struct netring_injector *inj)
{
	return &inj->geometry_;
}

static inline uint32_t netring_injector_mtu(const struct netring_injector *inj)
{
	return inj->interface_.mtu;
}

#ifdef __cplusplus
}
#endif
#endif
