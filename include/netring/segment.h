/* SPDX-License-Identifier: MIT */
/* segment.h - cut a super-frame into the frames that it stands for. */
#ifndef NETRING_SEGMENT_H
#define NETRING_SEGMENT_H

#include <stdint.h>

#include <netring/base.h>
#include <netring/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The kernel cuts a super-frame when it leaves, as its vnet header says. That
 * header can name one transport header only, which the kernel takes for the
 * outermost. So it cannot describe a super-frame inside of a tunnel; but
 * receive offloads (GRO) and virtual senders (TSO) make these all the same.
 *
 *	struct netring_segment seg;
 *	int len, r = netring_segment_init(&seg, pkt->data, pkt->len, 14, &vnet);
 *
 *	if (r == 1)
 *		hand pkt->data and vnet to the kernel as they are;
 *	else if (r == 0)
 *		while ((len = netring_segment_next(&seg, slot, sizeof(slot),
 *						   NULL)) > 0)
 *			send(slot, len);
 *
 * What can be cut: TCP (segments) and UDP (datagrams of equal length) over
 * IPv4 and IPv6, with IPv4 options and IPv6 extension headers; bare, or inside
 * of one tunnel: IP in IP, GRE without sequence numbers, and whatever carries
 * IP, or Ethernet, in UDP (VXLAN, GENEVE, FOU), over IPv4 or IPv6. VLAN tags,
 * MPLS labels or a PPPoE header may be in front.
 *
 * The frames are those that the kernel would have cut: lengths, IPv4
 * identifications, sequence numbers, flags and checksums of every layer. An
 * outer UDP checksum of zero, which is none, stays so. What the kernel knows
 * beyond a vnet header is taken from the bytes: TCP super-frames whose IPv4
 * header has DF and an identification of zero are cut into frames that all
 * have it. They are not left to the kernel, which would count it up.
 */

/* Private. What is known of one IP header, and of what is behind it. */
struct netring_segment_ip_ {
	uint32_t at; /* the IP header */
	uint32_t to; /* where the packet goes in the end */
	uint32_t l4; /* the header behind the IP header */
	uint8_t protocol;
	uint8_t field; /* of its checksum, from l4 on; 0: none */
	uint8_t keep_id;
};

/* A super-frame being cut. Private; it points to the caller's bytes. */
struct netring_segment {
	const uint8_t *data_;
	uint32_t len_;
	uint32_t at_;	   /* payload that is still to be cut */
	uint32_t headers_; /* bytes in front of the payload */
	uint32_t size_;	   /* payload of a segment */
	uint32_t number_;  /* of the next segment */
	uint32_t pppoe_;   /* its header, or 0 */
	uint8_t keep_id_;
	struct netring_segment_ip_ inner_; /* in front of the payload */
	struct netring_segment_ip_ outer_; /* of the tunnel; all zero: none */
};

/**
 * netring_segment_init() - look at a super-frame.
 * @data: @len bytes, which stay as they are until the last segment is cut.
 * @link: bytes of the link header without VLAN tags: 14; or 0 when @data
 *        begins with an IP header (COOKED packets, tun).
 * @vnet: what goes with it: netring_packet_vnet().
 *
 * Where the kernel can cut it but for a checksum that is not yet left to the
 * device, which it demands (rx-gro-list), that is put right in @data and @vnet.
 *
 * Memory: no byte beyond @len is touched, whatever the bytes are.
 * Return: 1: the kernel can cut it, as @vnet says; so can
 *            netring_segment_next()
 *         0: only netring_segment_next() can
 *         -EOPNOTSUPP: no super-frame of TCP or UDP_L4; or one of a kind that
 *            is not named above, such as two tunnels
 *         -EINVAL: headers and @vnet do not match
 */
int netring_segment_init(struct netring_segment *seg, void *data, uint32_t len,
			 uint32_t link, struct netring_vnet *vnet);

/**
 * netring_segment_next() - write the next frame.
 * @slot: @size bytes, apart from the super-frame.
 * @vnet: NULL: the innermost checksum is completed. Otherwise it is left to
 *        the device, and *@vnet, which was all zero, says so.
 *
 * Return: bytes of the frame; 0: there is none left; -EMSGSIZE: it is longer
 * than @size, and still the next.
 */
int netring_segment_next(struct netring_segment *seg, void *slot, uint32_t size,
			 struct netring_vnet *vnet);

/* Frames that are still to come. */
static inline uint32_t netring_segment_left(const struct netring_segment *seg)
{
	return (seg->len_ - seg->at_ + seg->size_ - 1) / seg->size_;
}

/* Bytes of the longest of these. */
static inline uint32_t
netring_segment_longest(const struct netring_segment *seg)
{
	uint32_t rest = seg->len_ - seg->at_;

	return seg->headers_ + (rest < seg->size_ ? rest : seg->size_);
}

#ifdef __cplusplus
}
#endif
#endif
