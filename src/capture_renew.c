/* SPDX-License-Identifier: MIT */
/* capture_renew.c - a ring that the kernel has lost its place in, anew. */
#include "capture.h"

int netring_capture_renew_(struct netring_capture *cap)
{
	struct netring_geometry none;
	void *map;
	int r;

	memset(&none, 0, sizeof(none));
	sys_munmap(cap->ring_, cap->ring_size_);
	(void)netring_packet_ring_(cap->fd_ - 1, NR_PACKET_RX_RING, &none);
	r = netring_packet_ring_(cap->fd_ - 1, NR_PACKET_RX_RING,
				 &cap->geometry_);
	if (r >= 0)
		r = sys_mmap(&map, cap->ring_, cap->ring_size_,
			     MAP_SHARED | MAP_FIXED, cap->fd_ - 1, 0);
	cap->at_ = cap->ring_;
	cap->held_ = cap->slot_ = cap->block_ = 0;
	cap->passed_ = 0; /* the socket's queue went with the old ring */
	if (r < 0)
		cap->ring_ = NULL;
	return r;
}
