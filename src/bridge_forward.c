/* SPDX-License-Identifier: MIT */
/* bridge_forward.c - one frame from one port to the other, and its fate. */
#include "bridge.h"

#define VNET_CHECKSUM 1 /* VIRTIO_NET_HDR_F_NEEDS_CSUM */
#define VNET ((uint32_t)sizeof(struct netring_vnet))
#define ADDRESS_BYTES 6
#define ETHERNET_HEADER 14u
#define SCTP_CHECKSUM 8 /* csum_offset of no other protocol */

/* What became of a frame: the counters from forwarded on, in their order. */
enum fate {
	FATE_FORWARDED,
	FATE_FILTERED,
	FATE_LINK_LOCAL,
	FATE_TOO_LONG,
	FATE_RING_FULL,
	FATE_LINK_DOWN,
	FATE_REFUSED, /* for its vnet header */
	FATE_COUNTED, /* already */
	FATE_QUEUED,  /* the far injector counts it, once it is known */
	FATE_HELD     /* HOLD: to be tried again */
};

static void count(struct netring_bridge_stats *stats, enum fate fate)
{
	uint8_t *first = (uint8_t *)stats +
			 offsetof(struct netring_bridge_stats, forwarded);

	if (fate < FATE_COUNTED)
		++((uint64_t *)(void *)first)[fate];
}

/* In front of the bytes; a port's packets begin at an even address. */
static struct netring_vnet *vnet_of(const struct netring_packet *pkt)
{
	return (struct netring_vnet *)(void *)(pkt->data - VNET);
}

/* 802.1D: 01:80:c2:00:00:00 to 0f stay on their link. */
static int is_link_local(const struct netring_packet *pkt)
{
	static const uint8_t first[] = { 0x01, 0x80, 0xc2, 0 };
	const uint8_t *to = pkt->data;
	uint32_t local, word;

	memcpy(&local, first, sizeof(local));
	memcpy(&word, to, sizeof(word));
	return pkt->len >= ADDRESS_BYTES && word == local && !to[4] &&
	       to[5] < 0x10;
}

/* Has the ring a slot? A full one is kicked before it is taken for full. */
static int has_room(struct netring_injector *inj)
{
	uint32_t slots = inj->geometry_.frame_count;

	if (inj->head_ - inj->tail_ == slots)
		netring_injector_reap_(inj);
	if (inj->head_ - inj->tail_ == slots)
		(void)netring_injector_flush(inj);
	return inj->head_ - inj->tail_ != slots;
}

/* What the far injector says of a frame that it does not queue. */
static enum fate refused_by(int r, const struct netring_packet *pkt)
{
	return r == -EMSGSIZE || pkt->len < ETHERNET_HEADER ? FATE_TOO_LONG :
							      FATE_REFUSED;
}

/* HOLD: a full queue is waited for, as long as the ring would. */
static int can_hold(const struct netring_bridge *br,
		    struct netring_bridge_port_ *near,
		    const struct netring_injector *inj)
{
	uint32_t now = (uint32_t)netring_clock_ms() | 1;

	if (!near->held_ms)
		near->held_ms = now;
	return br->config_.flags & NETRING_BRIDGE_HOLD &&
	       now - near->held_ms < inj->retry_ms_;
}

/* What is left of a super-frame that is being cut has this fate. */
static enum fate drop_rest(struct netring_bridge_port_ *near, enum fate fate)
{
	uint32_t left = netring_segment_left(&near->segment);

	for (near->is_cut = 0; --left; near->stats.received++)
		count(&near->stats, fate);
	return fate;
}

/*
 * The frames that a super-frame stands for, each of which counts as received.
 * Goes on where it stopped when the ring was full.
 */
static enum fate send_segments(struct netring_bridge *br,
			       struct netring_bridge_port_ *near,
			       struct netring_injector *inj,
			       const struct netring_packet *pkt)
{
	struct netring_segment *seg = &near->segment;
	struct netring_frame frame;
	enum fate fate;
	int r;

	/* BIG TCP: its headers do not say how long it is */
	if (pkt->len > BRIDGE_LONGEST)
		return FATE_TOO_LONG;
	for (near->is_cut = 1;; near->stats.received++) {
		if (!has_room(inj)) {
			if (br->config_.flags & NETRING_BRIDGE_HOLD)
				return FATE_HELD;
			return drop_rest(near, FATE_RING_FULL);
		}
		(void)netring_injector_reserve(inj, &frame);
		/* many devices complete checksums behind one IP header only */
		r = netring_segment_next(seg, frame.data, frame.capacity,
					 seg->outer_.l4 ? NULL : frame.vnet);
		if (r < 0) {
			netring_injector_discard(inj, &frame);
			return drop_rest(near, FATE_TOO_LONG);
		}
		r = netring_injector_commit(inj, &frame, (uint32_t)r);
		fate = r < 0 ? refused_by(r, pkt) : FATE_QUEUED;
		near->stats.cut++;
		if (seg->at_ == seg->len_)
			break;
		count(&near->stats, fate);
	}
	near->is_cut = 0;
	return fate;
}

/*
 * Can the kernel cut it, as its vnet header says? 1: yes, and so it can what
 * is no super-frame; 0: it has to be cut here; or -errno.
 */
static int look_at_gso(struct netring_bridge_port_ *near,
		       struct netring_packet *pkt)
{
	struct netring_vnet *vnet = vnet_of(pkt);

	if (!vnet->gso_type)
		return 1;
	return netring_segment_init(&near->segment, pkt->data, pkt->len,
				    ETHERNET_HEADER, vnet);
}

/*
 * A super-frame that no slot holds leaves by the socket that has no ring,
 * behind what is in the ring: if that has to wait for a full queue, it is cut,
 * and waits there, too.
 */
static enum fate send_oversize(struct netring_bridge *br,
			       struct netring_bridge_port_ *near,
			       struct netring_bridge_port_ *far,
			       const struct netring_packet *pkt)
{
	struct netring_injector *inj = &far->injector;
	struct netring_frame frame;
	int r;

	memset(&frame, 0, sizeof(frame));
	frame.data = pkt->data;
	frame.capacity = pkt->len;
	frame.vnet = vnet_of(pkt);
	r = netring_injector_check_(inj, &frame, pkt->len);
	if (r < 0)
		return refused_by(r, pkt);
	r = netring_injector_flush(inj);
	if (r >= 0 && injector_unsent(inj)) {
		if (NETRING_CONFIG_SEGMENT && frame.vnet->gso_type)
			return send_segments(br, near, inj, pkt);
		r = -EAGAIN;
	} else if (r >= 0) {
		r = netring_packet_send_(far->fd_ - 1,
					 (int)inj->interface_.ifindex,
					 frame.vnet, pkt->len + VNET);
		if (r >= 0)
			return FATE_FORWARDED;
	}
	if (r == -ENETDOWN || r == -ENXIO || r == -ENODEV)
		return FATE_LINK_DOWN;
	if ((r == -EAGAIN || r == -ENOBUFS) && can_hold(br, near, inj))
		return FATE_HELD;
	if (r == -EAGAIN)
		return FATE_RING_FULL;
	netring_refused_count_(&near->stats.refused, r);
	return FATE_COUNTED;
}

/* In front of the bytes, here and there, is the vnet header: it goes along. */
static enum fate send_frame(struct netring_bridge *br,
			    struct netring_bridge_port_ *near,
			    struct netring_bridge_port_ *far,
			    struct netring_packet *pkt)
{
	struct netring_injector *inj = &far->injector;
	struct netring_frame frame;
	int r = 0;

	if (far->state)
		return NETRING_CONFIG_SEGMENT && near->is_cut ?
			       drop_rest(near, FATE_LINK_DOWN) :
			       FATE_LINK_DOWN;
	if (NETRING_CONFIG_SEGMENT && !near->is_cut) {
		r = look_at_gso(near, pkt);
		if (r < 0) {
			netring_refused_count_(&near->stats.refused, r);
			return FATE_COUNTED;
		}
	}
	if (NETRING_CONFIG_SEGMENT && !r)
		return send_segments(br, near, inj, pkt);
	if (!has_room(inj))
		return FATE_RING_FULL;
	(void)netring_injector_reserve(inj, &frame);
	if (pkt->len > frame.capacity) {
		netring_injector_discard(inj, &frame);
		return send_oversize(br, near, far, pkt);
	}
	memcpy(frame.data - VNET, pkt->data - VNET, pkt->len + VNET);
	r = netring_injector_commit(inj, &frame, pkt->len);
	return r < 0 ? refused_by(r, pkt) : FATE_QUEUED;
}

/* Of a packet as it came: may it be forwarded? FATE_QUEUED: it may. */
static enum fate filter(struct netring_bridge *br,
			struct netring_bridge_port_ *near,
			struct netring_packet *pkt)
{
	uint32_t half = br->config_.oversize_size;
	const struct netring_vnet *vnet;

	if (br->config_.oversize)
		(void)netring_capture_read_oversize(
			&near->capture, pkt,
			(uint8_t *)br->config_.oversize +
				(size_t)near->number * half,
			half);
	if (!(br->config_.flags & NETRING_BRIDGE_LINK_LOCAL) &&
	    is_link_local(pkt))
		return FATE_LINK_LOCAL;
	if (netring_packet_truncated(pkt)) /* BIG TCP, or nothing was read */
		return br->config_.oversize && pkt->wire_len < half ?
			       FATE_RING_FULL :
			       FATE_TOO_LONG;
	(void)netring_packet_restore_vlan(pkt);
	if (br->config_.filter &&
	    br->config_.filter(br->config_.user, pkt, near->number) ==
		    NETRING_VERDICT_DROP)
		return FATE_FILTERED;
	vnet = vnet_of(pkt);
	/* the kernel would write another kind of checksum there */
	return vnet->flags & VNET_CHECKSUM &&
			       vnet->csum_offset == SCTP_CHECKSUM ?
		       FATE_REFUSED :
		       FATE_QUEUED;
}

/* A packet to the far port. Return: 0: it is held: nothing goes before it. */
static int forward(struct netring_bridge *br, struct netring_bridge_port_ *near,
		   struct netring_bridge_port_ *far, struct netring_packet *pkt)
{
	struct netring_vnet vnet;
	enum fate fate = FATE_QUEUED;

	if (!near->is_held) {
		near->stats.received++;
		fate = filter(br, near, pkt);
	}
	if (fate == FATE_QUEUED) {
		memcpy(&vnet, pkt->data - VNET, VNET);
		fate = send_frame(br, near, far, pkt);
		if (fate == FATE_HELD) {
			near->held = *pkt;
			near->is_held = 1;
			return 0;
		}
		if (fate == FATE_QUEUED || fate == FATE_FORWARDED) {
			near->stats.checksum += (vnet.flags & VNET_CHECKSUM) !=
						0;
			near->stats.gso += vnet.gso_type != 0;
		}
	}
	near->held_ms = 0;
	near->is_held = 0;
	count(&near->stats, fate);
	return 1;
}

/* The next packet of the near ring. */
static int take(struct netring_bridge_port_ *near, struct netring_packet *pkt)
{
	for (;;) {
		if (!near->in_batch &&
		    !netring_capture_next(&near->capture, &near->batch))
			return 0;
		near->in_batch = 1;
		if (netring_capture_walk_(&near->batch, pkt))
			return 1;
		netring_capture_release(&near->capture);
		near->in_batch = 0;
	}
}

int netring_bridge_move_(struct netring_bridge *br,
			 struct netring_bridge_port_ *near,
			 struct netring_bridge_port_ *far)
{
	struct netring_packet pkt, *next;
	uint32_t taken = 0;

	for (; taken < br->config_.budget; taken++) {
		/* nothing is taken that the far ring has no slot for */
		near->holding = br->config_.flags & NETRING_BRIDGE_HOLD &&
				!far->state && !has_room(&far->injector);
		if (near->holding)
			break;
		next = near->is_held ? &near->held : &pkt;
		if (!near->is_held && !take(near, &pkt))
			break;
		near->holding = !forward(br, near, far, next);
		if (near->holding)
			break;
	}
	return (int)taken;
}
