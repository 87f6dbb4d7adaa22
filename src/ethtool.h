/* SPDX-License-Identifier: MIT */
/* ethtool.h - the ethtool ioctl, on any kind of socket. */
#ifndef NETRING_ETHTOOL_H
#define NETRING_ETHTOOL_H

#include "sys.h"

#include "kernel_abi.h"

/* @command begins with its number; @name[NR_IFNAMSIZ]. Returns 0 or -errno. */
static inline int netring_ethtool_(int fd, const char *name, void *command)
{
	struct nr_ifreq request;

	memset(&request, 0, sizeof(request));
	memcpy(request.name, name, NR_IFNAMSIZ);
	request.u.data = command;
	return sys_ioctl(fd, NR_SIOCETHTOOL, &request);
}

#endif
