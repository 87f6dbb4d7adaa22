/* SPDX-License-Identifier: MIT */
/* filter.h - classic BPF programs as `tcpdump -dd` prints them. */
#ifndef NETRING_FILTER_H
#define NETRING_FILTER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* struct sock_filter, so that `tcpdump -dd` output is an initialiser of it. */
struct netring_instruction {
	uint16_t code;
	uint8_t jt;
	uint8_t jf;
	uint32_t k;
};

/*
 * A program; read during the call only. VLAN tags are not in the bytes that
 * a filter on a live interface sees: compile it with `tcpdump -i IF -dd`,
 * which asks the kernel for the tag (SKF_AD_VLAN_TAG), or put the negative
 * offsets in yourself.
 */
struct netring_filter {
	const struct netring_instruction *code;
	uint16_t count; /* 1..NETRING_FILTER_MAX */
};

#define NETRING_FILTER_MAX 4096u /* the kernel's BPF_MAXINSNS */

/**
 * netring_filter_snaplen() - lower what a program accepts to @snaplen bytes.
 *
 * A filter's return value is the packet's snapshot length; this edits the
 * caller's array in place. Memory only.
 *
 * Return: the number of instructions changed; -EINVAL for a @snaplen of 0 or
 * a bad @count; -EOPNOTSUPP when the program returns a computed length.
 */
int netring_filter_snaplen(struct netring_instruction *code, uint16_t count,
			   uint32_t snaplen);

#ifdef __cplusplus
}
#endif
#endif
