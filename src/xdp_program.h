/* SPDX-License-Identifier: MIT */
/* xdp_program.h - what the files of XDP programs share. */
#ifndef NETRING_SRC_XDP_PROGRAM_H
#define NETRING_SRC_XDP_PROGRAM_H

#include "sys.h"

#include <netring/xdp_program.h>

#include "kernel_abi_xdp.h"

/*
 * An instruction, half as long as the kernel's: a jump has a label for its
 * offset, and a number that does not fit into eight bits is named. Tables of
 * them are put down from the last to the first, so that a jump, which always
 * goes forward, knows where its label came to be.
 */
struct xdp_insn {
	uint8_t code; /* 0: a label, whose number is in value */
	uint8_t registers;
	int8_t off;
	int8_t value;
};

enum xdp_label {
	LABEL_NONE,
	LABEL_NOT_LISTED, /* what follows at once: to the kernel's stack, */
	LABEL_LISTED,	  /* and to the queue's socket; or the other way */
	LABEL_TAG,
	LABEL_TAG2,
	LABEL_NETWORK,
	LABEL_IPV6,
	LABEL_TRANSPORT,
	LABELS
};

enum xdp_number {
	NUMBER_TAG = -128, /* EtherTypes, in network order */
	NUMBER_TAG_OUTER,
	NUMBER_IPV4,
	NUMBER_IPV6,
	NUMBER_FRAGMENT, /* bits of the IPv4 header: more, and the offset */
	NUMBERS
};

struct xdp_code {
	struct nr_bpf_insn *first; /* put down so far, */
	struct nr_bpf_insn *end;   /* up to here */
	struct nr_bpf_insn *label[LABELS];
	int32_t map[2]; /* descriptors */
};

/* The machine's order of the two halves of a byte follows that of bytes. */
#define REGISTERS(to, from)                          \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? \
		 (uint8_t)((to) | (from) << 4) :     \
		 (uint8_t)((to) << 4 | (from)))
#define BPF(code, to, from, offset, value)                     \
	{                                                      \
		(code), REGISTERS(to, from), (offset), (value) \
	}
#define BPF_LABEL(label) BPF(0, 0, 0, 0, label)
/* The address of a map: the kernel's two slots. */
#define BPF_MAP(to, which) \
	BPF(NR_BPF_LD_IMM64, to, NR_BPF_PSEUDO_MAP_FD, 0, which)

void netring_xdp_put_(struct xdp_code *code, const struct xdp_insn *table,
		      unsigned int count);

/* xdp_flows.c */
void netring_xdp_put_flows_(struct xdp_code *code);

/* bpf(2) BPF_MAP_CREATE with keys and values of 4 bytes; a descriptor. */
int netring_xdp_make_map_(uint32_t type, uint32_t entries);

/* xdp_leftover.c: programs that nobody takes off any more, by netlink */

#define XDP_PROGRAM_NAME "netring"

/* As long as this descriptor is open, program @id has an owner; -errno. */
int netring_xdp_mark_(uint32_t id);
/* Take off a program of ours whose owner is gone: 1. Sets program->foreign. */
int netring_xdp_remove_leftover_(struct netring_xdp_program *program);

/* xdp_netlink.c */

/* The program on an interface: enum netring_xdp_attach, 0: none, 3: another
 * way, and its id. @answer: 1 KiB to work in. */
int netring_xdp_query_(uint32_t ifindex, uint32_t *id, void *answer,
		       uint32_t size);
/* @fd -1: detach; @expected: only what is this program, or -1 */
int netring_xdp_set_(uint32_t ifindex, int fd, int expected, uint32_t flags);

#endif
