/* SPDX-License-Identifier: MIT */
/* abi_numbers.c - numbers that stand in code or come from the C library. */
#define _GNU_SOURCE
#include <sys/socket.h>

/* What this C library says, before the kernel's header says it. */
enum {
	LIBC_SOL_SOCKET = SOL_SOCKET,
	LIBC_SO_ERROR = SO_ERROR,
	LIBC_SO_ATTACH_FILTER = SO_ATTACH_FILTER,
	LIBC_SO_ATTACH_BPF = SO_ATTACH_BPF,
	LIBC_SO_DETACH_FILTER = SO_DETACH_FILTER,
	LIBC_SO_LOCK_FILTER = SO_LOCK_FILTER,
	LIBC_SO_DOMAIN = SO_DOMAIN,
	LIBC_SO_TYPE = SO_TYPE,
	LIBC_SO_SNDBUF = SO_SNDBUF,
	LIBC_SO_RCVBUF = SO_RCVBUF,
	LIBC_SO_PRIORITY = SO_PRIORITY,
	LIBC_SO_MARK = SO_MARK,
	LIBC_SO_TXTIME = SO_TXTIME
};
/* glibc takes the kernel's header, musl has numbers of its own */
#ifndef __ASM_GENERIC_SOCKET_H
#undef SOL_SOCKET
#undef SO_ERROR
#undef SO_ATTACH_FILTER
#undef SO_ATTACH_BPF
#undef SO_DETACH_FILTER
#undef SO_LOCK_FILTER
#undef SO_DOMAIN
#undef SO_TYPE
#undef SO_SNDBUF
#undef SO_RCVBUF
#undef SO_PRIORITY
#undef SO_MARK
#undef SO_TXTIME
#undef SO_GET_FILTER
#include <asm-generic/socket.h>
#endif

#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#include <netring/netring.h>

#define EQUAL(ours, theirs) _Static_assert((ours) == (theirs), #ours)

EQUAL(LIBC_SOL_SOCKET, SOL_SOCKET);
EQUAL(LIBC_SO_ERROR, SO_ERROR);
EQUAL(LIBC_SO_ATTACH_FILTER, SO_ATTACH_FILTER);
EQUAL(LIBC_SO_ATTACH_BPF, SO_ATTACH_BPF);
EQUAL(LIBC_SO_DETACH_FILTER, SO_DETACH_FILTER);
EQUAL(LIBC_SO_LOCK_FILTER, SO_LOCK_FILTER);
EQUAL(LIBC_SO_DOMAIN, SO_DOMAIN);
EQUAL(LIBC_SO_TYPE, SO_TYPE);
EQUAL(LIBC_SO_SNDBUF, SO_SNDBUF);
EQUAL(LIBC_SO_RCVBUF, SO_RCVBUF);
EQUAL(LIBC_SO_PRIORITY, SO_PRIORITY);
EQUAL(LIBC_SO_MARK, SO_MARK);
EQUAL(LIBC_SO_TXTIME, SO_TXTIME);

EQUAL(65534, ARPHRD_NONE); /* netring_link_type() */
EQUAL(519, ARPHRD_RAWIP);
EQUAL(772, ARPHRD_LOOPBACK); /* comments of netring_link, capture_hatype() */
EQUAL(0x40u, TP_STATUS_VLAN_TPID_VALID); /* netring_tpid_() */
EQUAL(17, AF_PACKET);
EQUAL(44, AF_XDP);   /* probe.c */
EQUAL(14, ETH_HLEN); /* injector.c: lengths */
EQUAL(0x8100, ETH_P_8021Q);

/* Bits of our own are beside every bit that the kernel sets. */
#define KERNELS                                                              \
	(TP_STATUS_USER | TP_STATUS_COPY | TP_STATUS_LOSING |                \
	 TP_STATUS_CSUMNOTREADY | TP_STATUS_VLAN_VALID | TP_STATUS_BLK_TMO | \
	 TP_STATUS_VLAN_TPID_VALID | TP_STATUS_CSUM_VALID | 0x100u |         \
	 TP_STATUS_TS_SOFTWARE | TP_STATUS_TS_SYS_HARDWARE |                 \
	 TP_STATUS_TS_RAW_HARDWARE)
EQUAL(NETRING_PACKET_VNET &KERNELS, 0);
EQUAL(NETRING_PACKET_COOKED &(KERNELS | NETRING_PACKET_VNET), 0);
EQUAL(NETRING_BATCH_CORRUPT &KERNELS, 0);

/* netring_vnet's comments */
EQUAL(1, VIRTIO_NET_HDR_F_NEEDS_CSUM);
EQUAL(1, VIRTIO_NET_HDR_GSO_TCPV4);
EQUAL(3, VIRTIO_NET_HDR_GSO_UDP);
EQUAL(4, VIRTIO_NET_HDR_GSO_TCPV6);

EQUAL(NETRING_INTERFACE_UP, IFF_UP);
EQUAL(NETRING_INTERFACE_LOOPBACK, IFF_LOOPBACK);
EQUAL(NETRING_INTERFACE_RUNNING, IFF_RUNNING);
EQUAL(NETRING_INTERFACE_PROMISC, IFF_PROMISC);
