/* SPDX-License-Identifier: MIT */
/* xdp_code.c - XDP programs of a test's own, by bare system calls. */
#define _GNU_SOURCE
#include "xdp_code.h"

#include "live.h"
#include "net.h"
#include "results.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/if_link.h>

/* Newer than the oldest headers that this is built with. */
#define ATTACH_XDP 37
#define HAS_FRAGMENTS (1u << 5)

static int bpf(int command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

int xdp_code_map(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_XSKMAP;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 8;
	return bpf(BPF_MAP_CREATE, &attr);
}

int xdp_code_load(const struct bpf_insn *code, uint32_t count, int fragments)
{
	static char log[4096];
	union bpf_attr attr;
	int r;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.insn_cnt = count;
	attr.license = (uint64_t)(uintptr_t) "MIT";
	attr.log_buf = (uint64_t)(uintptr_t)log;
	attr.log_size = sizeof(log);
	attr.log_level = 1;
	attr.prog_flags = BPF_F_ANY_ALIGNMENT;
	if (fragments)
		attr.prog_flags |= HAS_FRAGMENTS;
	r = bpf(BPF_PROG_LOAD, &attr);
	if (r == -EINVAL && fragments && live_before(5, 18))
		return -EOPNOTSUPP;
	if (r == -EACCES || r == -EINVAL)
		diag("%s", log);
	return r;
}

int xdp_code_attach(const char *interface, int program, int native)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_fd = (uint32_t)net_index(interface);
	attr.link_create.attach_type = ATTACH_XDP;
	attr.link_create.flags = native ? XDP_FLAGS_DRV_MODE :
					  XDP_FLAGS_SKB_MODE;
	return bpf(BPF_LINK_CREATE, &attr);
}
