/* SPDX-License-Identifier: MIT */
/* netlink.h - ask the kernel one question by netlink. */
#ifndef NETRING_SRC_NETLINK_H
#define NETRING_SRC_NETLINK_H

#include "sys.h"

#include "kernel_abi.h"

/* Send @request, which is complete but for its header's length; the answer's
 * length, or -errno, an error that is the answer included. */
int netring_netlink_ask_(int protocol, struct nr_nlmsghdr *request,
			 uint32_t request_size, void *answer, uint32_t size);

/* The bytes of the attribute @type among those from @at to @size of @answer,
 * and how many in *@length; NULL: none. */
const uint8_t *netring_netlink_find_(const uint8_t *at, uint32_t *length,
				     uint16_t type);

static inline uint32_t netlink_u32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

#endif
