/* SPDX-License-Identifier: MIT */
/* bpf_call.h - eBPF programs by the bare system call. */
#ifndef LIVE_BPF_CALL_H
#define LIVE_BPF_CALL_H

#include <stdint.h>

/* A socket filter that answers the same for every packet: its descriptor, or
 * -errno. */
int bpf_answer(int32_t value);

#endif
