/* SPDX-License-Identifier: MIT */
/* xdp_flows.c - only packets of listed flows, by instructions and a table. */
#include "xdp_program.h"

#include "xdp.h"

/* Offsets within headers, in bytes, and what is looked for in them. */
#define ETH_TYPE 12
#define ETH_SIZE 14
#define TAG_TYPE 2 /* from behind the type that announced it */
#define TAG_SIZE 4
#define IP_FRAGMENT 6
#define IP_PROTOCOL 9
#define IP_SIZE 20
#define IP6_NEXT 6
#define IP6_SIZE 40
#define PORT_FROM 0
#define PORT_TO 2
#define PORTS_SIZE 4

/* The key on the stack, as struct flow; and what must outlive a call. */
#define KEY (-4)
#define KEY_PROTOCOL (KEY + 2)
#define KEY_IS_TYPE (KEY + 3)
#define FRAGMENT (-8)

struct flow {
	uint8_t port[2]; /* or the EtherType; network order */
	uint8_t protocol;
	uint8_t is_type;
};

/* To the stack, unless @bytes more are there from r7 on. r8 is the end. */
#define NEED(bytes)                                      \
	BPF(NR_BPF_MOV64_REG, 1, 7, 0, 0),               \
		BPF(NR_BPF_ADD64_IMM, 1, 0, 0, (bytes)), \
		BPF(NR_BPF_JGT_REG, 1, 8, LABEL_NOT_LISTED, 0)

/* Is the key listed? */
#define LOOK_UP                                                         \
	BPF(NR_BPF_MOV64_REG, 2, 10, 0, 0),                             \
		BPF(NR_BPF_ADD64_IMM, 2, 0, 0, KEY), BPF_MAP(1, 1),     \
		BPF(NR_BPF_CALL, 0, 0, 0, NR_BPF_FUNC_map_lookup_elem), \
		BPF(NR_BPF_JNE_IMM, 0, 0, LABEL_LISTED, 0)

/* A VLAN tag, if r2, the type, says so; else on to @next. */
#define TAG(label, next)                                           \
	BPF(NR_BPF_JEQ_IMM, 2, 0, label, NUMBER_TAG),              \
		BPF(NR_BPF_JNE_IMM, 2, 0, next, NUMBER_TAG_OUTER), \
		BPF_LABEL(label), NEED(TAG_SIZE),                  \
		BPF(NR_BPF_LDX_H, 2, 7, TAG_TYPE, 0),              \
		BPF(NR_BPF_ADD64_IMM, 7, 0, 0, TAG_SIZE)

static const struct xdp_insn flow_code[] = {
	BPF(NR_BPF_LDX_W, 7, 6, NR_XDP_MD_DATA, 0),
	BPF(NR_BPF_LDX_W, 8, 6, NR_XDP_MD_DATA_END, 0),
	NEED(ETH_SIZE),
	BPF(NR_BPF_LDX_H, 2, 7, ETH_TYPE, 0),
	BPF(NR_BPF_ADD64_IMM, 7, 0, 0, ETH_SIZE),
	TAG(LABEL_TAG, LABEL_NETWORK),
	TAG(LABEL_TAG2, LABEL_NETWORK),

	BPF_LABEL(LABEL_NETWORK),
	BPF(NR_BPF_MOV64_REG, 9, 2, 0, 0),
	BPF(NR_BPF_MOV64_IMM, 1, 0, 0, 0),
	BPF(NR_BPF_STX_W, 10, 1, KEY, 0),
	BPF(NR_BPF_STX_H, 10, 9, KEY, 0),
	BPF(NR_BPF_MOV64_IMM, 1, 0, 0, 1),
	BPF(NR_BPF_STX_B, 10, 1, KEY_IS_TYPE, 0),
	LOOK_UP, /* all of the EtherType */
	BPF(NR_BPF_JEQ_IMM, 9, 0, LABEL_IPV6, NUMBER_IPV6),
	BPF(NR_BPF_JNE_IMM, 9, 0, LABEL_NOT_LISTED, NUMBER_IPV4),
	NEED(IP_SIZE),
	BPF(NR_BPF_LDX_B, 9, 7, IP_PROTOCOL, 0),
	BPF(NR_BPF_LDX_H, 4, 7, IP_FRAGMENT, 0),
	BPF(NR_BPF_AND64_IMM, 4, 0, 0, NUMBER_FRAGMENT),
	BPF(NR_BPF_LDX_B, 3, 7, 0, 0),
	BPF(NR_BPF_AND64_IMM, 3, 0, 0, 15), /* header length, in words */
	BPF(NR_BPF_JLT_IMM, 3, 0, LABEL_NOT_LISTED, IP_SIZE / 4),
	BPF(NR_BPF_LSH64_IMM, 3, 0, 0, 2),
	BPF(NR_BPF_JA, 0, 0, LABEL_TRANSPORT, 0),

	BPF_LABEL(LABEL_IPV6),
	NEED(IP6_SIZE),
	BPF(NR_BPF_LDX_B, 9, 7, IP6_NEXT, 0),
	BPF(NR_BPF_MOV64_IMM, 4, 0, 0, 0),
	BPF(NR_BPF_MOV64_IMM, 3, 0, 0, IP6_SIZE),

	BPF_LABEL(LABEL_TRANSPORT), /* r9: protocol, r4: fragment? */
	BPF(NR_BPF_ADD64_REG, 7, 3, 0, 0),
	BPF(NR_BPF_STX_W, 10, 4, FRAGMENT, 0),
	BPF(NR_BPF_MOV64_IMM, 1, 0, 0, 0),
	BPF(NR_BPF_STX_W, 10, 1, KEY, 0),
	BPF(NR_BPF_STX_B, 10, 9, KEY_PROTOCOL, 0),
	LOOK_UP, /* all of the protocol */
	BPF(NR_BPF_LDX_W, 4, 10, FRAGMENT, 0),
	BPF(NR_BPF_JNE_IMM, 4, 0, LABEL_NOT_LISTED, 0),
	NEED(PORTS_SIZE),
	BPF(NR_BPF_LDX_H, 1, 7, PORT_TO, 0),
	BPF(NR_BPF_STX_H, 10, 1, KEY, 0),
	LOOK_UP,
	BPF(NR_BPF_LDX_H, 1, 7, PORT_FROM, 0),
	BPF(NR_BPF_STX_H, 10, 1, KEY, 0),
	LOOK_UP,
	/* not listed */
};

/* With two slots for each of three maps' addresses, and what follows. */
_Static_assert((sizeof(flow_code) / sizeof(flow_code[0]) + 16) *
			       sizeof(struct nr_bpf_insn) <=
		       sizeof(((struct netring_xdp_program *)0)->scratch_),
	       "room for the longest program");

void netring_xdp_put_flows_(struct xdp_code *code)
{
	netring_xdp_put_(code, flow_code,
			 sizeof(flow_code) / sizeof(flow_code[0]));
}

static int change(int flows, int command, uint16_t port, uint8_t protocol,
		  uint8_t is_type)
{
	const struct flow key = { { (uint8_t)(port >> 8), (uint8_t)port },
				  protocol,
				  is_type };
	const uint32_t listed = 1;

	if (!flows)
		return -EBADF;
	return netring_xdp_map_entry_(
		command, flows - 1, &key,
		command == NR_BPF_MAP_UPDATE_ELEM ? &listed : NULL);
}

int netring_xdp_program_add(struct netring_xdp_program *program,
			    uint8_t protocol, uint16_t port)
{
	return change(program->flows_, NR_BPF_MAP_UPDATE_ELEM, port, protocol,
		      0);
}

int netring_xdp_program_remove(struct netring_xdp_program *program,
			       uint8_t protocol, uint16_t port)
{
	return change(program->flows_, NR_BPF_MAP_DELETE_ELEM, port, protocol,
		      0);
}

int netring_xdp_program_add_type(struct netring_xdp_program *program,
				 uint16_t type)
{
	return change(program->flows_, NR_BPF_MAP_UPDATE_ELEM, type, 0, 1);
}

int netring_xdp_program_remove_type(struct netring_xdp_program *program,
				    uint16_t type)
{
	return change(program->flows_, NR_BPF_MAP_DELETE_ELEM, type, 0, 1);
}
