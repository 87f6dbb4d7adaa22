/* SPDX-License-Identifier: MIT */
/* capture_rebind.c - follow an interface that was removed and made again. */
#include "capture.h"

int netring_capture_rebind(struct netring_capture *cap)
{
	int error;
	socklen_t size = sizeof(error);
	int r;

	/* the removal's error, if nobody has fetched it, is history; that a
	 * new interface is down is for the next wait to tell */
	(void)sys_getsockopt(cap->fd_ - 1, SOL_SOCKET, SO_ERROR, &error, &size);
	cap->step = NETRING_STEP_INTERFACE;
	r = netring_packet_find_(cap->fd_ - 1, cap->ifindex_, cap->interface_,
				 cap->hatype_);
	if (r < 0 || (r = netring_capture_attach_(cap, r)) < 0)
		return r;
	cap->link_down_ = 1; /* as far as we know: the next wait looks */
	cap->step = NETRING_STEP_NONE;
	return 0;
}
