/* SPDX-License-Identifier: MIT */
/* super.h - super-frames of every kind, and the frames that they stand for. */
#ifndef NETRING_TEST_SUPER_H
#define NETRING_TEST_SUPER_H

#include <stdint.h>
#include <string.h>

#include <netring/segment.h>

#define SUPER_MOST 70000u

enum super_tunnel {
	SUPER_BARE,
	SUPER_IPIP,
	SUPER_GRE,
	SUPER_GRE_KEY,
	SUPER_GRE_CHECKSUM,
	SUPER_GRE_BOTH,
	SUPER_GRETAP,
	SUPER_VXLAN,
	SUPER_VXLAN_CHECKSUM,
	SUPER_GENEVE, /* with options and a checksum */
	SUPER_FOU,    /* IP right behind UDP */
	SUPER_TUNNELS
};

enum super_front {
	SUPER_ETHERNET,
	SUPER_RAW,
	SUPER_MPLS,
	SUPER_PPPOE
};

/* What a super-frame is made of. */
struct super {
	enum super_front front;
	enum super_tunnel tunnel;
	uint32_t tags; /* in front of the outermost IP header */
	int inner_tag; /* behind the Ethernet header that a tunnel carries */
	int outer6, inner6;
	int udp;
	uint32_t options; /* words of IPv4; eights of bytes of IPv6 */
	int routing;	  /* IPv6: the last destination is in a header */
	uint32_t tcp_options;
	uint8_t tcp_flags;
	uint16_t id[2]; /* outer, inner */
	int keeps_id;	/* of zero */
	uint32_t size;	/* of a segment's payload */
	uint32_t payload;
	int unmarked; /* no checksum left to the device */
};

/* The super-frame itself. */
#define SUPER_WHOLE UINT32_MAX

/*
 * The frame, number @number of those that @super stands for, written from its
 * end on to its front; returns where it begins in @room, SUPER_MOST bytes.
 */
uint8_t *super_build(uint8_t *room, const struct super *super, uint32_t number,
		     uint32_t *len);

/* Frames that it stands for. */
uint32_t super_count(const struct super *super);

/* What goes with SUPER_WHOLE. */
void super_vnet(const struct super *super, uint32_t len,
		struct netring_vnet *vnet);

/* Bytes of the link header, as netring_segment_init() wants it. */
uint32_t super_link(const struct super *super);

/* The slow way: byte by byte, from the network's point of view. */
uint32_t super_sum(const uint8_t *data, uint32_t len, uint32_t sum);

#endif
