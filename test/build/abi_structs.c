/* SPDX-License-Identifier: MIT */
/* abi_structs.c - our copies of the kernel's structs, held against them. */
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>

#include "kernel_abi.h"

#include <netring/batch.h>
#include <netring/filter.h>
#include <netring/packet.h>

#define SIZE(ours, theirs) \
	_Static_assert(sizeof(struct ours) == sizeof(theirs), "size of " #ours)
#define FIELD(ours, field, theirs, member)                            \
	_Static_assert(offsetof(struct ours, field) ==                \
				       offsetof(theirs, member) &&    \
			       sizeof(((struct ours *)0)->field) ==   \
				       sizeof(((theirs *)0)->member), \
		       #ours "." #field)
/* Only where it begins: the rest of the space is not ours to read. */
#define PLACE(ours, field, theirs, member)               \
	_Static_assert(offsetof(struct ours, field) ==   \
			       offsetof(theirs, member), \
		       #ours "." #field)

SIZE(nr_ifreq, struct ifreq);
FIELD(nr_ifreq, name, struct ifreq, ifr_name);
FIELD(nr_ifreq, u.ifindex, struct ifreq, ifr_ifindex);
FIELD(nr_ifreq, u.mtu, struct ifreq, ifr_mtu);
FIELD(nr_ifreq, u.flags, struct ifreq, ifr_flags);
FIELD(nr_ifreq, u.hwaddr, struct ifreq, ifr_hwaddr);
FIELD(nr_ifreq, u.data, struct ifreq, ifr_data);
PLACE(nr_ifreq, u.map.mem, struct ifreq, ifr_map.mem_start);
PLACE(nr_ifreq, u.map.mem[1], struct ifreq, ifr_map.mem_end);
FIELD(nr_ifreq, u.map.base_addr, struct ifreq, ifr_map.base_addr);
PLACE(nr_ifreq, u.map.rest, struct ifreq, ifr_map.irq);
_Static_assert(sizeof(((struct nr_ifreq *)0)->u.map) == sizeof(struct ifmap),
	       "struct ifmap");

SIZE(nr_sockaddr_ll, struct sockaddr_ll);
FIELD(nr_sockaddr_ll, family, struct sockaddr_ll, sll_family);
FIELD(nr_sockaddr_ll, protocol, struct sockaddr_ll, sll_protocol);
FIELD(nr_sockaddr_ll, ifindex, struct sockaddr_ll, sll_ifindex);
FIELD(nr_sockaddr_ll, hatype, struct sockaddr_ll, sll_hatype);
FIELD(nr_sockaddr_ll, pkttype, struct sockaddr_ll, sll_pkttype);
FIELD(nr_sockaddr_ll, halen, struct sockaddr_ll, sll_halen);
FIELD(nr_sockaddr_ll, addr, struct sockaddr_ll, sll_addr);

SIZE(netring_link, struct sockaddr_ll);
FIELD(netring_link, family, struct sockaddr_ll, sll_family);
FIELD(netring_link, protocol, struct sockaddr_ll, sll_protocol);
FIELD(netring_link, ifindex, struct sockaddr_ll, sll_ifindex);
FIELD(netring_link, hatype, struct sockaddr_ll, sll_hatype);
FIELD(netring_link, type, struct sockaddr_ll, sll_pkttype);
FIELD(netring_link, length, struct sockaddr_ll, sll_halen);
FIELD(netring_link, address, struct sockaddr_ll, sll_addr);

SIZE(nr_packet_mreq, struct packet_mreq);
FIELD(nr_packet_mreq, ifindex, struct packet_mreq, mr_ifindex);
FIELD(nr_packet_mreq, type, struct packet_mreq, mr_type);
FIELD(nr_packet_mreq, alen, struct packet_mreq, mr_alen);
FIELD(nr_packet_mreq, address, struct packet_mreq, mr_address);

SIZE(nr_tpacket_req3, struct tpacket_req3);
FIELD(nr_tpacket_req3, block_size, struct tpacket_req3, tp_block_size);
FIELD(nr_tpacket_req3, block_nr, struct tpacket_req3, tp_block_nr);
FIELD(nr_tpacket_req3, frame_size, struct tpacket_req3, tp_frame_size);
FIELD(nr_tpacket_req3, frame_nr, struct tpacket_req3, tp_frame_nr);
FIELD(nr_tpacket_req3, retire_blk_tov, struct tpacket_req3, tp_retire_blk_tov);
FIELD(nr_tpacket_req3, sizeof_priv, struct tpacket_req3, tp_sizeof_priv);
FIELD(nr_tpacket_req3, feature_req_word, struct tpacket_req3,
      tp_feature_req_word);
/* the shorter request of TPACKET_V2 is its beginning */
_Static_assert(NR_TPACKET_REQ_SIZE == sizeof(struct tpacket_req), "V2 request");
FIELD(nr_tpacket_req3, block_size, struct tpacket_req, tp_block_size);
FIELD(nr_tpacket_req3, block_nr, struct tpacket_req, tp_block_nr);
FIELD(nr_tpacket_req3, frame_size, struct tpacket_req, tp_frame_size);
FIELD(nr_tpacket_req3, frame_nr, struct tpacket_req, tp_frame_nr);

SIZE(nr_tpacket_stats_v3, struct tpacket_stats_v3);
FIELD(nr_tpacket_stats_v3, packets, struct tpacket_stats_v3, tp_packets);
FIELD(nr_tpacket_stats_v3, drops, struct tpacket_stats_v3, tp_drops);
FIELD(nr_tpacket_stats_v3, freeze_q_cnt, struct tpacket_stats_v3,
      tp_freeze_q_cnt);
FIELD(nr_tpacket_stats_v3, packets, struct tpacket_stats, tp_packets);
FIELD(nr_tpacket_stats_v3, drops, struct tpacket_stats, tp_drops);

#define BLOCK struct tpacket_block_desc
SIZE(nr_tpacket_block_desc, BLOCK);
FIELD(nr_tpacket_block_desc, version, BLOCK, version);
FIELD(nr_tpacket_block_desc, offset_to_priv, BLOCK, offset_to_priv);
FIELD(nr_tpacket_block_desc, block_status, BLOCK, hdr.bh1.block_status);
FIELD(nr_tpacket_block_desc, num_pkts, BLOCK, hdr.bh1.num_pkts);
FIELD(nr_tpacket_block_desc, offset_to_first_pkt, BLOCK,
      hdr.bh1.offset_to_first_pkt);
FIELD(nr_tpacket_block_desc, blk_len, BLOCK, hdr.bh1.blk_len);
FIELD(nr_tpacket_block_desc, seq_num, BLOCK, hdr.bh1.seq_num);
FIELD(nr_tpacket_block_desc, first_sec, BLOCK, hdr.bh1.ts_first_pkt.ts_sec);
FIELD(nr_tpacket_block_desc, first_nsec, BLOCK, hdr.bh1.ts_first_pkt.ts_nsec);
FIELD(nr_tpacket_block_desc, last_sec, BLOCK, hdr.bh1.ts_last_pkt.ts_sec);
FIELD(nr_tpacket_block_desc, last_nsec, BLOCK, hdr.bh1.ts_last_pkt.ts_nsec);

/* A header, aligned, and the link record behind it. */
FIELD(netring_tpacket3_, next_offset, struct tpacket3_hdr, tp_next_offset);
FIELD(netring_tpacket3_, sec, struct tpacket3_hdr, tp_sec);
FIELD(netring_tpacket3_, nsec, struct tpacket3_hdr, tp_nsec);
FIELD(netring_tpacket3_, snaplen, struct tpacket3_hdr, tp_snaplen);
FIELD(netring_tpacket3_, len, struct tpacket3_hdr, tp_len);
FIELD(netring_tpacket3_, status, struct tpacket3_hdr, tp_status);
FIELD(netring_tpacket3_, mac, struct tpacket3_hdr, tp_mac);
FIELD(netring_tpacket3_, net, struct tpacket3_hdr, tp_net);
FIELD(netring_tpacket3_, rxhash, struct tpacket3_hdr, hv1.tp_rxhash);
FIELD(netring_tpacket3_, vlan_tci, struct tpacket3_hdr, hv1.tp_vlan_tci);
FIELD(netring_tpacket3_, vlan_tpid, struct tpacket3_hdr, hv1.tp_vlan_tpid);
FIELD(netring_tpacket3_, padding1, struct tpacket3_hdr, hv1.tp_padding);
FIELD(netring_tpacket3_, padding2, struct tpacket3_hdr, tp_padding);
_Static_assert(offsetof(struct netring_tpacket3_, link) ==
		       TPACKET_ALIGN(sizeof(struct tpacket3_hdr)),
	       "netring_tpacket3_.link");
_Static_assert(sizeof(struct netring_tpacket3_) == TPACKET3_HDRLEN, "V3");

FIELD(netring_tpacket2_, status, struct tpacket2_hdr, tp_status);
FIELD(netring_tpacket2_, len, struct tpacket2_hdr, tp_len);
FIELD(netring_tpacket2_, snaplen, struct tpacket2_hdr, tp_snaplen);
FIELD(netring_tpacket2_, mac, struct tpacket2_hdr, tp_mac);
FIELD(netring_tpacket2_, net, struct tpacket2_hdr, tp_net);
FIELD(netring_tpacket2_, sec, struct tpacket2_hdr, tp_sec);
FIELD(netring_tpacket2_, nsec, struct tpacket2_hdr, tp_nsec);
FIELD(netring_tpacket2_, vlan_tci, struct tpacket2_hdr, tp_vlan_tci);
FIELD(netring_tpacket2_, vlan_tpid, struct tpacket2_hdr, tp_vlan_tpid);
FIELD(netring_tpacket2_, padding, struct tpacket2_hdr, tp_padding);
_Static_assert(offsetof(struct netring_tpacket2_, link) ==
		       TPACKET_ALIGN(sizeof(struct tpacket2_hdr)),
	       "netring_tpacket2_.link");
_Static_assert(sizeof(struct netring_tpacket2_) == TPACKET2_HDRLEN, "V2");

SIZE(netring_vnet, struct virtio_net_hdr);
FIELD(netring_vnet, flags, struct virtio_net_hdr, flags);
FIELD(netring_vnet, gso_type, struct virtio_net_hdr, gso_type);
FIELD(netring_vnet, header_len, struct virtio_net_hdr, hdr_len);
FIELD(netring_vnet, gso_size, struct virtio_net_hdr, gso_size);
FIELD(netring_vnet, csum_start, struct virtio_net_hdr, csum_start);
FIELD(netring_vnet, csum_offset, struct virtio_net_hdr, csum_offset);

SIZE(netring_instruction, struct sock_filter);
FIELD(netring_instruction, code, struct sock_filter, code);
FIELD(netring_instruction, jt, struct sock_filter, jt);
FIELD(netring_instruction, jf, struct sock_filter, jf);
FIELD(netring_instruction, k, struct sock_filter, k);

SIZE(nr_sock_fprog, struct sock_fprog);
FIELD(nr_sock_fprog, len, struct sock_fprog, len);
FIELD(nr_sock_fprog, filter, struct sock_fprog, filter);

SIZE(nr_ethtool_value, struct ethtool_value);
FIELD(nr_ethtool_value, cmd, struct ethtool_value, cmd);
FIELD(nr_ethtool_value, data, struct ethtool_value, data);

SIZE(nr_ethtool_drvinfo, struct ethtool_drvinfo);
FIELD(nr_ethtool_drvinfo, cmd, struct ethtool_drvinfo, cmd);
FIELD(nr_ethtool_drvinfo, driver, struct ethtool_drvinfo, driver);
PLACE(nr_ethtool_drvinfo, rest, struct ethtool_drvinfo, version);

#define CHANNELS struct ethtool_channels
SIZE(nr_ethtool_channels, CHANNELS);
FIELD(nr_ethtool_channels, cmd, CHANNELS, cmd);
FIELD(nr_ethtool_channels, max_rx, CHANNELS, max_rx);
FIELD(nr_ethtool_channels, max_tx, CHANNELS, max_tx);
FIELD(nr_ethtool_channels, max_other, CHANNELS, max_other);
FIELD(nr_ethtool_channels, max_combined, CHANNELS, max_combined);
FIELD(nr_ethtool_channels, rx_count, CHANNELS, rx_count);
FIELD(nr_ethtool_channels, tx_count, CHANNELS, tx_count);
FIELD(nr_ethtool_channels, other_count, CHANNELS, other_count);
FIELD(nr_ethtool_channels, combined_count, CHANNELS, combined_count);

#define TS_INFO struct ethtool_ts_info
SIZE(nr_ethtool_ts_info, TS_INFO);
FIELD(nr_ethtool_ts_info, cmd, TS_INFO, cmd);
FIELD(nr_ethtool_ts_info, so_timestamping, TS_INFO, so_timestamping);
FIELD(nr_ethtool_ts_info, phc_index, TS_INFO, phc_index);
FIELD(nr_ethtool_ts_info, tx_types, TS_INFO, tx_types);
PLACE(nr_ethtool_ts_info, tx_reserved, TS_INFO, tx_reserved);
FIELD(nr_ethtool_ts_info, rx_filters, TS_INFO, rx_filters);
PLACE(nr_ethtool_ts_info, rx_reserved, TS_INFO, rx_reserved);

SIZE(nr_bpf_insn, struct bpf_insn);
FIELD(nr_bpf_insn, code, struct bpf_insn, code);
/* two bit fields, which have no offset: what is between its neighbours */
_Static_assert(offsetof(struct nr_bpf_insn, registers) == 1 &&
		       offsetof(struct bpf_insn, off) == 2,
	       "nr_bpf_insn.registers");
FIELD(nr_bpf_insn, off, struct bpf_insn, off);
FIELD(nr_bpf_insn, imm, struct bpf_insn, imm);

#define LOAD union bpf_attr
_Static_assert(sizeof(struct nr_bpf_prog_load) <= sizeof(LOAD), "load");
FIELD(nr_bpf_prog_load, prog_type, LOAD, prog_type);
FIELD(nr_bpf_prog_load, insn_cnt, LOAD, insn_cnt);
FIELD(nr_bpf_prog_load, insns, LOAD, insns);
FIELD(nr_bpf_prog_load, license, LOAD, license);
FIELD(nr_bpf_prog_load, log_level, LOAD, log_level);
FIELD(nr_bpf_prog_load, log_size, LOAD, log_size);
FIELD(nr_bpf_prog_load, log_buf, LOAD, log_buf);
FIELD(nr_bpf_prog_load, kern_version, LOAD, kern_version);
FIELD(nr_bpf_prog_load, prog_flags, LOAD, prog_flags);
