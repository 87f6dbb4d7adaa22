/* SPDX-License-Identifier: MIT */
/* packet.h - one received packet and what the kernel says about it. */
#ifndef NETRING_PACKET_H
#define NETRING_PACKET_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The kernel's record of the link layer; every field is valid. */
struct netring_link {
	uint16_t family;    /* AF_PACKET */
	uint16_t protocol;  /* EtherType, network order */
	int32_t ifindex;    /* interface the packet was seen on */
	uint16_t hatype;    /* ARPHRD_*: 1 Ethernet, 772 loopback, 65534 none */
	uint8_t type;	    /* enum netring_packet_type */
	uint8_t length;	    /* bytes used in address */
	uint8_t address[8]; /* the sender's link-layer address */
};

enum netring_packet_type {     /* PACKET_* of packet(7) */
	NETRING_TYPE_HOST = 0, /* to this host */
	NETRING_TYPE_BROADCAST = 1,
	NETRING_TYPE_MULTICAST = 2,
	NETRING_TYPE_OTHERHOST = 3, /* to another host: promiscuous mode */
	NETRING_TYPE_OUTGOING = 4   /* sent by this host */
};

/* netring_packet.flags: the kernel's TP_STATUS_* bits, and two of ours. */
#define NETRING_PACKET_OVERSIZE 0x2u	 /* whole on the socket's queue */
#define NETRING_PACKET_LOSING 0x4u	 /* V2: drops since read_stats */
#define NETRING_PACKET_CSUM_PARTIAL 0x8u /* L4 checksum not filled in */
#define NETRING_PACKET_VLAN 0x10u	 /* tag taken out: vlan_tci, _tpid */
#define NETRING_PACKET_CSUM_VALID 0x80u	 /* L4 checksum was verified */
#define NETRING_PACKET_GSO_TCP 0x100u	 /* TCP super-frame; Linux 6.3 */
#define NETRING_PACKET_VNET 0x10000u	 /* a vnet header is in front */
#define NETRING_PACKET_COOKED 0x20000u	 /* no link header in data */
#define NETRING_PACKET_TIME_SOFTWARE 0x20000000u /* stamped by the kernel */
#define NETRING_PACKET_TIME_HARDWARE 0x80000000u /* stamped by the device */

/**
 * struct netring_packet - a view of one packet; valid until its batch is
 * released.
 *
 * A device's transmit and receive offloads show here as they do in tcpdump: a
 * packet that this host sends may have no checksum yet (CSUM_PARTIAL) and may
 * be longer than the MTU (netring_packet_gso()).
 */
struct netring_packet {
	uint8_t *data;	   /* link header (network header when COOKED);
			    * writable, with room for 4 bytes in front */
	uint32_t len;	   /* bytes at data */
	uint32_t wire_len; /* bytes the packet had; > len when truncated */
	uint32_t sec;	   /* CLOCK_REALTIME, or the device's clock */
	uint32_t nsec;
	uint32_t flags;	    /* NETRING_PACKET_* */
	uint32_t hash;	    /* flow hash; 0 when not asked for, and with V2 */
	uint16_t vlan_tci;  /* priority, DEI and VLAN id; valid with VLAN */
	uint16_t vlan_tpid; /* 0x8100 or 0x88a8; valid with VLAN */
	const struct netring_link *link;
};

/* PACKET_VNET_HDR's header, as in virtio_net.h; host byte order. */
struct netring_vnet {
	uint8_t flags;	      /* 1: csum_start and csum_offset are to be used */
	uint8_t gso_type;     /* 0 none, 1 TCPv4, 3 UDP, 4 TCPv6, 5 UDP_L4 */
	uint16_t header_len;  /* bytes of all headers */
	uint16_t gso_size;    /* payload bytes of each segment */
	uint16_t csum_start;  /* from data */
	uint16_t csum_offset; /* from csum_start */
};

static inline int netring_packet_truncated(const struct netring_packet *pkt)
{
	return pkt->len < pkt->wire_len;
}

/* EtherType in host order; behind a VLAN tag that was taken out, the inner. */
static inline uint16_t netring_packet_protocol(const struct netring_packet *pkt)
{
	const uint8_t *p = (const uint8_t *)&pkt->link->protocol;

	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Returns 1 and fills @vnet, or 0 when the packet carries no such header. */
static inline int netring_packet_vnet(const struct netring_packet *pkt,
				      struct netring_vnet *vnet)
{
	if (!(pkt->flags & NETRING_PACKET_VNET))
		return 0;
	memcpy(vnet, pkt->data - sizeof(*vnet), sizeof(*vnet));
	return 1;
}

/* Is this a super-frame that stands for several frames on the wire? */
static inline int netring_packet_gso(const struct netring_packet *pkt)
{
	struct netring_vnet vnet;

	if (netring_packet_vnet(pkt, &vnet))
		return vnet.gso_type != 0;
	return (pkt->flags & NETRING_PACKET_GSO_TCP) != 0;
}

/* LINKTYPE_* of tcpdump.org/linktypes.html, those that occur here. */
#define NETRING_LINKTYPE_ETHERNET 1u
#define NETRING_LINKTYPE_RAW 101u
#define NETRING_LINKTYPE_LINUX_SLL2 276u

/*
 * What a capture file of packets from such an interface is to say. Cooked
 * packets are LINUX_SLL2: pcap.h builds its 20-byte header from pkt->link.
 */
static inline uint32_t netring_link_type(uint16_t hatype, int cooked)
{
	if (cooked)
		return NETRING_LINKTYPE_LINUX_SLL2;
	/* ARPHRD_NONE and ARPHRD_RAWIP begin at the IP header */
	return hatype == 65534u || hatype == 519u ? NETRING_LINKTYPE_RAW :
						    NETRING_LINKTYPE_ETHERNET;
}

/**
 * netring_packet_restore_vlan() - put the VLAN tag back where it was.
 *
 * The kernel takes the outer tag (0x8100 and 0x88a8, priority tags too) out
 * of every received frame. This moves the addresses, and a vnet header, four
 * bytes down and writes the tag: data, len, wire_len and flags change.
 *
 * Return: 1 done, 0 nothing to do (no tag, COOKED, or truncated within the
 * addresses).
 */
int netring_packet_restore_vlan(struct netring_packet *pkt);

/* What netring_packet_copy() needs in front of the packet's bytes. */
#define NETRING_PACKET_COPY_ROOM 34u

/**
 * netring_packet_copy() - keep a packet after its batch is released.
 * @copy:   becomes a packet in @buffer, with all that the original tells; may
 *          be @pkt itself.
 * @buffer: aligned to 4 bytes, stays the caller's.
 * @size:   bytes; NETRING_PACKET_COPY_ROOM + the bytes to keep.
 *
 * Return: the bytes kept, min(pkt->len, @size - NETRING_PACKET_COPY_ROOM);
 * -EINVAL when @size has no room or @buffer is not aligned.
 */
int netring_packet_copy(struct netring_packet *copy,
			const struct netring_packet *pkt, void *buffer,
			size_t size);

#ifdef __cplusplus
}
#endif
#endif
