/* SPDX-License-Identifier: MIT */
/* bpf_call.h - eBPF programs by the bare system call. */
#ifndef LIVE_BPF_CALL_H
#define LIVE_BPF_CALL_H

#include <stdint.h>

/* A socket filter that answers the same for every packet: its descriptor, or
 * -errno. */
int bpf_answer(int32_t value);

/* A rule on an interface's egress: what is longer than @most is dropped until
 * the descriptor that this returns is closed. Linux 6.6; -errno. */
int bpf_drop_long(int index, int32_t most);

#endif
