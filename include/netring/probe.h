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
 * of that socket changes. What cannot be tried in that way is not asked here:
 * promiscuous mode (shows in the log; allowed to whom packet sockets are) and
 * the fanout flags that old kernels take without honouring them.
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
	NETRING_FEATURE_XDP_PROGRAM,   /* loading one; it is not attached */
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
	char driver[32];
};

/* Return: 0 and @facts; -ENODEV, or what the kernel said. */
int netring_probe_interface(struct netring_interface *facts, const char *name);

#ifdef __cplusplus
}
#endif
#endif
