/* SPDX-License-Identifier: MIT */
/* xdp_bridge.h - join two interfaces by AF_XDP, without a copy between. */
#ifndef NETRING_XDP_BRIDGE_H
#define NETRING_XDP_BRIDGE_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include <netring/verdict.h>
#include <netring/xdp.h>
#include <netring/xdp_program.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The sockets of both interfaces share one UMEM: what one receives, the other
 * sends from the same frame. Unlike the bridge of packet sockets (bridge.h) it
 * steals: the host's own stack does not see what it forwards. Its limits are
 * those of XDP:
 *
 * - A socket serves one queue. The bridge has one socket for each interface,
 *   and further ones where the caller gives memory for them (port.more). A
 *   packet that comes in on a queue without socket goes to the host's stack;
 *   compare joined with queues.
 * - A checksum that the sender left to its device (a container's, over veth)
 *   comes without any mark. The bridge recognizes it by its value and fills
 *   it in: see netring_xdp_complete(), and stats.checksum. Between real wires
 *   RAW_CHECKSUMS saves that work; so does a library without
 *   CONFIG_XDP_CHECKSUM.
 * - A super-frame (GRO, LRO, TSO) is longer than a frame of the UMEM: the
 *   kernel drops it, stats.kernel_drops. In native mode a veth peer makes
 *   none; in generic mode turn TSO off at the sender. The bridge turns GRO,
 *   LRO and TSO of the two ports off while it is open, if it may.
 * - A VLAN tag that the device takes out of the frame is lost, and the frame
 *   goes on without it: ethtool -K INTERFACE rxvlan off. A virtual sender
 *   (veth) does not put it in: there, txvlan off.
 */

/*
 * netring_xdp_bridge_config.flags
 *
 * LINK_LOCAL     forward 01:80:c2:00:00:0x, which 802.1D drops
 * HOLD           a full far side holds the near ring back, not dropping
 * KEEP_OFFLOADS  leave GRO, LRO and TSO alone
 * RAW_CHECKSUMS  leave checksums alone
 */
#define NETRING_XDP_BRIDGE_LINK_LOCAL 0x1u
#define NETRING_XDP_BRIDGE_HOLD 0x2u
#define NETRING_XDP_BRIDGE_KEEP_OFFLOADS 0x4u
#define NETRING_XDP_BRIDGE_RAW_CHECKSUMS 0x8u

#define NETRING_XDP_BRIDGE_MORE 15u /* further queues of a port, at most */

/* One port; zero means the default. */
struct netring_xdp_bridge_port_config {
	uint32_t queue; /* the queue that is joined; 0 with @more */

	/* Memory for sockets of the queues from 1 on, also of queues that are
	 * added while the bridge runs (ethtool -L); the bridge's until close.
	 * They only receive, and share rx_frames. A loop of the caller's
	 * watches netring_xdp_fd() of the first joined - 1, too.
	 * CONFIG_XDP_GROUP. */
	struct netring_xdp *more;
	uint32_t more_count; /* sockets; NETRING_XDP_BRIDGE_MORE at most */

	/* slots, powers of two: of the rx ring and the fill ring, of the tx
	 * ring and the completion ring; 0: CONFIG_XDP_RING */
	uint32_t rx_ring;
	uint32_t tx_ring;
	/* frames with the kernel, to receive into and to send; 0: a quarter
	 * of the UMEM's */
	uint32_t rx_frames;
	uint32_t tx_frames;

	/* ms to wait for a queue whose last socket was just closed; 0: 500 at
	 * open, and 100 when a port comes back, as the other port waits */
	uint32_t retry_ms;

	/* as in struct netring_xdp_program_config; add the flows to
	 * netring_xdp_bridge_program() */
	uint32_t flows;
	uint32_t program_flags; /* NETRING_XDP_PROGRAM_EXCEPT */
	uint8_t attach[2];
};

/* The sockets of both ports, as in struct netring_xdp_config. */
struct netring_xdp_bridge_socket_config {
	/* no other socket may use it; all its frames are for receiving; 1024
	 * frames are enough */
	struct netring_umem *umem;
	uint32_t flags; /* NETRING_XDP_FRAGMENTS, _SPIN, _BUSY_POLL */
	uint32_t tx_budget;
	uint8_t bind[2]; /* 0: both ports zero-copy, or both copy */
};

/* Zero means the default. Direction 0 is from interface 0 to interface 1. */
struct netring_xdp_bridge_config {
	const char *interface[2];
	uint32_t flags;	 /* NETRING_XDP_BRIDGE_* */
	uint32_t budget; /* frames of one direction in a step; 0: 64 */

	struct netring_xdp_bridge_socket_config socket; /* of both ports */
	struct netring_xdp_bridge_port_config port[2];

	/* As in struct netring_bridge_config. A packet has data, len, wire_len
	 * and link (protocol, family, ifindex, hatype); its tags are in place,
	 * and its checksums complete. It sees only the first fragment of a
	 * packet, with the checksums as they came. */
	enum netring_verdict (*filter)(void *user, struct netring_packet *pkt,
				       int direction);
	void (*event)(void *user, int port, enum netring_port_event event);
	void *user;
};

struct netring_xdp_bridge_port_ {
	struct netring_bridge_stats stats; /* from here to the other port; */
	uint64_t forwarded;		   /* as reported last */
	struct netring_offloads_ offloads; /* to be restored */
	int64_t waits_since;		   /* sending: ms, 0: nothing waits */
	uint32_t completed_before;	   /* at the last look */
	uint8_t number;
	uint8_t holding;
	uint8_t in_packet; /* the next descriptor goes on with a packet, */
	uint8_t fate;	   /* what becomes of that, */
	uint8_t fragments; /* how many of its fragments were forwarded, */
	uint8_t completed; /* and whether its checksum was filled in */
	uint8_t is_stuck;  /* sending: no room, and a kick makes none */
	uint8_t is_deaf;   /* without its program */
	uint8_t state;	   /* enum netring_port_event */
	uint8_t is_taken;  /* a queue could not be joined at the last look */
	uint8_t is_short;  /* has few frames to receive into */
	uint32_t turn;	   /* the queue to receive from next */
	struct netring_xdp_bridge_port_config config;
	uint64_t drops_before; /* kernel_drops of sockets that were closed */
	struct netring_xdp xdp;
	struct netring_xdp_program program;
	struct netring_xdp_packet fragment[NETRING_XDP_FRAGMENTS_MAX];
};

/* Private but for step, port, foreign, queues and joined. */
struct netring_xdp_bridge {
	enum netring_step step;
	int port;	    /* where an open failed */
	uint32_t foreign;   /* id of another program that is in the way, at
			     * open or when a port comes back */
	uint32_t queues[2]; /* of each interface */
	uint32_t joined[2]; /* of these, queues that have a socket */

	int fd_;      /* + 1; for ioctls */
	int stop_fd_; /* + 1; of run */
	int stopped_;
	int copy_; /* one of the two cannot be zero-copy */
	uint32_t flags_;
	uint32_t budget_;
	int64_t looked_; /* ms */
	enum netring_verdict (*filter_)(void *, struct netring_packet *, int);
	void (*event_)(void *, int, enum netring_port_event);
	void *user_;
	struct pollfd fds_[2 * (NETRING_XDP_BRIDGE_MORE + 1) + 1];
	struct netring_xdp_bridge_port_ port_[2];
};

/**
 * netring_xdp_bridge_open() - start to join two interfaces.
 *
 * Both interfaces are set to promiscuous mode.
 *
 * Kernel:  5.10; CAP_NET_RAW, CAP_NET_ADMIN, CAP_BPF.
 * Return:  0, or < 0 with bridge->step and bridge->port: as netring_xdp_open(),
 *          netring_xdp_program_open() and netring_xdp_program_attach();
 *   CONFIG    -EINVAL: the same interface twice, no UMEM, one that has sockets
 *             or fewer than 4 frames, a queue and more; -EOPNOTSUPP: a flag
 *             that is unknown, or not in this build
 *   GEOMETRY  -EINVAL: with FRAGMENTS a tx ring, or tx_frames, of fewer than 17
 */
int netring_xdp_bridge_open(struct netring_xdp_bridge *bridge,
			    const struct netring_xdp_bridge_config *cfg)
	NETRING_TAGGED(netring_xdp_bridge_open);

/* As netring_bridge_close(). */
void netring_xdp_bridge_close(struct netring_xdp_bridge *bridge);

/* As netring_bridge_step(): wait for frames, forward up to the budget each
 * way. Return: frames forwarded or dropped, 0, -EINTR, or -errno. */
int netring_xdp_bridge_step(struct netring_xdp_bridge *bridge, int timeout);

/* As netring_bridge_run(). */
int netring_xdp_bridge_run(struct netring_xdp_bridge *bridge,
			   const volatile int *stop, int stop_fd);

/* The most that may pass until the next step, in ms. */
int netring_xdp_bridge_timeout(const struct netring_xdp_bridge *bridge);

/*
 * What the counters of struct netring_bridge_stats are here:
 *
 * refused.other        the far device dropped it, as a kick reported
 * refused.busy         the far device took nothing for a second
 * refused.unsupported  it has fragments, which the far socket cannot send
 * too_long             also: fewer than 14 bytes, more than 17 fragments
 * kernel_drops         the kernel's counters rx_dropped and rx_ring_full
 * renewals             the near program was attached again
 * gso, cut             always 0
 *
 * Return: 0, or -errno: the kernel's counters could not be read.
 */
int netring_xdp_bridge_read_stats(struct netring_xdp_bridge *bridge,
				  int direction,
				  struct netring_bridge_stats *stats);

/* Descriptor of a port for the caller's loop; events POLLIN. Of more: see
 * there. */
static inline int netring_xdp_bridge_fd(const struct netring_xdp_bridge *bridge,
					int port)
{
	return netring_xdp_fd(&bridge->port_[port].xdp);
}

/* A port's program: to list its flows; not to be closed or attached. */
static inline struct netring_xdp_program *
netring_xdp_bridge_program(struct netring_xdp_bridge *bridge, int port)
{
	return &bridge->port_[port].program;
}

#ifdef __cplusplus
}
#endif
#endif
