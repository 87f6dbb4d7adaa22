/* SPDX-License-Identifier: MIT */
/* bridge.c - forward frames both ways, with a budget and in order. */
#include "bridge.h"

#define RETRY_MS 1	/* a far ring that is full */
#define RUN_MS 1000	/* a signal just before poll() is seen by then */
#define LOOK_MS 200	/* at a port that is down or gone */
#define VNET_CHECKSUM 1 /* VIRTIO_NET_HDR_F_NEEDS_CSUM */
#define VNET ((uint32_t)sizeof(struct netring_vnet))
#define ADDRESS_BYTES 6

/* What became of a frame: the counters from forwarded on, in their order. */
enum fate {
	FATE_FORWARDED,
	FATE_FILTERED,
	FATE_LINK_LOCAL,
	FATE_TOO_LONG,
	FATE_RING_FULL,
	FATE_LINK_DOWN
};

static void count(struct netring_bridge_stats *stats, enum fate fate)
{
	uint8_t *first = (uint8_t *)stats +
			 offsetof(struct netring_bridge_stats, forwarded);

	++((uint64_t *)(void *)first)[fate];
}

/* 802.1D: 01:80:c2:00:00:00 to 0f stay on their link. */
static int is_link_local(const struct netring_packet *pkt)
{
	const uint8_t *to = pkt->data;

	return pkt->len >= ADDRESS_BYTES &&
	       !((to[0] ^ 0x01) | (to[1] ^ 0x80) | (to[2] ^ 0xc2) | to[3] |
		 to[4] | (to[5] & 0xf0));
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

/*
 * A super-frame that no slot holds leaves by the socket that has no ring,
 * behind what is in the ring.
 */
static enum fate send_oversize(struct netring_bridge *br,
			       struct netring_injector *inj,
			       const struct netring_packet *pkt)
{
	int r;

	(void)netring_injector_flush(inj);
	r = netring_packet_send_(br->fd_ - 1, (int)inj->ifindex_,
				 pkt->data - VNET, pkt->len + VNET);
	if (r >= 0)
		return FATE_FORWARDED;
	if (r == -EAGAIN || r == -ENOBUFS)
		return FATE_RING_FULL;
	return r == -EMSGSIZE ? FATE_TOO_LONG : FATE_LINK_DOWN;
}

/* In front of the bytes, here and there, is the vnet header: it goes along. */
static enum fate send_frame(struct netring_bridge *br,
			    struct netring_bridge_port_ *far,
			    const struct netring_packet *pkt)
{
	struct netring_injector *inj = &far->injector;
	struct netring_frame frame;

	if (far->state)
		return FATE_LINK_DOWN;
	if (!has_room(inj))
		return FATE_RING_FULL;
	(void)netring_injector_reserve(inj, &frame);
	if (pkt->len > frame.capacity) {
		netring_injector_discard(inj, &frame);
		return send_oversize(br, inj, pkt);
	}
	memcpy(frame.data - VNET, pkt->data - VNET, pkt->len + VNET);
	return netring_injector_commit(inj, &frame, pkt->len) < 0 ?
		       FATE_TOO_LONG :
		       FATE_FORWARDED;
}

static enum fate forward(struct netring_bridge *br,
			 struct netring_bridge_port_ *near,
			 struct netring_bridge_port_ *far,
			 struct netring_packet *pkt)
{
	struct netring_vnet vnet;
	enum fate fate;

	if (br->oversize_)
		(void)netring_capture_read_oversize(
			&near->capture, pkt, br->oversize_, br->oversize_size_);
	if (!(br->flags_ & NETRING_BRIDGE_LINK_LOCAL) && is_link_local(pkt))
		return FATE_LINK_LOCAL;
	if (netring_packet_truncated(pkt))
		return br->oversize_ ? FATE_RING_FULL : FATE_TOO_LONG;
	(void)netring_packet_restore_vlan(pkt);
	if (br->filter_ &&
	    br->filter_(br->user_, pkt, near->number) == NETRING_VERDICT_DROP)
		return FATE_FILTERED;
	fate = send_frame(br, far, pkt);
	if (fate == FATE_FORWARDED) {
		memcpy(&vnet, pkt->data - VNET, VNET);
		near->stats.checksum += (vnet.flags & VNET_CHECKSUM) != 0;
		near->stats.gso += vnet.gso_type != 0;
	}
	return fate;
}

/* Up to the budget from one port to the other; returns the frames taken. */
static int move(struct netring_bridge *br, struct netring_bridge_port_ *near,
		struct netring_bridge_port_ *far)
{
	struct netring_packet pkt;
	uint32_t taken = 0;

	while (taken < br->budget_) {
		/* nothing is taken that the far ring has no slot for */
		near->holding = br->flags_ & NETRING_BRIDGE_HOLD &&
				!far->state && !has_room(&far->injector);
		if (near->holding)
			break;
		if (!near->in_batch &&
		    !netring_capture_next(&near->capture, &near->batch))
			break;
		near->in_batch = 1;
		if (netring_capture_walk_(&near->batch, &pkt)) {
			near->stats.received++;
			count(&near->stats, forward(br, near, far, &pkt));
			taken++;
			continue;
		}
		netring_capture_release(&near->capture);
		near->in_batch = 0;
	}
	return (int)taken;
}

/* Move, and kick what waits; a downed link gets no stale burst later. */
static int serve(struct netring_bridge *br, struct netring_bridge_port_ *near,
		 struct netring_bridge_port_ *far)
{
	int r, moved = move(br, near, far);

	if (!netring_injector_unsent_(&far->injector))
		return moved;
	r = netring_injector_flush(&far->injector);
	if (r == -ENETDOWN || r == -ENODEV) {
		r = netring_injector_discard_pending(&far->injector);
		near->stats.forwarded -= (uint64_t)r;
		near->stats.link_down += (uint64_t)r;
	}
	return r < 0 ? r : moved;
}

/* Fetch a pending error of a port, and follow what it says. */
static int look(struct netring_bridge *br, struct netring_bridge_port_ *port)
{
	uint8_t state = NETRING_PORT_BACK;
	int r;

	if (port->state == NETRING_PORT_GONE &&
	    netring_bridge_reopen_(br, port) < 0)
		return 0;
	r = netring_capture_wait(&port->capture, 0);
	if (port->capture.link_down_)
		state = r == -ENODEV ? NETRING_PORT_GONE : NETRING_PORT_DOWN;
	if (state != port->state && br->event_)
		br->event_(br->user_, port->number,
			   (enum netring_port_event)state);
	port->state = state;
	return r == -ENODEV ? 0 : r;
}

__attribute__((noinline)) int
netring_bridge_timeout(const struct netring_bridge *br)
{
	const struct netring_bridge_port_ *port;
	int timeout = NETRING_FOREVER;

	for (port = br->port_; port < br->port_ + 2; port++) {
		if (port->in_batch && !port->holding)
			return 0;
		if (port->holding || netring_injector_unsent_(&port->injector))
			timeout = RETRY_MS;
		else if (port->state && timeout < 0)
			timeout = LOOK_MS;
	}
	return timeout;
}

int netring_bridge_step(struct netring_bridge *bridge, int timeout)
{
	struct netring_bridge_port_ *port = bridge->port_;
	int most = netring_bridge_timeout(bridge);
	struct pollfd fds[3];
	int i, r, moved = 0;

	if (most >= 0 && (timeout < 0 || most < timeout))
		timeout = most;
	for (i = 0; i < 3; i++) {
		/* what is held back is not to be woken for */
		fds[i].fd = i == 2 ? bridge->stop_fd_ - 1 :
				     netring_bridge_fd(bridge, i);
		fds[i].events = i < 2 && port[i].holding ? 0 : POLLIN;
		fds[i].revents = 0;
	}
	r = sys_poll(fds, 3, timeout);
	bridge->stopped_ = fds[2].revents != 0;
	for (i = 0; i < 2 && r >= 0; i++)
		if (fds[i].revents & (POLLERR | POLLNVAL) || port[i].state)
			r = look(bridge, &port[i]);
	for (i = 0; i < 2 && r >= 0; i++) {
		r = serve(bridge, &port[i], &port[!i]);
		moved += r;
	}
	return r < 0 ? r : moved;
}

int netring_bridge_run(struct netring_bridge *bridge, const volatile int *stop,
		       int stop_fd)
{
	int r = 0;

	bridge->stop_fd_ = stop_fd + 1;
	bridge->stopped_ = 0;
	while (r >= 0 && !bridge->stopped_ && !(stop && *stop)) {
		r = netring_bridge_step(bridge, RUN_MS);
		if (r == -EINTR)
			r = 0;
	}
	bridge->stop_fd_ = 0;
	return r < 0 ? r : 0;
}

int netring_bridge_read_stats(struct netring_bridge *bridge, int direction,
			      struct netring_bridge_stats *stats)
{
	struct netring_bridge_port_ *near = &bridge->port_[direction];
	struct netring_capture_stats kernel;
	int r = netring_capture_read_stats(&near->capture, &kernel, NULL);

	*stats = near->stats;
	if (r >= 0)
		stats->kernel_drops = kernel.dropped;
	return r;
}
