/* SPDX-License-Identifier: MIT */
/* xdp_health.c - how the interface is: no event tells, so it is asked. */
#include "xdp.h"

#include "interface.h"

/* A send that may block is refused, but not before the link was looked at; one
 * that may not, of an adopted socket, is none of a frame. */
static int ask(int fd)
{
	int r = sys_sendto(fd - 1, NULL, 0, 0, NULL, 0);

	return r == -EOPNOTSUPP || r == -EAGAIN || r == -EBUSY ||
			       r == -ENOBUFS ?
		       0 :
		       xdp_error(r);
}

int netring_xdp_health(struct netring_xdp *xdp)
{
	struct netring_interface_facts_ *facts = &xdp->interface_;
	int r;

	if (!xdp->fd_)
		return -EBADF;
	r = netring_interface_find_(NULL, facts->ifindex, facts);
	if (r == -ENODEV)
		return r;
	if (r >= 0) {
		if (NETRING_CONFIG_XDP_TX)
			__atomic_store_n(&xdp->tx.longest_,
					 facts->mtu + NETRING_XDP_OVER_MTU,
					 __ATOMIC_RELAXED);
		if (!(facts->flags & NR_IFF_RUNNING))
			return -ENETDOWN;
	}
	return ask(xdp->fd_);
}
