/* SPDX-License-Identifier: MIT */
/* xdp.h - AF_XDP: one socket that receives, sends or both, on one queue. */
#ifndef NETRING_XDP_H
#define NETRING_XDP_H

#include <stddef.h>
#include <stdint.h>

#include <netring/base.h>
#include <netring/umem.h>
#include <netring/xdp_rx.h>
#include <netring/xdp_tx.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A socket has two handles, xdp.rx and xdp.tx, which share nothing that is
 * written: one thread may use the one and another the other. Two layers may
 * be mixed. The packet layer keeps books of every frame: rx_next, _packet,
 * _release to receive; tx_reserve, _commit, _flush to send. The ring layer
 * (xdp_ring.h) on netring_xdp_rx_ring() and its like is the bare slots.
 *
 * What is received is chosen by an XDP program: see xdp_program.h. Sending
 * needs none, but with some drivers, zero-copy.
 */

enum netring_xdp_mode {
	NETRING_XDP_BOTH,
	NETRING_XDP_RX,
	NETRING_XDP_TX
};

/* How the packets get there; see netring_xdp_config.bind. */
enum netring_xdp_bind {
	NETRING_XDP_ZEROCOPY = 1, /* the device works in the UMEM itself */
	NETRING_XDP_COPY	  /* the kernel copies; every interface can */
};

/*
 * netring_xdp_config.flags
 *
 * PROMISC       promiscuous mode while the socket is open (by a packet socket
 *               that receives nothing)
 * FRAGMENTS     packets longer than a frame come and go in several, up to 17
 *               (XDP_USE_SG); Linux 6.6. Before, active flags lack it, and
 *               the kernel drops what is longer; CONFIG_XDP_FRAGMENTS
 * SPIN          no XDP_USE_NEED_WAKEUP: every kick is a system call;
 *               CONFIG_XDP_SPIN
 * BUSY_POLL     the socket's thread does the device's work
 *               (SO_PREFER_BUSY_POLL), see busy_usecs; Linux 5.11. Before,
 *               active flags lack it; CONFIG_XDP_BUSY_POLL
 * KEEP_COMPLETIONS  nothing is reaped but by netring_xdp_tx_next_completion();
 *               CONFIG_XDP_METADATA
 */
#define NETRING_XDP_PROMISC 0x1u
#define NETRING_XDP_FRAGMENTS 0x2u
#define NETRING_XDP_SPIN 0x4u
#define NETRING_XDP_BUSY_POLL 0x8u
#define NETRING_XDP_KEEP_COMPLETIONS 0x10u

struct netring_xdp_program;

/**
 * struct netring_xdp_config - what to open; zero means the default.
 *
 * Read during open only, but for @umem and @program. An `int *` points to a
 * descriptor that stays the caller's.
 */
struct netring_xdp_config {
	const char *interface; /* name, or NULL: see ifindex */
	uint32_t ifindex;      /* used when interface is NULL */
	uint32_t queue;	       /* one socket a queue: see xdp_group.h */
	struct netring_umem *umem;
	enum netring_xdp_mode mode;
	uint32_t flags; /* NETRING_XDP_* */

	/* Which enum netring_xdp_bind to try, in this order, 0: no more. All
	 * 0: zero-copy, then copy. netring_xdp_bound() tells which it is. With
	 * FRAGMENTS each way is tried with them first. The first socket of a
	 * UMEM decides for those that share it. */
	uint8_t bind[2];

	/* Fewer wake-ups: with nothing there rx_wait() first sleeps for so many
	 * microseconds, and the thread's timer slack (50 us), and only then
	 * asks the kernel to wake it. So what comes in quick succession gathers
	 * in the rings, which must hold it, and its sender wakes nobody; a
	 * packet after a longer silence ends the wait at once. 0: each does. */
	uint16_t gather_us;

	/* Slots of each ring, powers of two; 0: CONFIG_XDP_RING. */
	uint32_t rx_ring;
	uint32_t tx_ring;
	uint32_t fill_ring;
	uint32_t completion_ring;

	/* How many frames this socket may have with the kernel, where sockets
	 * share a UMEM; 0: as many as there are, and as the rings hold. */
	uint32_t rx_frames;
	uint32_t tx_frames;

	uint32_t busy_usecs;  /* BUSY_POLL: 0: 20 */
	uint32_t busy_budget; /* BUSY_POLL: packets; 0: 64 */
	uint32_t tx_budget;   /* copy mode: frames a kick, from 32 to tx_ring
			       * (XDP_MAX_TX_SKB_BUDGET); Linux 6.17. Before,
			       * as 0: 32, more kicks; CONFIG_XDP_TX_BUDGET */
	uint32_t retry_ms;    /* how long to wait for a queue that a socket
			       * just closed had; 0: 500 */

	/* Where to register for receiving, one of the two or none: */
	struct netring_xdp_program *program; /* open; CONFIG_XDP_PROGRAM */
	const int *map;			     /* an XSKMAP's descriptor */

	const int *socket; /* an AF_XDP socket just made by someone else, who
			    * has CAP_NET_RAW, in this network namespace; if
			    * open fails, close it; NULL: make one */
};

/* Since open. The last six are the kernel's (linux/if_xdp.h); they go on from
 * what they were when a socket is reopened. */
struct netring_xdp_stats {
	uint64_t received; /* descriptors taken from the rx ring */
	uint64_t invalid;  /* invalid descriptors and completions: dropped */
	/* queued = sent + refused + discarded + netring_xdp_tx_pending() less
	 * what was not flushed yet */
	uint64_t queued;     /* descriptors committed and flushed */
	uint64_t sent;	     /* completed: the device took them */
	uint64_t refused;    /* packets that it dropped: too long for it, or for
			      * the other end of a virtual cable; no carrier */
	uint64_t discarded;  /* in the ring when the socket was reopened */
	uint64_t too_short;  /* refused by commit */
	uint64_t too_long;   /* refused by commit */
	uint64_t retried;    /* kicks that the kernel asked to repeat */
	uint64_t link_down;  /* kicks that met a downed link */
	uint64_t reattached; /* times that the program was attached again */
	uint64_t rx_dropped; /* kernel: too long, or no frame to receive into */
	uint64_t rx_invalid; /* kernel: 0 in all that were seen */
	uint64_t tx_invalid; /* kernel: tx ring's descriptors */
	uint64_t rx_ring_full;	  /* kernel: Linux 5.9, in rx_dropped before */
	uint64_t fill_ring_empty; /* kernel: Linux 5.9; in rx_dropped, too */
	uint64_t tx_ring_empty;	  /* kernel: Linux 5.9 */
};

struct netring_xdp_map_ {
	void *map;
	size_t size;
};

/* Private but for step, rx and tx. Must stay in place until close. */
struct netring_xdp {
	enum netring_step step;
	int fd_;      /* + 1 */
	int promisc_; /* + 1 */
	int map_fd_;  /* the caller's */
	uint32_t active_;
	uint32_t bound_;
	uint32_t nothing_;  /* the kernel's index of an unmapped ring: 0 */
	uint32_t slots_[4]; /* of the rings: rx, tx, fill, completion */
	struct netring_xdp *next_; /* of the UMEM's */
	struct netring_xdp_config config_;
	struct netring_interface_facts_ interface_;
	struct netring_xdp_map_ map_[4];
	uint64_t base_[6]; /* the kernel's counters before a reopen */

	struct netring_xdp_rx rx;
	uint8_t apart_[64]; /* two threads, two cache lines */
	struct netring_xdp_tx tx;
};

/**
 * netring_xdp_open() - open a socket on a queue of an interface.
 *
 * Registers the UMEM, or shares it with the sockets that it has (other queues,
 * other interfaces; Linux 5.10). Frames for receiving are with the kernel
 * before the socket is bound, and it is bound before it is registered.
 *
 * Memory:  the rings, kernel memory; no heap.
 * Thread:  one to receive and one to send; see umem.h for what shares.
 * Kernel:  5.4 (tested from 5.10 on); CONFIG_XDP_SOCKETS.
 * Return:  0, or < 0 with xdp->step:
 *   CONFIG     -EINVAL: no interface, no umem, or a program or map with
 *              mode TX; -EOPNOTSUPP: a flag that this build lacks; -EBUSY:
 *              the queue has a socket of this UMEM
 *   GEOMETRY   -EINVAL: a ring is no power of two from 1 to 32768, or the
 *              UMEM has no frames for that mode
 *   SOCKET     -EAFNOSUPPORT: a kernel without AF_XDP; -EPERM: CAP_NET_RAW
 *   INTERFACE  -ENODEV; -EPFNOSUPPORT: no Ethernet; or a bond, which has no
 *              queues of its own: open one for each of its ports
 *   UMEM       -ENOBUFS: RLIMIT_MEMLOCK (raise it, or take fewer frames; a
 *              socket just closed counts for some 20 ms);
 *              -ENOMEM; -EFAULT: memory that cannot be pinned
 *   VERSION    -EPROTONOSUPPORT: before Linux 5.4
 *   RING, MAP  -ENOMEM
 *   OPTION     -EPERM: BUSY_POLL needs CAP_NET_ADMIN; -EACCES: tx_budget
 *   BIND       -EINVAL: no such queue, or, zero-copy, frames too small for
 *              the MTU; -EBUSY: the queue is taken; -EOPNOTSUPP: not in any
 *              of the ways asked for; -ENETDOWN; -EBADF: the interfaces of
 *              all other sockets of the UMEM are gone: reopen those first
 *   XSKMAP     -E2BIG: the map has no slot for the queue; -EPERM
 *   MEMBERSHIP promiscuous mode
 */
int netring_xdp_open(struct netring_xdp *xdp,
		     const struct netring_xdp_config *cfg)
	NETRING_TAGGED(netring_xdp_open);

/*
 * Give everything back. Safe on a failed, a closed or an all-zero object; not
 * while another thread uses one of the handles. Its frames are free again, but
 * for those kept; a zero-copy device may write to them for some 20 ms more.
 *
 * Return: how many committed frames were not completed; netring_xdp_tx_drain()
 * first to lose none.
 */
int netring_xdp_close(struct netring_xdp *xdp);

/*
 * Close the socket and open it as before: on the interface with the same index,
 * or, when that is gone, on the one that has its name now. Not while another
 * thread uses one of the handles. What was in the rings is lost.
 *
 * Return: as open. After an error try again later; until then nothing is
 * received, and there are no slots to send from.
 */
int netring_xdp_reopen(struct netring_xdp *xdp);

/*
 * Look at the interface, since no poll reports what happens to it: its link,
 * its MTU (for the longest packet to send) and its name. rx_wait() does it when
 * nothing comes; a program that only sends should call it once a second.
 *
 * Return: 0, -ENETDOWN: the link is down or has no carrier, -ENODEV: the
 * interface is gone.
 */
int netring_xdp_health(struct netring_xdp *xdp);

/* When another thread uses the handles, a 32-bit machine may read a counter
 * while it changes. */
int netring_xdp_read_stats(struct netring_xdp *xdp,
			   struct netring_xdp_stats *stats);

/* For the caller's loop, and for socket options of the caller's (SO_SNDBUF
 * limits the bytes in flight in copy mode): POLLIN to receive. POLLOUT says
 * only that the tx ring is at most half full: do not watch for it. */
static inline int netring_xdp_fd(const struct netring_xdp *xdp)
{
	return xdp->fd_ - 1;
}

static inline enum netring_xdp_bind
netring_xdp_bound(const struct netring_xdp *xdp)
{
	return (enum netring_xdp_bind)xdp->bound_;
}

/* The flags of the configuration that this kernel honours. */
static inline uint32_t netring_xdp_active(const struct netring_xdp *xdp)
{
	return xdp->active_;
}

#ifdef __cplusplus
}
#endif
#endif
