/* SPDX-License-Identifier: MIT */
/* capture_oversize.c - packets longer than their slot, from the socket. */
#include "capture.h"

/* A downed link's error stands in front of the queue, told once: without it,
 * every packet after would be another's. */
static int fetch(struct netring_capture *cap, void *buffer, uint32_t size)
{
	int r = sys_recv(cap->fd_ - 1, buffer, size, MSG_DONTWAIT);

	if (r != -ENETDOWN)
		return r;
	cap->link_down_ = CAPTURE_DOWN_UNTOLD;
	return sys_recv(cap->fd_ - 1, buffer, size, MSG_DONTWAIT);
}

void netring_capture_pass_(struct netring_capture *cap, uint32_t slot)
{
	const struct netring_tpacket2_ *frame;

	for (; cap->passed_ < slot; cap->passed_++) {
		frame = (const void *)(cap->at_ +
				       (size_t)cap->passed_ *
					       cap->geometry_.frame_size);
		if (frame->status & NETRING_PACKET_OVERSIZE)
			(void)fetch(cap, NULL, 0);
	}
}

int netring_capture_read_oversize(struct netring_capture *cap,
				  struct netring_packet *pkt, void *buffer,
				  uint32_t size)
{
	uint32_t vnet = pkt->flags & NETRING_PACKET_VNET ?
				sizeof(struct netring_vnet) :
				0;
	uint32_t front = NETRING_PACKET_COPY_ROOM - vnet;
	struct netring_packet whole;
	uintptr_t slot;
	int r;

	if (!(pkt->flags & NETRING_PACKET_OVERSIZE))
		return 0;
	/* the queue has one for each slot of the batch that is so marked */
	slot = ((uintptr_t)pkt->link - (uintptr_t)cap->at_) /
	       cap->geometry_.frame_size;
	if (slot >= cap->held_)
		return -EINVAL;
	if (slot < cap->passed_)
		return 0;
	r = netring_packet_copy(&whole, pkt, buffer, size);
	if (r < 0)
		return r;
	netring_capture_pass_(cap, (uint32_t)slot);
	cap->passed_++;
	r = fetch(cap, (uint8_t *)buffer + front, size - front);
	if (r < 0 || (uint32_t)r < vnet)
		return r == -EAGAIN || r >= 0 ? 0 : r;
	*pkt = whole;
	pkt->len = (uint32_t)r - vnet;
	pkt->flags &= ~NETRING_PACKET_OVERSIZE;
	return 1;
}
