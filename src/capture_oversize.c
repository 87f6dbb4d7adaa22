/* SPDX-License-Identifier: MIT */
/* capture_oversize.c - packets longer than their slot, from the socket. */
#include "capture.h"

int netring_capture_read_oversize(struct netring_capture *cap,
				  struct netring_packet *pkt, void *buffer,
				  uint32_t size)
{
	uint32_t vnet = pkt->flags & NETRING_PACKET_VNET ?
				sizeof(struct netring_vnet) :
				0;
	uint32_t front = NETRING_PACKET_COPY_ROOM - vnet;
	struct netring_packet whole;
	int r;

	if (!(pkt->flags & NETRING_PACKET_OVERSIZE))
		return 0;
	r = netring_packet_copy(&whole, pkt, buffer, size);
	if (r < 0)
		return r;
	r = sys_recv(cap->fd_ - 1, (uint8_t *)buffer + front, size - front,
		     MSG_DONTWAIT);
	if (r < 0 || (uint32_t)r < vnet)
		return r == -EAGAIN || r >= 0 ? 0 : r;
	*pkt = whole;
	pkt->len = (uint32_t)r - vnet;
	pkt->flags &= ~NETRING_PACKET_OVERSIZE;
	return 1;
}
