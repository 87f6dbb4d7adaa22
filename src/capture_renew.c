/* SPDX-License-Identifier: MIT */
/* capture_renew.c - a ring that the kernel has lost its place in, anew. */
#include "capture.h"

int netring_capture_renew_(struct netring_capture *cap)
{
	int fd = cap->fd_ - 1;
	void *map;
	int r;

	if (cap->ring_)
		sys_munmap(cap->ring_, cap->ring_size_);
	netring_packet_no_ring_(fd, NR_PACKET_RX_RING);
	cap->ring_ = NULL;
	r = netring_packet_ring_(fd, NR_PACKET_RX_RING, &cap->geometry_);
	if (r >= 0)
		r = sys_mmap(&map, NULL, cap->ring_size_, MAP_SHARED, fd, 0);
	if (r >= 0)
		cap->ring_ = map;
	cap->held_ = cap->slot_ = cap->block_ = 0;
	cap->passed_ = 0; /* the socket's queue went with the old ring */
	/* without a ring: a status word that never says that there is one */
	cap->at_ = cap->ring_ ? cap->ring_ : (uint8_t *)&cap->held_;
	return r;
}
