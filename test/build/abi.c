/* SPDX-License-Identifier: MIT */
/* abi.c - holds our copies of the kernel's structs against its headers. */
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include <asm-generic/socket.h>
#include <linux/bpf.h>
#include <linux/errqueue.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/if_xdp.h>
#include <linux/net_tstamp.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/time_types.h>
#include <linux/virtio_net.h>

#include <netring/netring.h>

#include "../../src/kernel_abi_xdp.h"

/* In the union of struct ifreq. */
#define IN_UNION(ours, kernel)                                              \
	_Static_assert(offsetof(struct nr_ifreq, u.ours) ==                 \
				       offsetof(struct ifreq, kernel) &&    \
			       sizeof(((struct nr_ifreq *)0)->u.ours) ==    \
				       sizeof(((struct ifreq *)0)->kernel), \
		       #kernel)
IN_UNION(ifindex, ifr_ifindex);
IN_UNION(mtu, ifr_mtu);
IN_UNION(flags, ifr_flags);
IN_UNION(hwaddr, ifr_hwaddr);
IN_UNION(data, ifr_data);
_Static_assert(sizeof(((struct nr_ifreq *)0)->u) ==
		       sizeof(((struct ifreq *)0)->ifr_ifru),
	       "the union");

/* In the ring, a struct sockaddr_ll follows the aligned header. */
_Static_assert(offsetof(struct netring_tpacket3_, link) ==
		       TPACKET_ALIGN(sizeof(struct tpacket3_hdr)),
	       "TPACKET_V3");
_Static_assert(offsetof(struct netring_tpacket2_, link) ==
		       TPACKET_ALIGN(sizeof(struct tpacket2_hdr)),
	       "TPACKET_V2");

/* Two bit-fields of 4 bits, which have no offset, are between their like. */
_Static_assert(offsetof(struct nr_bpf_insn, registers) ==
		       offsetof(struct bpf_insn, off) - 1,
	       "registers");

/* Numbers that Linux 6.1's headers do not have yet. */
#ifndef TP_STATUS_GSO_TCP
#define TP_STATUS_GSO_TCP 0x100
#endif
#ifndef PACKET_FANOUT_FLAG_IGNORE_OUTGOING
#define PACKET_FANOUT_FLAG_IGNORE_OUTGOING 0x4000
#endif
#ifndef XDP_USE_SG /* Linux 6.6 */
#define XDP_USE_SG (1 << 4)
#define XDP_PKT_CONTD (1 << 0)
#endif
#ifndef XDP_TX_METADATA /* Linux 6.8 */
#define XDP_TX_METADATA (1 << 1)
#define XDP_TXMD_FLAGS_TIMESTAMP (1 << 0)
#define XDP_TXMD_FLAGS_CHECKSUM (1 << 1)
#define XDP_UMEM_TX_SW_CSUM (1 << 1)
struct umem_reg_6_8 {
	__u64 addr;
	__u64 len;
	__u32 chunk_size;
	__u32 headroom;
	__u32 flags;
	__u32 tx_metadata_len;
};
#define xdp_umem_reg umem_reg_6_8
#endif
#ifndef XDP_UMEM_TX_METADATA_LEN /* Linux 6.11 */
#define XDP_UMEM_TX_METADATA_LEN (1 << 2)
#endif
#ifndef XDP_TXMD_FLAGS_LAUNCH_TIME /* Linux 6.15 */
#define XDP_TXMD_FLAGS_LAUNCH_TIME (1 << 2)
#endif
#ifndef XDP_MAX_TX_SKB_BUDGET /* Linux 6.17 */
#define XDP_MAX_TX_SKB_BUDGET 9
#endif

/*
 * Of Linux 6.15; before, it ends with the two fields for a checksum. The hole
 * has no name at first, and is not there on i386, where it was forgotten that
 * eight bytes need no alignment: later headers name it. So always our own.
 */
struct metadata_6_15 {
	__u64 flags;
	union {
		struct {
			__u16 csum_start;
			__u16 csum_offset;
			__u32 reserved;
			__u64 launch_time;
		} request;
		struct {
			__u64 tx_timestamp;
		} completion;
	};
};
#define xsk_tx_metadata metadata_6_15

/* In the union of struct netring_xdp_metadata. */
#define IN_METADATA(ours, kernel)                                              \
	_Static_assert(                                                        \
		offsetof(struct netring_xdp_metadata, u.ours) ==               \
				offsetof(struct xsk_tx_metadata, kernel) &&    \
			sizeof(((struct netring_xdp_metadata *)0)->u.ours) ==  \
				sizeof(((struct xsk_tx_metadata *)0)->kernel), \
		#kernel)
IN_METADATA(request.csum_start, request.csum_start);
IN_METADATA(request.csum_offset, request.csum_offset);
IN_METADATA(request.pad, request.reserved);
IN_METADATA(request.launch_time, request.launch_time);
IN_METADATA(timestamp, completion.tx_timestamp);
/* Its size is registered as tx_metadata_len: a multiple of 8 below 256. */
_Static_assert(sizeof(struct netring_xdp_metadata) == 24, "tx_metadata_len");

#include "abi-generated.h"

/* Times of type long, whatever the C library's struct timespec has. (For
 * other machines, this one's headers do not know how long that is.) */
#if defined(__x86_64__) || defined(__i386__)
_Static_assert(
	sizeof(((struct nr_scm_timestamping_old *)0)->ts[0]) ==
			sizeof(struct __kernel_old_timespec) &&
		sizeof(((struct nr_scm_timestamping_old *)0)->ts[0][0]) ==
			sizeof(((struct __kernel_old_timespec *)0)->tv_sec) &&
		sizeof(((struct nr_scm_timestamping_old *)0)->ts[0][1]) ==
			sizeof(((struct __kernel_old_timespec *)0)->tv_nsec),
	"times of the error queue");
#endif

/* What the injector keeps in a slot is where the kernel never writes: its
 * status, and the time of sending, are all that it does write. */
_Static_assert(offsetof(struct injector_slot, retries) ==
			       offsetof(struct tpacket2_hdr, tp_mac) &&
		       offsetof(struct injector_slot, rest) ==
			       offsetof(struct tpacket2_hdr, tp_sec) &&
		       sizeof(struct injector_slot) == NR_TPACKET2_TX_OFFSET,
	       "a slot of the send ring");
