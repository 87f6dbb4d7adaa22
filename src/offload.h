/* SPDX-License-Identifier: MIT */
/* offload.h - switch off what makes super-frames, and switch it on again. */
#ifndef NETRING_OFFLOAD_H
#define NETRING_OFFLOAD_H

#include "packet_socket.h"

enum offload_change {
	OFFLOAD_LOOK,	/* set what is on to on: that tells if it may be set */
	OFFLOAD_CLEAR,	/* turn off what is on, and note it */
	OFFLOAD_RESTORE /* turn on what was noted */
};

/*
 * GRO, LRO and TSO of the interface cleared->ifindex, whatever its name is, and
 * of no other; if it is gone there is nothing to do.
 *
 * Return: 0, or what refused the first change that was refused.
 */
int netring_offload_change_(int fd, struct netring_offloads_ *cleared,
			    enum offload_change how);

/* What was noted of another interface, one that is gone, is forgotten. */
static inline void offloads_of(struct netring_offloads_ *cleared,
			       uint32_t ifindex)
{
	if (cleared->ifindex != ifindex)
		cleared->off = 0;
	cleared->ifindex = ifindex;
}

#endif
