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
	LIBC_SO_TXTIME = SO_TXTIME,
	LIBC_SO_BUSY_POLL = SO_BUSY_POLL,
	LIBC_SO_PREFER_BUSY_POLL = SO_PREFER_BUSY_POLL,
	LIBC_SO_BUSY_POLL_BUDGET = SO_BUSY_POLL_BUDGET
};
/* glibc takes the kernel's header, musl has numbers of its own; MIPS others */
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
#undef SO_BUSY_POLL
#undef SO_PREFER_BUSY_POLL
#undef SO_BUSY_POLL_BUDGET
#undef SO_GET_FILTER
#include <asm/socket.h>
#endif

#include <linux/genetlink.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netlink.h>
#include <linux/virtio_net.h>

#include <netring/netring.h>

#include "../../src/kernel_abi_xdp.h"

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
EQUAL(LIBC_SO_BUSY_POLL, NR_SO_BUSY_POLL);
EQUAL(LIBC_SO_PREFER_BUSY_POLL, NR_SO_PREFER_BUSY_POLL);
EQUAL(LIBC_SO_BUSY_POLL_BUDGET, NR_SO_BUSY_POLL_BUDGET);

EQUAL(65534, ARPHRD_NONE); /* netring_link_type() */
EQUAL(519, ARPHRD_RAWIP);
EQUAL(772, ARPHRD_LOOPBACK); /* comments of netring_link, capture_hatype() */
EQUAL(0x40u, TP_STATUS_VLAN_TPID_VALID); /* netring_tpid_() */
EQUAL(17, AF_PACKET);
EQUAL(44, AF_XDP); /* probe.c */
EQUAL(NR_AF_XDP, AF_XDP);
EQUAL(NR_SOL_XDP, SOL_XDP);
EQUAL(NR_AF_NETLINK, AF_NETLINK);
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

/* xdp_open.c: the rings have numbers, in the order of their offsets in the
 * file, of which there are two indices, the slots and the flags */
EQUAL(0, XDP_PGOFF_RX_RING);
EQUAL(1ull << 31, XDP_PGOFF_TX_RING);
EQUAL(2ull << 31, XDP_UMEM_PGOFF_FILL_RING);
EQUAL(3ull << 31, XDP_UMEM_PGOFF_COMPLETION_RING);
EQUAL(1,
      offsetof(struct xdp_mmap_offsets, tx) / sizeof(struct xdp_ring_offset));
EQUAL(2,
      offsetof(struct xdp_mmap_offsets, fr) / sizeof(struct xdp_ring_offset));
EQUAL(3,
      offsetof(struct xdp_mmap_offsets, cr) / sizeof(struct xdp_ring_offset));
EQUAL(0, offsetof(struct xdp_ring_offset, producer));
EQUAL(8, offsetof(struct xdp_ring_offset, consumer));
EQUAL(16, sizeof(struct xdp_desc));
EQUAL(1, XDP_RING_NEED_WAKEUP);		     /* netring_xdp_ring_sleeps() */
EQUAL(6 * 8, sizeof(struct xdp_statistics)); /* xdp_stats.c */

/* xdp_flows.c, xdp_complete.c: where things are in headers */
EQUAL(0x88a8, ETH_P_8021AD);
EQUAL(0x0800, ETH_P_IP);
EQUAL(0x86dd, ETH_P_IPV6);
EQUAL(12, offsetof(struct ethhdr, h_proto));
EQUAL(2, offsetof(struct iphdr, tot_len));
EQUAL(6, offsetof(struct iphdr, frag_off));
EQUAL(9, offsetof(struct iphdr, protocol));
EQUAL(12, offsetof(struct iphdr, saddr));
EQUAL(20, sizeof(struct iphdr));
EQUAL(4, offsetof(struct ipv6hdr, payload_len));
EQUAL(6, offsetof(struct ipv6hdr, nexthdr));
EQUAL(8, offsetof(struct ipv6hdr, saddr));
EQUAL(40, sizeof(struct ipv6hdr));

/* probe_xdp.c; what is of linux/netdev.h, Linux 6.3, 6.1's headers lack */
EQUAL(16, NETLINK_GENERIC);
EQUAL(16, GENL_ID_CTRL);
EQUAL(3, CTRL_CMD_GETFAMILY);
EQUAL(1, CTRL_ATTR_FAMILY_ID);
EQUAL(2, CTRL_ATTR_FAMILY_NAME);
EQUAL(4, sizeof(struct genlmsghdr));
