/* SPDX-License-Identifier: MIT */
/* bridge.c - forward frames both ways, with a budget and in order. */
#include "bridge.h"

#define RETRY_MS 1	/* a far ring that is full */
#define LOOK_MS 200	/* for an interface that is gone */
#define VNET_CHECKED 2	/* VIRTIO_NET_HDR_F_DATA_VALID */
#define VNET_CHECKSUM 1 /* VIRTIO_NET_HDR_F_NEEDS_CSUM */
#define ADDRESS_BYTES 6

/* What became of a frame; the counters are these, in this order. */
enum fate {
	FATE_FORWARDED,
	FATE_FILTERED,
	FATE_LINK_LOCAL,
	FATE_TOO_LONG,
	FATE_RING_FULL,
	FATE_LINK_DOWN,
	FATE_HELD /* not decided yet */
};

static void count(struct netring_bridge_stats *stats, enum fate fate)
{
	uint64_t *const counters[] = {
		&stats->forwarded, &stats->filtered,  &stats->link_local,
		&stats->too_long,  &stats->ring_full, &stats->link_down,
	};

	++*counters[fate];
}

/* 802.1D: 01:80:c2:00:00:00 to 0f stay on their link. */
static int is_link_local(const struct netring_packet *pkt)
{
	static const uint8_t prefix[] = { 0x01, 0x80, 0xc2, 0x00, 0x00 };

	return pkt->len >= ADDRESS_BYTES &&
	       memcmp(pkt->data, prefix, sizeof(prefix)) == 0 &&
	       pkt->data[5] < 0x10;
}

static void count_kind(struct netring_bridge_stats *stats,
		       const struct netring_vnet *vnet)
{
	stats->checksum += (vnet->flags & VNET_CHECKSUM) != 0;
	stats->gso += vnet->gso_type != 0;
}

/*
 * A super-frame that no slot holds leaves by the socket that has no ring,
 * behind what is in the ring.
 */
static enum fate send_oversize(struct netring_bridge *br,
			       struct netring_bridge_port_ *far,
			       const struct netring_packet *pkt,
			       const struct netring_vnet *vnet)
{
	uint8_t *at = pkt->data - sizeof(*vnet);
	int r;

	if (!vnet->gso_type)
		return FATE_TOO_LONG;
	(void)netring_injector_flush(&far->injector);
	memcpy(at, vnet, sizeof(*vnet));
	r = netring_packet_send_(br->fd_ - 1, (int)far->injector.ifindex_, at,
				 pkt->len + sizeof(*vnet));
	if (r == -ENETDOWN || r == -ENXIO)
		return FATE_LINK_DOWN;
	if (r == -EAGAIN || r == -ENOBUFS)
		return FATE_RING_FULL;
	return r < 0 ? FATE_TOO_LONG : FATE_FORWARDED;
}

static enum fate send_frame(struct netring_bridge *br,
			    struct netring_bridge_port_ *far,
			    const struct netring_packet *pkt,
			    const struct netring_vnet *vnet)
{
	struct netring_frame frame;

	if (far->down || far->gone)
		return FATE_LINK_DOWN;
	if (pkt->len > netring_injector_geometry(&far->injector)->frame_size -
			       NETRING_GEOMETRY_SLOT_OVERHEAD)
		return send_oversize(br, far, pkt, vnet);
	if (netring_injector_reserve(&far->injector, &frame) < 0) {
		(void)netring_injector_flush(&far->injector);
		if (netring_injector_reserve(&far->injector, &frame) < 0)
			return br->flags_ & NETRING_BRIDGE_HOLD ?
				       FATE_HELD :
				       FATE_RING_FULL;
	}
	memcpy(frame.data, pkt->data, pkt->len);
	*frame.vnet = *vnet;
	return netring_injector_commit(&far->injector, &frame, pkt->len) < 0 ?
		       FATE_TOO_LONG :
		       FATE_FORWARDED;
}

static void forward(struct netring_bridge *br, int from,
		    struct netring_packet *pkt, int modified)
{
	struct netring_bridge_port_ *near = &br->port_[from];
	struct netring_vnet vnet;
	enum fate fate;

	memset(&vnet, 0, sizeof(vnet));
	(void)netring_packet_vnet(pkt, &vnet);
	if (modified)
		vnet.flags &= (uint8_t)~VNET_CHECKED;
	fate = send_frame(br, &br->port_[!from], pkt, &vnet);
	near->holding = fate == FATE_HELD;
	if (near->holding) {
		near->held = *pkt;
		return;
	}
	count(&near->stats, fate);
	if (fate == FATE_FORWARDED)
		count_kind(&near->stats, &vnet);
}

/* One frame from the ring of port @from. */
static void handle(struct netring_bridge *br, int from,
		   struct netring_packet *pkt)
{
	struct netring_bridge_port_ *near = &br->port_[from];
	enum netring_verdict verdict = NETRING_VERDICT_FORWARD;

	near->stats.received++;
	if (br->oversize_ && pkt->flags & NETRING_PACKET_OVERSIZE)
		(void)netring_capture_read_oversize(
			&near->capture, pkt, br->oversize_, br->oversize_size_);
	if (!(br->flags_ & NETRING_BRIDGE_LINK_LOCAL) && is_link_local(pkt)) {
		count(&near->stats, FATE_LINK_LOCAL);
		return;
	}
	if (netring_packet_truncated(pkt)) {
		count(&near->stats, FATE_TOO_LONG);
		return;
	}
	(void)netring_packet_restore_vlan(pkt);
	if (br->filter_)
		verdict = br->filter_(br->user_, pkt, from);
	if (verdict == NETRING_VERDICT_DROP)
		count(&near->stats, FATE_FILTERED);
	else
		forward(br, from, pkt, verdict == NETRING_VERDICT_MODIFIED);
}

/* Up to the budget from one port to the other; returns the frames taken. */
static int move(struct netring_bridge *br, int from)
{
	struct netring_bridge_port_ *near = &br->port_[from];
	struct netring_packet pkt;
	uint32_t taken = 0;

	if (near->holding)
		forward(br, from, &near->held, 0);
	while (!near->holding && taken < br->budget_) {
		if (!near->in_batch) {
			if (!netring_capture_next(&near->capture, &near->batch))
				break;
			near->in_batch = 1;
		}
		if (netring_batch_next(&near->batch, &pkt)) {
			handle(br, from, &pkt);
			taken++;
			continue;
		}
		netring_capture_release(&near->capture);
		near->in_batch = 0;
	}
	return (int)taken;
}

static void tell(struct netring_bridge *br, int port,
		 enum netring_port_event event)
{
	if (br->event_)
		br->event_(br->user_, port, event);
}

/* Kick what waits for port @to; a downed link gets no stale burst later. */
static int push(struct netring_bridge *br, int to)
{
	struct netring_bridge_port_ *far = &br->port_[to];
	struct netring_bridge_stats *stats = &br->port_[!to].stats;
	int r;

	if (!far->injector.pending_)
		return 0;
	r = netring_injector_flush(&far->injector);
	if (r != -ENETDOWN && r != -ENODEV)
		return r < 0 ? r : 0;
	r = netring_injector_discard_pending(&far->injector);
	stats->forwarded -= (uint64_t)r;
	stats->link_down += (uint64_t)r;
	return 0;
}

/* Fetch a pending error of a port, and follow what it says. */
static int look(struct netring_bridge *br, int i)
{
	struct netring_bridge_port_ *port = &br->port_[i];
	int was_down = port->down;
	int r;

	if (port->gone) {
		if (netring_bridge_reopen_(br, i) < 0)
			return 0;
		port->gone = 0;
		port->down = 0;
		tell(br, i, NETRING_PORT_BACK);
		return 0;
	}
	r = netring_capture_wait(&port->capture, 0);
	port->down = port->capture.link_down_;
	if (r == -ENODEV) {
		port->gone = 1;
		tell(br, i, NETRING_PORT_GONE);
		return 0;
	}
	if (port->down && !was_down)
		tell(br, i, NETRING_PORT_DOWN);
	return r < 0 ? r : 0;
}

int netring_bridge_timeout(const struct netring_bridge *br)
{
	const struct netring_bridge_port_ *port;
	int timeout = NETRING_FOREVER;

	for (port = br->port_; port < br->port_ + 2; port++) {
		if (port->in_batch && !port->holding)
			return 0;
		if (port->injector.pending_ || port->holding)
			timeout = RETRY_MS;
		else if ((port->down || port->gone) && timeout < 0)
			timeout = LOOK_MS;
	}
	return timeout;
}

static int wait_for_frames(struct netring_bridge *br, int timeout)
{
	int most = netring_bridge_timeout(br);
	struct pollfd fds[2];
	int i, r;

	if (most >= 0 && (timeout < 0 || most < timeout))
		timeout = most;
	for (i = 0; i < 2; i++) {
		/* what is held back is not to be woken for */
		fds[i].fd = br->port_[i].gone ? -1 : netring_bridge_fd(br, i);
		fds[i].events = br->port_[i].holding ? 0 : POLLIN;
		fds[i].revents = 0;
	}
	r = sys_poll(fds, 2, timeout);
	if (r < 0)
		return r;
	for (i = 0; i < 2; i++)
		if (fds[i].revents & (POLLERR | POLLNVAL) &&
		    (r = look(br, i)) < 0)
			return r;
	return 0;
}

/* Ports in trouble are looked at now and then. */
static int look_around(struct netring_bridge *br)
{
	int64_t now;
	int i, r;

	if (!br->port_[0].down && !br->port_[1].down && !br->port_[0].gone &&
	    !br->port_[1].gone)
		return 0;
	now = netring_clock_ms();
	if (now < br->look_at_)
		return 0;
	br->look_at_ = now + LOOK_MS;
	for (i = 0; i < 2; i++)
		if ((br->port_[i].down || br->port_[i].gone) &&
		    (r = look(br, i)) < 0)
			return r;
	return 0;
}

int netring_bridge_step(struct netring_bridge *bridge, int timeout)
{
	int i, r, moved = 0;

	r = wait_for_frames(bridge, timeout);
	if (r >= 0)
		r = look_around(bridge);
	for (i = 0; i < 2 && r >= 0; i++) {
		moved += move(bridge, i);
		r = push(bridge, !i);
	}
	return r < 0 ? r : moved;
}

int netring_bridge_run(struct netring_bridge *bridge, const volatile int *stop,
		       int stop_fd)
{
	struct pollfd fd = { stop_fd, POLLIN, 0 };
	int r;

	while (!stop || !*stop) {
		r = netring_bridge_step(bridge, 100);
		if (r < 0 && r != -EINTR)
			return r;
		if (stop_fd >= 0 && sys_poll(&fd, 1, 0) > 0)
			break;
	}
	return 0;
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
