/* SPDX-License-Identifier: MIT */
/* vlan_tag.c - VLAN tags of a host whose kernel has no VLAN devices. */
#define _GNU_SOURCE
#include "vlan_tag.h"

#include "live.h"

#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>

#define TCX_INGRESS 46 /* of enum bpf_attach_type since 6.6 */
#define TCX_EGRESS 47
#define GO_ON (-1)

static struct bpf_insn instruction(uint8_t code, uint8_t to, int32_t value)
{
	struct bpf_insn i;

	memset(&i, 0, sizeof(i));
	i.code = code;
	i.dst_reg = to & 0xf;
	i.imm = value;
	return i;
}

/* Has the frame, which is in register 1, changed by @helper. */
static int attach(int index, uint32_t where, int32_t helper, uint16_t tci)
{
	const uint8_t set = BPF_ALU64 | BPF_MOV | BPF_K;
	struct bpf_insn code[] = {
		instruction(set, BPF_REG_2, htons(0x8100)),
		instruction(set, BPF_REG_3, tci),
		instruction(BPF_JMP | BPF_CALL, 0, helper),
		instruction(set, BPF_REG_0, GO_ON),
		instruction(BPF_JMP | BPF_EXIT, 0, 0),
	};
	union bpf_attr attr;
	long program, link;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.insn_cnt = 5;
	attr.license = (uint64_t)(uintptr_t) "MIT";
	program = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (program < 0)
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_ifindex = (uint32_t)index;
	attr.link_create.attach_type = where;
	link = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	link = link < 0 ? -errno : link;
	close((int)program);
	return (int)link;
}

int tag_all(const char *name, uint16_t tci)
{
	int r = attach(net_index(name), TCX_EGRESS, BPF_FUNC_skb_vlan_push,
		       tci);

	if (r >= 0)
		r = attach(net_index(name), TCX_INGRESS, BPF_FUNC_skb_vlan_pop,
			   0);
	return r == -EINVAL && live_before(6, 6) ? -EOPNOTSUPP : r;
}
