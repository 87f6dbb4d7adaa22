/* SPDX-License-Identifier: MIT */
/* xdp_health.c - how the link is: no event tells, but a kick does. */
#include "xdp.h"

int netring_xdp_kick_(int fd)
{
	return sys_sendto(fd - 1, NULL, 0, MSG_DONTWAIT, NULL, 0);
}

int netring_xdp_look_(int fd)
{
	int r = netring_xdp_kick_(fd);

	/* -ENOBUFS: a socket that only receives */
	return r == -EAGAIN || r == -EBUSY || r == -ENOBUFS ? 0 : xdp_error(r);
}

int netring_xdp_health(struct netring_xdp *xdp)
{
	return xdp->fd_ ? netring_xdp_look_(xdp->fd_) : -EBADF;
}
