/* SPDX-License-Identifier: MIT */
/* bridge.h - join two interfaces in user space, frame by frame. */
#ifndef NETRING_BRIDGE_H
#define NETRING_BRIDGE_H

#include <netring/base.h>
#include <netring/capture.h>
#include <netring/injector.h>
#include <netring/segment.h>
#include <netring/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * netring_bridge_config.flags
 *
 * LARGE          slots for super-frames: see below
 * LINK_LOCAL     forward 01:80:c2:00:00:0x (STP, LLDP, 802.1X, LACP), which
 *                802.1D drops
 * HOLD           a full far side holds the near ring back, instead of dropping
 * KEEP_OFFLOADS  leave GRO, LRO and TSO alone; SMALL then needs @oversize
 */
#define NETRING_BRIDGE_LARGE 0x1u
#define NETRING_BRIDGE_LINK_LOCAL 0x2u
#define NETRING_BRIDGE_HOLD 0x4u
#define NETRING_BRIDGE_KEEP_OFFLOADS 0x8u

/*
 * A device's receive offload (GRO, LRO) and a virtual peer's transmit offload
 * (TSO) make super-frames of up to 64 KiB. Two ways to carry them whole:
 *
 * SMALL (the default): slots for the MTU. Opening turns GRO, LRO and TSO off
 *   on both interfaces (ethtool ioctl, CAP_NET_ADMIN), last of all, and close
 *   restores them, first of all; a kill -9 leaves them off. Super-frames that
 *   come all the same, as from the other end of a veth pair, take a slower
 *   way through @oversize. Without that buffer they are dropped and counted
 *   as too long, so then opening is refused when an offload is on and cannot
 *   be turned off.
 * LARGE: slots of 66 KiB, offloads left as they are: fewer, larger copies for
 *   TCP, fewer slots for the same memory.
 *
 * Either way the kernel completes checksums and cuts super-frames to size on
 * the way out (PACKET_VNET_HDR), and frames arrive as they were sent. The
 * bridge cuts those that the kernel cannot, inside of tunnels, and those that
 * would have to wait behind frames in the far ring (CONFIG_SEGMENT, segment.h).
 * What it cannot cut either, such as two tunnels in each other, is
 * refused: refused.unsupported, or refused.header.
 */
/* The least size of that buffer: a half is for each direction. */
#define NETRING_BRIDGE_OVERSIZE 131328u

/* Of a port, zero means the default. All else of its rings is the bridge's. */
struct netring_bridge_port_config {
	/* of what arrives: bytes of the ring (0: 512 KiB, LARGE 2 MiB), and a
	 * filter in the kernel: what it drops is counted nowhere;
	 * CONFIG_CAPTURE_FILTER */
	uint32_t rx_memory;
	const struct netring_filter *filter;
	const int *ebpf_filter;

	/* of what leaves, as in struct netring_injector_config */
	uint32_t tx_memory; /* 0: as above */
	uint32_t send_buffer;
	uint32_t priority;
	uint32_t mark;
	uint32_t retry_ms;
};

/* Zero means the default. Direction 0 is from interface 0 to interface 1. */
struct netring_bridge_config {
	const char *interface[2];
	uint32_t flags;	 /* NETRING_BRIDGE_* */
	uint32_t budget; /* frames of one direction in a step; 0: 64 */

	/* Called for every frame, VLAN tag in place; NULL forwards all. */
	enum netring_verdict (*filter)(void *user, struct netring_packet *pkt,
				       int direction);
	/* Told of a port's changes; NULL allowed. */
	void (*event)(void *user, int port, enum netring_port_event event);
	void *user;

	void *oversize; /* SMALL: for super-frames, aligned to 4 bytes; the
			 * bridge's until close */
	uint32_t oversize_size; /* NETRING_BRIDGE_OVERSIZE or more */

	struct netring_bridge_port_config port[2];
};

struct netring_bridge_port_ {
	uint8_t number;
	uint8_t in_batch;
	uint8_t holding;  /* HOLD: until the far ring has a slot */
	uint8_t is_held;  /* there is a held packet */
	uint8_t is_cut;	  /* and some of its segments are gone */
	uint8_t state;	  /* enum netring_port_event */
	uint32_t held_ms; /* since when it is; 0: it is not */
	int fd_; /* + 1; without a ring: ioctls, and what no slot holds */
	struct netring_offloads_ offloads; /* to be restored */
	struct netring_bridge_stats stats; /* from here to the other port */
	uint64_t seen;			   /* received, at the last look, */
	uint64_t drops;			   /* and dropped by the kernel */
	struct netring_packet held;	   /* HOLD: waits for the far queue */
	struct netring_segment segment;	   /* of a super-frame */
	struct netring_batch batch;	   /* being forwarded */
	struct netring_capture capture;
	struct netring_injector injector;
};

/* Private but for step and port, which say where an open failed. */
struct netring_bridge {
	enum netring_step step;
	enum netring_geometry_reason reason;
	int port;

	int stop_fd_; /* + 1; of run */
	int stopped_;
	uint32_t looked_;		      /* ms: at both ports */
	struct netring_bridge_config config_; /* without what it points to */
	struct netring_bridge_port_ port_[2];
};

/**
 * netring_bridge_open() - start to join two interfaces.
 *
 * Both in promiscuous mode; only what arrives is forwarded, never what this
 * host sends. The host's own stack still sees the frames, as packet sockets
 * copy: give the interfaces no addresses. There is no learning and no
 * spanning tree.
 *
 * Kernel:  4.14 (tested from 5.10 on).
 * Return:  0, or < 0 with bridge->step and bridge->port: as
 *          netring_capture_open() and netring_injector_open(); step OFFLOAD:
 *          -EPERM, -EOPNOTSUPP: an offload is on and cannot be turned off;
 *          -EINVAL: SMALL with KEEP_OFFLOADS needs @oversize;
 *          step CONFIG: -EINVAL, the same interface twice, or @oversize is
 *          not aligned or too small; step GEOMETRY: a memory that was given
 *          is too small for the MTU.
 */
int netring_bridge_open(struct netring_bridge *bridge,
			const struct netring_bridge_config *cfg)
	NETRING_TAGGED(netring_bridge_open);

/* Safe on a failed, closed or all-zero object. Afterwards step is OFFLOAD, and
 * port says of which, if an offload that open had turned off cannot be turned
 * on again, as after a setuid(); else NONE. */
void netring_bridge_close(struct netring_bridge *bridge);

/**
 * netring_bridge_step() - wait for frames, forward up to the budget each way.
 * @timeout: milliseconds; 0: do not wait; NETRING_FOREVER.
 *
 * For an outer loop: watch both netring_bridge_fd() for
 * netring_bridge_events(), and call this with 0 on a wake-up and after
 * netring_bridge_timeout(); ask for both anew after each call.
 *
 * Return: frames forwarded or dropped, 0: none came, -EINTR, or -errno. At a
 * signal, too, frames are forwarded: the counters tell. A link that is down,
 * an interface that is gone and a frame that the kernel refuses are no errors.
 */
int netring_bridge_step(struct netring_bridge *bridge, int timeout);

/* Step until *@stop (NULL: none) is not 0, as a signal handler sets it, or
 * @stop_fd (-1: none) is readable. Return: 0, or -errno. */
int netring_bridge_run(struct netring_bridge *bridge, const volatile int *stop,
		       int stop_fd);

/* The most that may pass until the next step, in ms. */
int netring_bridge_timeout(const struct netring_bridge *bridge);

int netring_bridge_read_stats(struct netring_bridge *bridge, int direction,
			      struct netring_bridge_stats *stats);

/* What to watch a port's descriptor for: POLLIN; 0 while HOLD holds it back. */
short netring_bridge_events(const struct netring_bridge *bridge, int port);

/* Descriptor of a port for the caller's loop. */
static inline int netring_bridge_fd(const struct netring_bridge *bridge,
				    int port)
{
	return netring_capture_fd(&bridge->port_[port].capture);
}

/* Frames of the larger MTU are dropped on the way to the smaller one. */
static inline uint32_t netring_bridge_mtu(const struct netring_bridge *bridge,
					  int port)
{
	return netring_injector_mtu(&bridge->port_[port].injector);
}

#ifdef __cplusplus
}
#endif
#endif
