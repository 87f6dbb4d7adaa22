/* SPDX-License-Identifier: MIT */
/* packet.c - put a VLAN tag back, keep a packet beyond its batch. */
#include "sys.h"

#include <netring/packet.h>

#define ADDRESSES 12u /* destination and source of an Ethernet header */
#define TAG 4u

/* In front of a copied packet's bytes: its link record, then a vnet header. */
_Static_assert(sizeof(struct netring_link) + sizeof(struct netring_vnet) +
			       TAG ==
		       NETRING_PACKET_COPY_ROOM,
	       "room for all that stands in front");

/* The bytes from which the vnet header counts have moved by a tag. */
static void shift_vnet(struct netring_packet *pkt)
{
	struct netring_vnet vnet;

	if (!netring_packet_vnet(pkt, &vnet))
		return;
	if (vnet.flags & 1)
		vnet.csum_start = (uint16_t)(vnet.csum_start + TAG);
	if (vnet.header_len)
		vnet.header_len = (uint16_t)(vnet.header_len + TAG);
	memcpy(pkt->data - TAG - sizeof(vnet), &vnet, sizeof(vnet));
}

int netring_packet_restore_vlan(struct netring_packet *pkt)
{
	uint8_t *tag = pkt->data + ADDRESSES - TAG;

	if (!(pkt->flags & NETRING_PACKET_VLAN) ||
	    pkt->flags & NETRING_PACKET_COOKED || pkt->len < ADDRESSES)
		return 0;
	shift_vnet(pkt);
	memmove(pkt->data - TAG, pkt->data, ADDRESSES);
	tag[0] = (uint8_t)(pkt->vlan_tpid >> 8);
	tag[1] = (uint8_t)pkt->vlan_tpid;
	tag[2] = (uint8_t)(pkt->vlan_tci >> 8);
	tag[3] = (uint8_t)pkt->vlan_tci;
	pkt->data -= TAG;
	pkt->len += TAG;
	pkt->wire_len += TAG;
	pkt->flags &= ~NETRING_PACKET_VLAN;
	return 1;
}

int netring_packet_copy(struct netring_packet *copy,
			const struct netring_packet *pkt, void *buffer,
			size_t size)
{
	const struct netring_packet from = *pkt; /* may be *copy itself */
	uint8_t *bytes = (uint8_t *)buffer;
	size_t front = from.flags & NETRING_PACKET_VNET ?
			       sizeof(struct netring_vnet) :
			       0;

	if ((uintptr_t)buffer % sizeof(uint32_t) ||
	    size < NETRING_PACKET_COPY_ROOM)
		return -EINVAL;
	size -= NETRING_PACKET_COPY_ROOM;
	*copy = from;
	if (copy->len > size)
		copy->len = (uint32_t)size;
	memcpy(bytes, from.link, sizeof(*from.link));
	copy->link = (const struct netring_link *)buffer;
	copy->data = bytes + NETRING_PACKET_COPY_ROOM;
	memcpy(copy->data - front, from.data - front, copy->len + front);
	return (int)copy->len;
}
