/* SPDX-License-Identifier: MIT */
/* rtnetlink.h - build one rtnetlink request, send it, take the answer. */
#ifndef LIVE_RTNETLINK_H
#define LIVE_RTNETLINK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

struct netlink {
	size_t size;
	_Alignas(8) uint8_t bytes[1024];
};

void netlink_begin(struct netlink *m, uint16_t type, uint16_t flags, int index);
void netlink_begin_address(struct netlink *m, int index, uint8_t prefix);
void netlink_flags(struct netlink *m, unsigned int flags, unsigned int change);

void netlink_bytes(struct netlink *m, uint16_t type, const void *value,
		   size_t size);
void netlink_string(struct netlink *m, uint16_t type, const char *value);
void netlink_u8(struct netlink *m, uint16_t type, uint8_t value);
void netlink_u32(struct netlink *m, uint16_t type, uint32_t value);
void netlink_be16(struct netlink *m, uint16_t type, uint16_t value);
void netlink_be32(struct netlink *m, uint16_t type, uint32_t value);

/* A nested attribute is open until it is ended. */
size_t netlink_nest(struct netlink *m, uint16_t type);
void netlink_end(struct netlink *m, size_t nest);
void netlink_room(struct netlink *m, size_t size);

/* 0 or -errno */
int netlink_send(struct netlink *m);
/* A number that the kernel tells of a link; -errno, -ENOENT: not told. */
int netlink_get_u32(int index, uint16_t type);
/* IFF_* of a link in namespace @nsid, of this one's names for others; < 0: in
 * this one. Or -errno. */
int netlink_get_flags(int index, int nsid);

#endif
