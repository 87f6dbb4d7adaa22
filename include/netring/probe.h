/* SPDX-License-Identifier: MIT */
/* probe.h - what this kernel, this interface and these privileges allow. */
#ifndef NETRING_PROBE_H
#define NETRING_PROBE_H

#include <stdint.h>

#include <netring/config.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Found out by trial, never from a version number: the call is made on a
 * throw-away socket and, where the kernel lets one, read back. Nothing outside
 * of that socket changes: one of AF_XDP is not bound, a program not attached.
 * What cannot be tried in that way is not asked here: promiscuous mode (shows
 * in the log; allowed to whom packet sockets are) and the fanout flags that
 * old kernels take without honouring them.
 */
enum netring_feature {
	NETRING_FEATURE_PACKET_SOCKET,
	NETRING_FEATURE_RECEIVE_V2, /* a TPACKET_V2 ring, made and mapped */
	NETRING_FEATURE_RECEIVE_V3, /* a TPACKET_V3 ring, made and mapped */
	NETRING_FEATURE_SEND_RING,  /* a TX ring, made and mapped */
	NETRING_FEATURE_VNET_HDR,   /* with a ring */
	NETRING_FEATURE_IGNORE_OUTGOING,
	NETRING_FEATURE_QDISC_BYPASS,
	NETRING_FEATURE_TIMESTAMP, /* choosing the source */
	NETRING_FEATURE_CLASSIC_FILTER,
	NETRING_FEATURE_EBPF_FILTER, /* loading a program and attaching it */
	NETRING_FEATURE_LOCK_FILTER,
	NETRING_FEATURE_FANOUT_HASH, /* the modes, in the kernel's order */
	NETRING_FEATURE_FANOUT_LOAD_BALANCE,
	NETRING_FEATURE_FANOUT_CPU,
	NETRING_FEATURE_FANOUT_ROLLOVER,
	NETRING_FEATURE_FANOUT_RANDOM,
	NETRING_FEATURE_FANOUT_QUEUE,
	NETRING_FEATURE_FANOUT_CLASSIC_BPF,
	NETRING_FEATURE_FANOUT_EBPF,
	NETRING_FEATURE_FANOUT_UNIQUE_ID,
	NETRING_FEATURE_NETNS,	       /* entering a network namespace */
	NETRING_FEATURE_XDP_SOCKET,    /* AF_XDP */
	NETRING_FEATURE_XDP_RINGS,     /* memory pinned, four rings made */
	NETRING_FEATURE_XDP_FRAGMENTS, /* sockets take packets in several */
	NETRING_FEATURE_XDP_METADATA,  /* requests with frames to be sent */
	NETRING_FEATURE_XDP_TX_BUDGET, /* more frames with a kick */
	NETRING_FEATURE_XDP_BUSY_POLL,
	NETRING_FEATURE_XDP_MAP,     /* an XSKMAP is made */
	NETRING_FEATURE_XDP_PROGRAM, /* loading one; it is not attached */
	NETRING_FEATURE_XDP_PROGRAM_FRAGMENTS, /* one that takes fragments */
	NETRING_FEATURE_HARDWARE_TIME, /* of an interface; the one feature that
					* needs a name */
	NETRING_FEATURE_COUNT_
};

enum netring_answer {
	NETRING_NO,	    /* this kernel or device has it not */
	NETRING_YES,	    /* tried, and it worked */
	NETRING_NOT_ALLOWED /* a capability is missing, or a policy forbids */
};

/**
 * netring_probe() - try one feature.
 * @interface: where fanout groups are tried for a moment, on an EtherType
 *             that is kept for experiments; NULL: "lo".
 *
 * Kernel:  any; the calling thread enters its own network namespace again for
 *          NETRING_FEATURE_NETNS.
 * Return:  enum netring_answer, or < 0 when it could not be found out:
 *          -ENODEV (no such interface, or none named), -ENETDOWN (older
 *          kernels make fanout groups only on an interface that is up),
 *          -EINVAL (no such feature), -ENOMEM, -EMFILE ...
 */
int netring_probe(enum netring_feature feature, const char *interface);

/* A name in words joined by '-', for people and for programs; never NULL. */
const char *netring_feature_name(enum netring_feature feature);

/* netring_interface.flags: the kernel's IFF_* bits */
#define NETRING_INTERFACE_UP 0x1u
#define NETRING_INTERFACE_LOOPBACK 0x8u
#define NETRING_INTERFACE_RUNNING 0x40u	 /* has carrier and may pass packets */
#define NETRING_INTERFACE_PROMISC 0x100u /* switched on by hand */

/* netring_interface.known: what the driver did tell */
#define NETRING_INTERFACE_DRIVER 0x1u
#define NETRING_INTERFACE_QUEUES 0x2u
#define NETRING_INTERFACE_GRO 0x4u
#define NETRING_INTERFACE_LRO 0x8u
#define NETRING_INTERFACE_XDP 0x10u	  /* xdp_attached and xdp_program */
#define NETRING_INTERFACE_XDP_MODES 0x20u /* xdp_modes; Linux 6.3 */

/* netring_interface.xdp_modes: the kernel's NETDEV_XDP_ACT_* bits, which say
 * what the driver can; generic mode every interface can. */
#define NETRING_INTERFACE_XDP_NATIVE 0x1u	 /* programs in the driver */
#define NETRING_INTERFACE_XDP_REDIRECT 0x2u	 /* which may redirect */
#define NETRING_INTERFACE_XDP_TRANSMIT 0x4u	 /* is a target of that */
#define NETRING_INTERFACE_XDP_ZEROCOPY 0x8u	 /* AF_XDP without a copy */
#define NETRING_INTERFACE_XDP_OFFLOAD 0x10u	 /* programs on the card */
#define NETRING_INTERFACE_XDP_FRAGMENTS 0x20u	 /* receives them */
#define NETRING_INTERFACE_XDP_TX_FRAGMENTS 0x40u /* sends them */

/* How the XDP program that an interface has is attached, as the kernel's. */
enum netring_xdp_attached {
	NETRING_XDP_ATTACHED_NONE,
	NETRING_XDP_ATTACHED_NATIVE,
	NETRING_XDP_ATTACHED_GENERIC,
	NETRING_XDP_ATTACHED_OFFLOAD, /* on the card */
	NETRING_XDP_ATTACHED_SEVERAL  /* in more than one of these ways */
};

/* Facts about an interface; needs no privilege. */
struct netring_interface {
	uint32_t ifindex;
	uint32_t flags; /* NETRING_INTERFACE_UP ... */
	uint32_t known; /* which of the fields below are valid */
	uint32_t mtu;
	uint16_t hatype;    /* ARPHRD_*: 1 Ethernet, 772 loopback ... */
	uint8_t address[8]; /* link-layer address, zero-filled */
	uint8_t gro;	    /* 1: received packets are merged into */
	uint8_t lro;	    /* super-frames longer than the MTU */
	uint32_t rx_queues; /* in use, combined ones counted in both */
	uint32_t tx_queues;
	uint32_t xdp_program;  /* id; 0: none, or SEVERAL */
	uint32_t xdp_attached; /* enum netring_xdp_attached */
	uint32_t xdp_modes;    /* NETRING_INTERFACE_XDP_NATIVE ... */
	char driver[32];
};

/* Return: 0 and @facts; -ENODEV, or what the kernel said. */
int netring_probe_interface(struct netring_interface *facts, const char *name);

#ifdef __cplusplus
}
#endif
#endif
