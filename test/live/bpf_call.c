/* SPDX-License-Identifier: MIT */
/* bpf_call.c - eBPF programs by the bare system call. */
#define _GNU_SOURCE
#include "bpf_call.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>

#define TCX_EGRESS 47 /* of enum bpf_attach_type since 6.6 */
#define GO_ON (-1)
#define DROP 2

int bpf_answer(int32_t value)
{
	struct bpf_insn code[2];
	union bpf_attr attr;
	long fd;

	memset(code, 0, sizeof(code));
	code[0].code = BPF_ALU64 | BPF_MOV | BPF_K;
	code[0].dst_reg = BPF_REG_0;
	code[0].imm = value;
	code[1].code = BPF_JMP | BPF_EXIT;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uint64_t)(uintptr_t) "MIT";
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	return fd < 0 ? -errno : (int)fd;
}

int bpf_drop_long(int index, int32_t most)
{
	const struct bpf_insn code[] = {
		/* the length is the first word of what it is shown */
		{ .code = BPF_LDX | BPF_MEM | BPF_W,
		  .dst_reg = BPF_REG_2,
		  .src_reg = BPF_REG_1 },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = GO_ON },
		{ .code = BPF_JMP | BPF_JLE | BPF_K,
		  .dst_reg = BPF_REG_2,
		  .off = 1,
		  .imm = most },
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attr;
	long program, link;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SCHED_CLS;
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.insn_cnt = sizeof(code) / sizeof(code[0]);
	attr.license = (uint64_t)(uintptr_t) "MIT";
	program = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (program < 0)
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_ifindex = (uint32_t)index;
	attr.link_create.attach_type = TCX_EGRESS;
	link = syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
	link = link < 0 ? -errno : link;
	close((int)program);
	return (int)link;
}
