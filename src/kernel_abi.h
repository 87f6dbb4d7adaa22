/* SPDX-License-Identifier: MIT */
/* kernel_abi.h - the kernel's structs and numbers, renamed: musl has none. */
#ifndef NETRING_KERNEL_ABI_H
#define NETRING_KERNEL_ABI_H

#include <stddef.h>
#include <stdint.h>

/*
 * NR_ and nr_ stand for the prefix in the kernel's header; test/build holds
 * every size, offset and number here against the real ones.
 */

/* linux/if_ether.h, linux/if_arp.h, linux/sockios.h, linux/if.h */
#define NR_ETH_P_ALL 0x0003
#define NR_ARPHRD_ETHER 1
#define NR_ARPHRD_LOOPBACK 772
#define NR_IFNAMSIZ 16
#define NR_SIOCGIFNAME 0x8910
#define NR_SIOCGIFFLAGS 0x8913
#define NR_SIOCGIFMTU 0x8921
#define NR_SIOCGIFHWADDR 0x8927
#define NR_SIOCGIFINDEX 0x8933
#define NR_IFF_UP 1
#define NR_IFF_RUNNING 0x40
#define NR_IFF_MASTER 0x400
#define NR_SIOCETHTOOL 0x8946

struct nr_ifreq {
	char name[NR_IFNAMSIZ];
	union {
		int32_t ifindex;
		int32_t mtu;
		uint16_t flags;
		uint16_t hwaddr[8]; /* struct sockaddr: family, then bytes */
		void *data;
		struct { /* struct ifmap: what makes the union's size */
			unsigned long mem[2];
			uint16_t base_addr;
			uint8_t rest[3];
		} map;
	} u;
};

/* linux/if_packet.h */
#define NR_SOL_PACKET 263
#define NR_PACKET_ADD_MEMBERSHIP 1
#define NR_PACKET_RX_RING 5
#define NR_PACKET_STATISTICS 6
#define NR_PACKET_COPY_THRESH 7
#define NR_PACKET_VERSION 10
#define NR_PACKET_RESERVE 12
#define NR_PACKET_TX_RING 13
#define NR_PACKET_LOSS 14
#define NR_PACKET_VNET_HDR 15
#define NR_PACKET_TX_TIMESTAMP 16
#define NR_PACKET_TIMESTAMP 17
#define NR_PACKET_FANOUT 18
#define NR_PACKET_TX_HAS_OFF 19
#define NR_PACKET_QDISC_BYPASS 20
#define NR_PACKET_FANOUT_DATA 22
#define NR_PACKET_IGNORE_OUTGOING 23
#define NR_PACKET_MR_PROMISC 1
#define NR_PACKET_MR_ALLMULTI 2
#define NR_TPACKET_V2 1
#define NR_TPACKET_V3 2
#define NR_TP_STATUS_KERNEL 0
#define NR_TP_STATUS_USER 1
#define NR_TP_STATUS_AVAILABLE 0
#define NR_TP_STATUS_SEND_REQUEST 1
#define NR_TP_STATUS_SENDING 2
#define NR_TPACKET2_TX_OFFSET 32 /* TPACKET2_HDRLEN less a sockaddr_ll */
#define NR_TP_FT_REQ_FILL_RXHASH 1

struct nr_sockaddr_ll {
	uint16_t family;
	uint16_t protocol;
	int32_t ifindex;
	uint16_t hatype;
	uint8_t pkttype;
	uint8_t halen;
	uint8_t addr[8];
};

struct nr_packet_mreq {
	int32_t ifindex;
	uint16_t type;
	uint16_t alen;
	uint8_t address[8];
};

struct nr_tpacket_req3 { /* its first four are struct tpacket_req */
	uint32_t block_size;
	uint32_t block_nr;
	uint32_t frame_size;
	uint32_t frame_nr;
	uint32_t retire_blk_tov;
	uint32_t sizeof_priv;
	uint32_t feature_req_word;
};

#define NR_TPACKET_REQ_SIZE 16

struct nr_tpacket_stats_v3 {
	uint32_t packets;
	uint32_t drops;
	uint32_t freeze_q_cnt;
};

struct nr_tpacket_block_desc { /* version, offset_to_priv, then hdr_v1 */
	uint32_t version;
	uint32_t offset_to_priv;
	uint32_t block_status;
	uint32_t num_pkts;
	uint32_t offset_to_first_pkt;
	uint32_t blk_len;
	uint64_t seq_num;
	uint32_t first_sec;
	uint32_t first_nsec;
	uint32_t last_sec;
	uint32_t last_nsec;
};

/* linux/filter.h: instructions are struct netring_instruction */
struct nr_sock_fprog {
	uint16_t len;
	const void *filter;
};

#define NR_BPF_RET_K 0x06
#define NR_BPF_CLASS_RET 0x06

/* linux/net_tstamp.h, linux/errqueue.h, asm-generic/socket.h */
#define NR_SO_TIMESTAMPING_OLD 37 /* its times are of type long */
#define NR_SOF_TIMESTAMPING_TX_HARDWARE 1
#define NR_SOF_TIMESTAMPING_TX_SOFTWARE 2
#define NR_SOF_TIMESTAMPING_OPT_ID 128
#define NR_SOF_TIMESTAMPING_OPT_TSONLY 2048

struct nr_sock_extended_err {
	uint32_t number;
	uint8_t origin;
	uint8_t type;
	uint8_t code;
	uint8_t pad;
	uint32_t info;
	uint32_t data;
};

struct nr_scm_timestamping_old {
	long ts[3][2]; /* software, unused, hardware; s, ns */
};

struct nr_sock_txtime {
	int32_t clockid;
	uint32_t flags;
};
#define NR_SOF_TIMESTAMPING_SOFTWARE 16
#define NR_SOF_TIMESTAMPING_RAW_HARDWARE 64

/* linux/ethtool.h */
#define NR_ETHTOOL_GDRVINFO 0x03
#define NR_ETHTOOL_GLINK 0x0a
#define NR_ETHTOOL_GTSO 0x1e
#define NR_ETHTOOL_STSO 0x1f
#define NR_ETHTOOL_GFLAGS 0x25
#define NR_ETHTOOL_SFLAGS 0x26
#define NR_ETHTOOL_GGRO 0x2b
#define NR_ETHTOOL_SGRO 0x2c
#define NR_ETHTOOL_GCHANNELS 0x3c
#define NR_ETHTOOL_GET_TS_INFO 0x41
#define NR_ETH_FLAG_LRO (1u << 15)
#define NR_SOF_TIMESTAMPING_RX_HARDWARE 4

struct nr_ethtool_value {
	uint32_t cmd;
	uint32_t data;
};

struct nr_ethtool_drvinfo {
	uint32_t cmd;
	char driver[32];
	char rest[160];
};

struct nr_ethtool_channels {
	uint32_t cmd;
	uint32_t max_rx;
	uint32_t max_tx;
	uint32_t max_other;
	uint32_t max_combined;
	uint32_t rx_count;
	uint32_t tx_count;
	uint32_t other_count;
	uint32_t combined_count;
};

struct nr_ethtool_ts_info {
	uint32_t cmd;
	uint32_t so_timestamping;
	int32_t phc_index;
	uint32_t tx_types;
	uint32_t tx_reserved[3];
	uint32_t rx_filters;
	uint32_t rx_reserved[3];
};

/* linux/netlink.h, linux/rtnetlink.h, linux/if_link.h */
#define NR_AF_NETLINK 16
#define NR_NETLINK_ROUTE 0
#define NR_NLM_F_REQUEST 1
#define NR_NLM_F_ACK 4
#define NR_NLMSG_ERROR 2
#define NR_NLA_TYPE_MASK 0x3fff
#define NR_NLA_F_NESTED 0x8000
#define NR_RTM_GETLINK 18
#define NR_RTM_SETLINK 19
#define NR_RTEXT_FILTER_SKIP_STATS 8
#define NR_IFLA_EXT_MASK 29
#define NR_IFLA_XDP 43
#define NR_IFLA_XDP_FD 1
#define NR_IFLA_XDP_ATTACHED 2
#define NR_IFLA_XDP_FLAGS 3
#define NR_IFLA_XDP_PROG_ID 4
#define NR_IFLA_XDP_EXPECTED_FD 8
#define NR_XDP_FLAGS_UPDATE_IF_NOEXIST (1u << 0)
#define NR_XDP_FLAGS_SKB_MODE (1u << 1)
#define NR_XDP_FLAGS_DRV_MODE (1u << 2)
#define NR_XDP_FLAGS_REPLACE (1u << 4)

struct nr_nlmsghdr {
	uint32_t len;
	uint16_t type;
	uint16_t flags;
	uint32_t seq;
	uint32_t pid;
};

struct nr_nlattr {
	uint16_t len;
	uint16_t type;
};

struct nr_ifinfomsg {
	uint8_t family;
	uint8_t pad;
	uint16_t type;
	int32_t index;
	uint32_t flags;
	uint32_t change;
};

#endif
