/* SPDX-License-Identifier: MIT */
/* segment.c - cut super-frames that a vnet header cannot describe. */
#include "checksum.h"

#include <netring/segment.h>

#define TAG 4u
#define IP4_BYTES 20u
#define IP6_BYTES 40u
#define UDP_BYTES 8u
#define TCP_BYTES 20u
#define HOP_BY_HOP 0
#define IPIP 4
#define TCP 6
#define UDP 17
#define IP6IP 41
#define ROUTING 43
#define GRE 47
#define OPTIONS 60
#define DF 0x4000
#define FRAGMENT 0x3fff
#define UDP_FIELD 6 /* where the checksum is */
#define TCP_FIELD 16
#define GRE_FIELD 4
#define GRE_CHECKSUM 0x8000u
#define GRE_KEY 0x2000u
#define TCP_LAST 0x09	/* FIN, PSH: of the last segment only */
#define TCP_FIRST 0x80	/* CWR: of the first only */
#define VNET_CHECKSUM 1 /* VIRTIO_NET_HDR_F_NEEDS_CSUM */
#define GSO_TCP4 1
#define GSO_TCP6 4
#define GSO_UDP 5
#define GSO_ECN 0x80
/* From the header of a tunnel, or of labels, on to the IP header in it. */
#define TUNNEL_MOST 300u

static uint32_t be16(const uint8_t *at)
{
	return (uint32_t)at[0] << 8 | at[1];
}

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static void store(uint8_t *at, uint32_t sum)
{
	uint16_t word = (uint16_t)sum;

	memcpy(at, &word, sizeof(word));
}

static int is_tag(uint32_t type)
{
	return type == 0x8100 || type == 0x88a8;
}

static int is_ip(const uint8_t *ip)
{
	return (ip[0] & 0xd0) == 0x40; /* version 4 or 6 */
}

static int is_ip6(const uint8_t *ip)
{
	return ip[0] & 0x20;
}

/*
 * Where an inner IP header begins. What is in front of it is not looked into:
 * labels, VXLAN, GENEVE with its options, Ethernet. It is where the first
 * length stands that is right for all the rest.
 */
static uint32_t find_ip(const struct netring_segment *seg, uint32_t at)
{
	const uint8_t *ip = seg->data_ + at;
	uint32_t left, end = at + TUNNEL_MOST;

	for (; at < end && at + IP4_BYTES <= seg->len_; at += 2, ip += 2) {
		left = is_ip6(ip) ? be16(ip + 4) + IP6_BYTES : be16(ip + 2);
		if (is_ip(ip) && at + left == seg->len_)
			break;
	}
	return at;
}

/* What is known of the IP header at @at. */
static int read_ip(const struct netring_segment *seg,
		   struct netring_segment_ip_ *ip, uint32_t at)
{
	const uint8_t *head = seg->data_ + at, *ext;
	uint32_t l4, protocol;

	if (at + IP4_BYTES > seg->len_ || !is_ip(head))
		return -EINVAL;
	ip->at = at;
	if (is_ip6(head)) {
		ip->to = at + 24;
		protocol = head[6];
		l4 = at + IP6_BYTES;
		while (protocol == HOP_BY_HOP || protocol == ROUTING ||
		       protocol == OPTIONS) {
			if (l4 + UDP_BYTES > seg->len_)
				return -EINVAL;
			ext = seg->data_ + l4;
			if (protocol == ROUTING && ext[1] > 1 && ext[3])
				ip->to = l4 + 8; /* the last one */
			protocol = ext[0];
			l4 += (ext[1] + 1u) * 8;
		}
	} else {
		ip->to = at + 16;
		protocol = head[9];
		l4 = at + (head[0] & 15u) * 4;
		ip->keep_id = seg->keep_id_ && !be16(head + 4) &&
			      be16(head + 6) == DF;
		if (l4 < at + IP4_BYTES || be16(head + 6) & FRAGMENT)
			return -EINVAL;
	}
	ip->protocol = (uint8_t)protocol;
	ip->l4 = l4;
	return l4 + UDP_BYTES > seg->len_ ? -EINVAL : 0;
}

/*
 * Behind @ip is a tunnel: what it is, and where it ends, or its header does.
 * Returns 1 when the next IP header has to be looked for from there on.
 */
static int skip_tunnel(const struct netring_segment *seg,
		       struct netring_segment_ip_ *ip, uint32_t *at)
{
	const uint8_t *l4 = seg->data_ + ip->l4;
	uint32_t first = be16(l4);

	*at = ip->l4;
	if (ip->protocol == IPIP || ip->protocol == IP6IP)
		return 0;
	if (ip->protocol == UDP) {
		if (be16(l4 + UDP_FIELD))
			ip->field = UDP_FIELD;
		*at += UDP_BYTES;
		return 1;
	}
	/* a GRE sequence number is not ours to give */
	if (ip->protocol != GRE || first & ~(GRE_CHECKSUM | GRE_KEY))
		return -EINVAL;
	if (first & GRE_CHECKSUM)
		ip->field = GRE_FIELD;
	*at += 4;
	return 1;
}

/*
 * The outermost IP header, and the one that the payload is in. Returns 1 when
 * there is something that a vnet header could not say.
 */
static int read_headers(struct netring_segment *seg, uint32_t at,
			uint8_t protocol, uint32_t start)
{
	struct netring_segment_ip_ *ip = &seg->inner_;
	uint32_t type = 0x0800;
	int r, search, hidden;

	if (at)
		while (at + TAG <= seg->len_ &&
		       (type = be16(seg->data_ + at - 2), is_tag(type)))
			at += TAG;
	hidden = search = type != 0x0800 && type != 0x86dd;
	if (type == 0x8864)
		seg->pppoe_ = at;
	for (;;) {
		if (search)
			at = find_ip(seg, at);
		r = read_ip(seg, ip, at);
		if (r < 0)
			return r;
		if (ip->protocol == protocol && (!start || start == ip->l4))
			return hidden;
		search = skip_tunnel(seg, ip, &at);
		if (search < 0 || seg->outer_.l4)
			return -EOPNOTSUPP;
		seg->outer_ = *ip;
		hidden = 1;
	}
}

/*
 * The lengths and checksums of an IP header, and of the one behind it, in a
 * frame of @len bytes. @sum: of what is behind the bytes up to @end, that the
 * checksum covers too. Returns @sum and that of the pseudo-header.
 */
static uint32_t finish(const struct netring_segment *seg,
		       const struct netring_segment_ip_ *ip, uint8_t *out,
		       uint32_t len, uint32_t end, uint32_t sum)
{
	uint8_t *head = out + ip->at, *l4 = out + ip->l4, *from = head + 12;
	uint32_t bytes = len - ip->at, address = 4, pseudo;
	uint8_t *field = l4 + ip->field;

	if (is_ip6(head)) {
		put16(head + 4, bytes - IP6_BYTES);
		from = head + 8;
		address = 16;
	} else {
		if (!ip->keep_id)
			put16(head + 4, be16(head + 4) + seg->number_);
		put16(head + 2, bytes);
		put16(head + 10, 0);
		store(head + 10,
		      ~netring_checksum_sum_(head, ip->l4 - ip->at, 0));
	}
	bytes = len - ip->l4;
	if (ip->protocol == UDP)
		put16(l4 + 4, bytes);
	if (!ip->field)
		return 0;
	put16(field, 0);
	if (ip->protocol != GRE) {
		/* protocol and length, in place of the checksum */
		bytes += ip->protocol;
		put16(field, bytes > 0xffff ? bytes + 1 : bytes);
		sum = netring_checksum_sum_(from, address, sum);
		sum = netring_checksum_sum_(out + ip->to, address, sum);
	}
	pseudo = netring_checksum_sum_(field, 2, sum);
	sum = netring_checksum_sum_(l4, end - ip->l4, sum);
	if (ip->protocol != UDP || sum != 0xffff)
		sum = ~sum; /* zero in UDP is none */
	store(field, sum);
	return pseudo;
}

/* Have the device finish the innermost checksum. Returns the sum of what it
 * covers, and of itself, once it has. */
static uint32_t leave(const struct netring_segment *seg, uint8_t *out,
		      uint32_t len, struct netring_vnet *vnet)
{
	const struct netring_segment_ip_ *ip = &seg->inner_;
	uint32_t pseudo = finish(seg, ip, out, len, vnet ? ip->l4 : len, 0);

	if (vnet) {
		vnet->flags = VNET_CHECKSUM;
		vnet->csum_start = (uint16_t)ip->l4;
		vnet->csum_offset = ip->field;
		store(out + ip->l4 + ip->field, pseudo);
	}
	return ~pseudo & 0xffff;
}

int netring_segment_init(struct netring_segment *seg, void *data, uint32_t len,
			 uint32_t link, struct netring_vnet *vnet)
{
	uint8_t type = vnet->gso_type & (uint8_t)~GSO_ECN;
	uint32_t headers = UDP_BYTES, start = 0;
	struct netring_segment_ip_ *ip;
	const uint8_t *l4;
	int hidden;

	memset(seg, 0, sizeof(*seg));
	if (type != GSO_TCP4 && type != GSO_TCP6 && type != GSO_UDP)
		return -EOPNOTSUPP;
	seg->data_ = data;
	seg->len_ = len;
	seg->size_ = vnet->gso_size;
	if (vnet->flags & VNET_CHECKSUM)
		start = vnet->csum_start;
	seg->keep_id_ = type != GSO_UDP && start;
	hidden = read_headers(seg, link, type == GSO_UDP ? UDP : TCP, start);
	if (hidden < 0)
		return hidden;
	ip = &seg->inner_;
	ip->field = UDP_FIELD;
	l4 = seg->data_ + ip->l4;
	if (type != GSO_UDP) {
		ip->field = TCP_FIELD;
		headers = TCP_BYTES;
		if (ip->l4 + headers <= len)
			headers = (l4[12] & 0xf0u) >> 2;
		if (headers < TCP_BYTES ||
		    !is_ip6(seg->data_ + ip->at) != (type == GSO_TCP4))
			return -EINVAL;
	}
	headers += ip->l4;
	seg->at_ = seg->headers_ = headers;
	if (!seg->size_ || headers >= len || headers + seg->size_ > UINT16_MAX)
		return -EINVAL;
	/* the kernel refuses one segment, and counts any identification up */
	if (hidden || headers + seg->size_ >= len || ip->keep_id)
		return 0;
	if (!start)
		(void)leave(seg, data, len, vnet);
	return 1;
}

static void finish_tcp(const struct netring_segment *seg, uint8_t *tcp)
{
	uint32_t sequence = be16(tcp + 4) << 16 | be16(tcp + 6);

	put32(tcp + 4, sequence + seg->at_ - seg->headers_);
	if (seg->number_)
		tcp[13] &= (uint8_t)~TCP_FIRST;
	if (seg->at_ + seg->size_ < seg->len_)
		tcp[13] &= (uint8_t)~TCP_LAST;
}

int netring_segment_next(struct netring_segment *seg, void *slot, uint32_t size,
			 struct netring_vnet *vnet)
{
	uint32_t len = netring_segment_longest(seg), sum;
	uint32_t bytes = len - seg->headers_, l4 = seg->inner_.l4;
	uint8_t *out = slot;

	if (!bytes)
		return 0;
	if (len > size)
		return -EMSGSIZE;
	memcpy(out, seg->data_, seg->headers_);
	memcpy(out + seg->headers_, seg->data_ + seg->at_, bytes);
	if (seg->inner_.protocol == TCP)
		finish_tcp(seg, out + l4);
	sum = leave(seg, out, len, vnet);
	if (seg->outer_.l4)
		(void)finish(seg, &seg->outer_, out, len, l4, sum);
	if (seg->pppoe_)
		put16(out + seg->pppoe_ + 4, len - seg->pppoe_ - 6);
	seg->at_ += bytes;
	seg->number_++;
	return (int)len;
}
