/* SPDX-License-Identifier: MIT */
/* kernel_abi_xdp.h - as kernel_abi.h: what BPF and AF_XDP ask for. */
#ifndef NETRING_KERNEL_ABI_XDP_H
#define NETRING_KERNEL_ABI_XDP_H

#include "kernel_abi.h"

/* linux/bpf.h */
#define NR_BPF_PROG_LOAD 5
#define NR_BPF_PROG_TYPE_SOCKET_FILTER 1
#define NR_BPF_PROG_TYPE_XDP 6
#define NR_BPF_MOV64_IMM 0xb7 /* BPF_ALU64 | BPF_MOV | BPF_K */
#define NR_BPF_EXIT 0x95      /* BPF_JMP | BPF_EXIT */
#define NR_BPF_MOV64_REG 0xbf
#define NR_BPF_ADD64_IMM 0x07
#define NR_BPF_ADD64_REG 0x0f
#define NR_BPF_AND64_IMM 0x57
#define NR_BPF_LSH64_IMM 0x67
#define NR_BPF_LD_IMM64 0x18 /* two slots */
#define NR_BPF_LDX_B 0x71
#define NR_BPF_LDX_H 0x69
#define NR_BPF_LDX_W 0x61
#define NR_BPF_STX_B 0x73
#define NR_BPF_STX_H 0x6b
#define NR_BPF_STX_W 0x63
#define NR_BPF_JA 0x05
#define NR_BPF_JEQ_IMM 0x15
#define NR_BPF_JNE_IMM 0x55
#define NR_BPF_JGT_REG 0x2d
#define NR_BPF_JLT_IMM 0xa5
#define NR_BPF_CALL 0x85
#define NR_BPF_CLASS_JMP 0x05
#define NR_XDP_MD_DATA 0 /* offsets in struct xdp_md */
#define NR_XDP_MD_DATA_END 4
#define NR_XDP_MD_RX_QUEUE_INDEX 16

struct nr_bpf_insn {
	uint8_t code;
	uint8_t registers; /* two of 4 bits, in an order of the machine's */
	int16_t off;
	int32_t imm;
};

struct nr_bpf_prog_load { /* the first fields of union bpf_attr */
	uint32_t prog_type;
	uint32_t insn_cnt;
	uint64_t insns;
	uint64_t license;
	uint32_t log_level;
	uint32_t log_size;
	uint64_t log_buf;
	uint32_t kern_version;
	uint32_t prog_flags;
	char prog_name[16];
};

#define NR_BPF_MAP_CREATE 0
#define NR_BPF_MAP_UPDATE_ELEM 2
#define NR_BPF_MAP_DELETE_ELEM 3
#define NR_BPF_PROG_GET_FD_BY_ID 13
#define NR_BPF_OBJ_GET_INFO_BY_FD 15
#define NR_BPF_LINK_CREATE 28
#define NR_BPF_MAP_TYPE_HASH 1
#define NR_BPF_MAP_TYPE_XSKMAP 17
#define NR_BPF_XDP 37 /* enum bpf_attach_type */
#define NR_BPF_F_XDP_HAS_FRAGS (1u << 5)
#define NR_BPF_PSEUDO_MAP_FD 1
#define NR_BPF_FUNC_map_lookup_elem 1
#define NR_BPF_FUNC_redirect_map 51
#define NR_XDP_PASS 2

struct nr_bpf_map_create { /* of the same union */
	uint32_t map_type;
	uint32_t key_size;
	uint32_t value_size;
	uint32_t max_entries;
};

struct nr_bpf_map_elem {
	uint32_t map_fd;
	uint32_t pad;
	uint64_t key;
	uint64_t value;
	uint64_t flags;
};

struct nr_bpf_link_create {
	uint32_t prog_fd;
	uint32_t target_ifindex;
	uint32_t attach_type;
	uint32_t flags;
};

struct nr_bpf_get_info { /* of the same union */
	uint32_t bpf_fd;
	uint32_t info_len;
	uint64_t info;
};

struct nr_bpf_get_fd { /* of the same union */
	uint32_t prog_id;
	uint32_t next_id;
	uint32_t open_flags;
};

struct nr_bpf_prog_info { /* the first fields of struct bpf_prog_info */
	uint32_t type;
	uint32_t id;
	uint8_t tag[8];
	uint32_t jited_prog_len;
	uint32_t xlated_prog_len;
	uint64_t jited_prog_insns;
	uint64_t xlated_prog_insns;
	uint64_t load_time;
	uint32_t created_by_uid;
	uint32_t nr_map_ids;
	uint64_t map_ids;
	char name[16];
};

struct nr_bpf_link_info { /* struct bpf_link_info of an XDP link */
	uint32_t type;
	uint32_t id;
	uint32_t prog_id;
	uint32_t pad;
	uint32_t ifindex;
	uint32_t rest;
};

/* linux/if_xdp.h */
#define NR_AF_XDP 44
#define NR_SOL_XDP 283
#define NR_XDP_MMAP_OFFSETS 1
#define NR_XDP_RX_RING 2
#define NR_XDP_TX_RING 3
#define NR_XDP_UMEM_REG 4
#define NR_XDP_UMEM_FILL_RING 5
#define NR_XDP_UMEM_COMPLETION_RING 6
#define NR_XDP_STATISTICS 7
#define NR_XDP_MAX_TX_SKB_BUDGET 9
#define NR_XDP_SHARED_UMEM (1u << 0)
#define NR_XDP_COPY (1u << 1)
#define NR_XDP_ZEROCOPY (1u << 2)
#define NR_XDP_USE_NEED_WAKEUP (1u << 3)
#define NR_XDP_USE_SG (1u << 4)
#define NR_XDP_UMEM_TX_SW_CSUM (1u << 1)
#define NR_XDP_UMEM_TX_METADATA_LEN (1u << 2)
#define NR_XDP_PGOFF_TX_RING 0x80000000
#define NR_XDP_UMEM_PGOFF_COMPLETION_RING 0x180000000ull

struct nr_sockaddr_xdp {
	uint16_t family;
	uint16_t flags;
	uint32_t ifindex;
	uint32_t queue_id;
	uint32_t shared_umem_fd;
};

struct nr_xdp_umem_reg {
	uint64_t addr;
	uint64_t len;
	uint32_t chunk_size;
	uint32_t headroom; /* as far as here every kernel has it */
	uint32_t flags;
	uint32_t tx_metadata_len; /* Linux 6.8 */
};

#define NR_XDP_UMEM_REG_V1 24

struct nr_xdp_ring_offset {
	uint64_t producer;
	uint64_t consumer;
	uint64_t desc;
	uint64_t flags; /* Linux 5.4 */
};

struct nr_xdp_mmap_offsets {
	struct nr_xdp_ring_offset rx;
	struct nr_xdp_ring_offset tx;
	struct nr_xdp_ring_offset fr; /* fill */
	struct nr_xdp_ring_offset cr; /* completion */
};

struct nr_xdp_statistics {
	uint64_t rx_dropped;
	uint64_t rx_invalid_descs;
	uint64_t tx_invalid_descs;
	uint64_t rx_ring_full; /* this and the following: Linux 5.9 */
	uint64_t rx_fill_ring_empty_descs;
	uint64_t tx_ring_empty_descs;
};

/* asm-generic/socket.h */
#define NR_SO_BUSY_POLL 46
#define NR_SO_PREFER_BUSY_POLL 69
#define NR_SO_BUSY_POLL_BUDGET 70

#endif
