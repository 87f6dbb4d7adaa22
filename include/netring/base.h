/* SPDX-License-Identifier: MIT */
/* base.h - what every role shares: configuration tag, steps, clock. */
#ifndef NETRING_BASE_H
#define NETRING_BASE_H

#include <stddef.h>
#include <stdint.h>

#include <netring/config.h>

#define NETRING_VERSION "0.1.0"

/*
 * Results, everywhere: >= 0 is success or a count, < 0 is -errno; "nothing
 * there now" is 0. No call sets errno for its caller or reads it.
 */

/*
 * Every *_open carries the configuration's tag in its assembler name. A
 * program that was compiled with the config.h of another build than the
 * archive's fails at link: "undefined reference to
 * netring_capture_open_config_1a2b3c4d".
 */
#define NETRING_STRING__(x) #x
#define NETRING_STRING_(x) NETRING_STRING__(x)
#define NETRING_TAGGED(name) \
	__asm__(#name "_" NETRING_STRING_(NETRING_CONFIG_TAG))

#ifdef __cplusplus
extern "C" {
#endif

/**
 * enum netring_step - where an open, or another call of many steps, failed.
 *
 * Kept in the object beside the -errno that the call returns: the errno says
 * what was refused, the step says which request it was.
 */
enum netring_step {
	NETRING_STEP_NONE,	/* nothing failed */
	NETRING_STEP_CONFIG,	/* fields that exclude each other */
	NETRING_STEP_GEOMETRY,	/* ring sizes; see the object's reason */
	NETRING_STEP_NETNS,	/* entering or leaving a network namespace */
	NETRING_STEP_SOCKET,	/* socket(), or the adopted descriptor */
	NETRING_STEP_VERSION,	/* PACKET_VERSION, XDP_MMAP_OFFSETS */
	NETRING_STEP_RESERVE,	/* PACKET_RESERVE */
	NETRING_STEP_VNET_HDR,	/* PACKET_VNET_HDR */
	NETRING_STEP_TIMESTAMP, /* PACKET_TIMESTAMP */
	NETRING_STEP_RING,	/* PACKET_RX_RING, XDP_RX_RING: kernel memory */
	NETRING_STEP_MAP,	/* mmap() of the ring */
	NETRING_STEP_FILTER,	/* attaching, detaching, locking a filter */
	NETRING_STEP_INTERFACE, /* finding the interface */
	NETRING_STEP_MEMBERSHIP, /* promiscuous or all-multicast mode */
	NETRING_STEP_DIRECTION,	 /* PACKET_IGNORE_OUTGOING */
	NETRING_STEP_BIND,	 /* bind() to the interface */
	NETRING_STEP_FANOUT,	 /* joining a fanout group */
	NETRING_STEP_LOSS,	 /* PACKET_LOSS */
	NETRING_STEP_OPTION,	 /* another socket option */
	NETRING_STEP_OFFLOAD,	 /* turning GRO, LRO, TSO off */
	NETRING_STEP_UMEM,	 /* XDP_UMEM_REG: pinning the memory */
	NETRING_STEP_XSKMAP,	 /* making the map, or registering in it */
	NETRING_STEP_PROGRAM,	 /* loading the XDP program */
	NETRING_STEP_ATTACH	 /* attaching it */
};

/* A short English name, never NULL; costs nothing unless it is called. */
const char *netring_step_name(enum netring_step step);

/* Milliseconds of CLOCK_MONOTONIC: the clock of every deadline here. */
int64_t netring_clock_ms(void);

#define NETRING_FOREVER (-1) /* as a timeout or a deadline */

/*
 * Frames that the kernel did not take for transmission, by what it said. Each
 * was dropped, and those behind it went on.
 */
struct netring_refused {
	uint64_t header;      /* EINVAL: vnet header and frame do not match */
	uint64_t length;      /* EMSGSIZE: too long for the device */
	uint64_t memory;      /* ENOMEM: none, or it cannot cut this one */
	uint64_t rule;	      /* EPERM, EACCES: a rule of the host's */
	uint64_t unsupported; /* EOPNOTSUPP */
	uint64_t busy;	      /* ENOBUFS, EAGAIN, for too long: a full queue; or
			       * a rule, or the other end of a virtual cable,
			       * that drops it every time */
	uint64_t other;	      /* any other error */
};

#define NETRING_REFUSED_CAUSES 7

static inline uint64_t
netring_refused_sum(const struct netring_refused *refused)
{
	return refused->header + refused->length + refused->memory +
	       refused->rule + refused->unsupported + refused->busy +
	       refused->other;
}

/* Private: what was found out about an interface. */
struct netring_interface_facts_ {
	char name[16];
	uint16_t type; /* ARPHRD_* */
	uint16_t pad;
	uint32_t mtu;
	uint32_t ifindex;
	uint16_t flags; /* IFF_* */
};

/* Private: what was turned off, and of which interface. */
struct netring_offloads_ {
	uint32_t ifindex;
	uint32_t off;
};

#ifdef __cplusplus
}
#endif
#endif
