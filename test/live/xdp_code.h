/* SPDX-License-Identifier: MIT */
/* xdp_code.h - XDP programs of a test's own, by bare system calls. */
#ifndef LIVE_XDP_CODE_H
#define LIVE_XDP_CODE_H

#include <stdint.h>
#include <linux/bpf.h>

/* All return a descriptor, or -errno. */

int xdp_code_map(void); /* an XSKMAP for 8 queues */
int xdp_code_load(const struct bpf_insn *code, uint32_t count, int fragments);
/* Detached by close(). */
int xdp_code_attach(const char *interface, int program, int native);

/* Instructions; @dst and @src are numbers of registers. */
#define CODE(op, dst, src, off, imm)             \
	{                                        \
		(op), (dst), (src), (off), (imm) \
	}
#define CODE_MOV(dst, src) CODE(BPF_ALU64 | BPF_MOV | BPF_X, dst, src, 0, 0)
#define CODE_SET(dst, imm) CODE(BPF_ALU64 | BPF_MOV | BPF_K, dst, 0, 0, imm)
#define CODE_ADD(dst, imm) CODE(BPF_ALU64 | BPF_ADD | BPF_K, dst, 0, 0, imm)
#define CODE_AND(dst, imm) CODE(BPF_ALU64 | BPF_AND | BPF_K, dst, 0, 0, imm)
#define CODE_LOAD(size, dst, src, off) \
	CODE(BPF_LDX | BPF_MEM | (size), dst, src, off, 0)
#define CODE_STORE(dst, off, src) \
	CODE(BPF_STX | BPF_MEM | BPF_W, dst, src, off, 0)
#define CODE_STORE_IMM(dst, off, imm) \
	CODE(BPF_ST | BPF_MEM | BPF_W, dst, 0, off, imm)
#define CODE_IF_IMM(op, dst, imm, off) \
	CODE(BPF_JMP | (op) | BPF_K, dst, 0, off, imm)
#define CODE_IF(op, dst, src, off) \
	CODE(BPF_JMP | (op) | BPF_X, dst, src, off, 0)
#define CODE_CALL(function) CODE(BPF_JMP | BPF_CALL, 0, 0, 0, function)
#define CODE_EXIT CODE(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

/* return redirect_map(map, queue of the context in r6, XDP_PASS); 6 slots,
 * the map's descriptor goes into the one at CODE_REDIRECT_MAP. */
#define CODE_REDIRECT                                        \
	CODE_LOAD(BPF_W, 2, 6, 16),                          \
		CODE(BPF_LD | BPF_DW | BPF_IMM, 1, 1, 0, 0), \
		CODE(0, 0, 0, 0, 0), CODE_SET(3, XDP_PASS),  \
		CODE_CALL(BPF_FUNC_redirect_map), CODE_EXIT
#define CODE_REDIRECT_MAP(code) ((code)[sizeof(code) / sizeof(*(code)) - 5].imm)

#endif
