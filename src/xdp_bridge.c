/* SPDX-License-Identifier: MIT */
/* xdp_bridge.c - move descriptors from one socket to the other. */
#include "xdp_bridge.h"

#define RETRY_MS 1   /* a far ring that is full, frames that are away */
#define LOOK_MS 1000 /* at links, which make no event; for run's stop */
#define GONE_MS 200  /* at a port that is down or gone */
#define TYPE_AT 12

static void count(struct netring_bridge_stats *stats, enum fate fate)
{
	uint8_t *first = (uint8_t *)stats +
			 offsetof(struct netring_bridge_stats, forwarded);

	++((uint64_t *)(void *)first)[fate];
}

/* 802.1D: 01:80:c2:00:00:00 to 0f stay on their link. */
static int is_link_local(const uint8_t *to)
{
	return !((to[0] ^ 0x01) | (to[1] ^ 0x80) | (to[2] ^ 0xc2) | to[3] |
		 to[4] | (to[5] & 0xf0));
}

/* Slots for a packet, with all fragments that it may have. */
static int has_room(struct netring_xdp_tx *tx)
{
	uint32_t used = tx->staged_ + (tx->flags_ & NETRING_XDP_FRAGMENTS ?
					       NETRING_XDP_FRAGMENTS_MAX :
					       1u);

	return netring_xdp_seek_(&tx->ring_, used) >= used &&
	       tx->in_flight_ + used <= tx->most_;
}

/* A full ring is kicked before it is taken for full. */
static int make_room(struct netring_xdp_bridge_port_ *far)
{
	struct netring_xdp_tx *tx = &far->xdp.tx;

	if (has_room(tx))
		return 1;
	if (far->is_stuck) /* a kick did not help in this turn: no more */
		return netring_xdp_tx_reap(tx) && has_room(tx);
	(void)netring_xdp_tx_flush(tx);
	far->is_stuck = !has_room(tx);
	return !far->is_stuck;
}

/* As the filter of packet sockets sees it. */
static int is_filtered(struct netring_xdp_bridge *br,
		       struct netring_xdp_packet *pkt, int direction)
{
	struct netring_packet view;
	struct netring_link link;
	const uint8_t *type = pkt->data + TYPE_AT;

	memset(&view, 0, sizeof(view));
	memset(&link, 0, sizeof(link));
	if ((type[0] == 0x81 && type[1] == 0) ||
	    (type[0] == 0x88 && type[1] == 0xa8))
		type += 4;
	if (type + 2 <= pkt->data + pkt->len)
		memcpy(&link.protocol, type, sizeof(link.protocol));
	link.family = AF_PACKET;
	link.ifindex = (int32_t)br->port_[direction].xdp.interface_.ifindex;
	link.hatype = NR_ARPHRD_ETHER;
	view.data = pkt->data;
	view.len = view.wire_len = pkt->len;
	view.link = &link;
	if (br->filter_(br->user_, &view, direction) == NETRING_VERDICT_DROP)
		return 1;
	if (view.len < pkt->len) { /* which is the end of the packet, then */
		pkt->len = view.len;
		pkt->options = 0;
	}
	return 0;
}

static int complete(const struct netring_xdp_bridge *br,
		    const struct netring_xdp_packet *pkt, uint32_t count)
{
	return NETRING_CONFIG_XDP_CHECKSUM &&
	       !(br->flags_ & NETRING_XDP_BRIDGE_RAW_CHECKSUMS) &&
	       netring_xdp_complete(pkt, count);
}

/* The filter sees a whole packet with its checksums complete: what it writes
 * into them is then right. */
static enum fate forward(struct netring_xdp_bridge *br,
			 struct netring_xdp_bridge_port_ *near,
			 struct netring_xdp_bridge_port_ *far,
			 struct netring_xdp_packet *pkt)
{
	if (pkt->len < NETRING_XDP_SHORTEST)
		return FATE_TOO_LONG;
	if (!(br->flags_ & NETRING_XDP_BRIDGE_LINK_LOCAL) &&
	    is_link_local(pkt->data))
		return FATE_LINK_LOCAL;
	if (br->filter_) {
		near->completed = (uint8_t)complete(br, pkt, 1);
		if (is_filtered(br, pkt, near->number))
			return FATE_FILTERED;
	}
	if (far->state)
		return FATE_LINK_DOWN;
	if (!make_room(far))
		return FATE_RING_FULL;
	return FATE_FORWARDED;
}

/* What the far socket says of a packet, or of a fragment. */
static enum fate judge(int r)
{
	return r >= 0		? FATE_FORWARDED :
	       r == -EAGAIN	? FATE_RING_FULL :
	       r == -EOPNOTSUPP ? FATE_UNSUPPORTED :
				  FATE_TOO_LONG;
}

/* What becomes of the first fragment becomes of all; with the last, the packet
 * is counted. Until then it is not to be seen by the kernel, and its checksum,
 * which is in the first one, can be filled in. */
static void take(struct netring_xdp_bridge *br,
		 struct netring_xdp_bridge_port_ *near,
		 struct netring_xdp_bridge_port_ *far,
		 struct netring_xdp_packet *pkt)
{
	uint32_t more = pkt->options & NETRING_XDP_MORE;

	if (!near->in_packet) {
		near->stats.received++;
		near->fragments = near->completed = 0;
		near->fate = (uint8_t)forward(br, near, far, pkt);
	}
	if (near->fate == FATE_FORWARDED) {
		near->fragment[near->fragments++] = *pkt;
		near->fate = (uint8_t)judge(
			netring_xdp_tx_forward(&far->xdp.tx, pkt));
	}
	near->in_packet = more != 0;
	if (more && near->fate == FATE_FORWARDED && !pkt->options)
		near->fate = FATE_CUT;
	if (more)
		return;
	if (near->fate == FATE_CUT)
		near->fate = FATE_FORWARDED;
	if (near->fate == FATE_FORWARDED)
		near->stats.checksum += (uint64_t)(near->completed |
						   complete(br, near->fragment,
							    near->fragments));
	count(&near->stats, (enum fate)near->fate);
}

/* Up to @most frames from a socket of one port to the other port. */
static uint32_t move(struct netring_xdp_bridge *br,
		     struct netring_xdp_bridge_port_ *near,
		     struct netring_xdp_bridge_port_ *far,
		     struct netring_xdp_rx *rx, uint32_t most)
{
	struct netring_xdp_packet pkt;
	uint32_t taken = 0;

	while (taken < most && netring_xdp_next_(rx)) {
		while (taken < most) {
			near->holding = br->flags_ & NETRING_XDP_BRIDGE_HOLD &&
					!far->state && !near->in_packet &&
					!make_room(far);
			if (near->holding || !netring_xdp_rx_packet(rx, &pkt))
				break;
			take(br, near, far, &pkt);
			taken++;
		}
		netring_xdp_rx_release(rx);
		if (near->holding)
			break;
	}
	return taken;
}

/* Queue by queue, up to the budget; a packet in fragments is of one queue. */
static uint32_t move_all(struct netring_xdp_bridge *br,
			 struct netring_xdp_bridge_port_ *near,
			 struct netring_xdp_bridge_port_ *far)
{
	uint32_t i, joined = br->joined[near->number], taken = 0;

	near->holding = 0;
	for (i = 0; i < joined && taken < br->budget_; i++) {
		taken += move(br, near, far,
			      &netring_xdp_bridge_socket_(near, near->turn)->rx,
			      br->budget_ - taken);
		if (near->holding || near->in_packet)
			break;
		if (++near->turn >= joined)
			near->turn = 0;
	}
	return taken;
}

static int serve(struct netring_xdp_bridge *br,
		 struct netring_xdp_bridge_port_ *near,
		 struct netring_xdp_bridge_port_ *far)
{
	struct netring_xdp_rx *rx;
	uint32_t moved = 0, i;

	far->is_stuck = near->is_short = 0;
	if (near->xdp.fd_)
		moved = move_all(br, near, far);
	if (!far->state && netring_xdp_tx_pending(&far->xdp.tx))
		netring_xdp_bridge_follow_(br, far,
					   netring_xdp_tx_flush(&far->xdp.tx));
	for (i = 0; near->xdp.fd_ && i < br->joined[near->number]; i++) {
		rx = &netring_xdp_bridge_socket_(near, i)->rx;
		(void)netring_xdp_rx_fill(rx); /* what came back */
		near->is_short |= rx->posted_ < rx->most_ / 2;
	}
	return (int)moved;
}

/* How often to look at the links. */
static int look_ms(const struct netring_xdp_bridge *br)
{
	return br->port_[0].state | br->port_[1].state ? GONE_MS : LOOK_MS;
}

__attribute__((noinline)) int
netring_xdp_bridge_timeout(const struct netring_xdp_bridge *br)
{
	const struct netring_xdp_bridge_port_ *port;

	for (port = br->port_; port < br->port_ + 2; port++)
		/* nothing tells when frames come back from sending */
		if (!port->state &&
		    (port->holding || port->is_short ||
		     netring_xdp_ring_waiting(&port->xdp.tx.ring_)))
			return RETRY_MS;
	return look_ms(br);
}

/* The descriptors of all sockets, and of run's stop; returns how many. */
static nfds_t watch(struct netring_xdp_bridge *br)
{
	struct netring_xdp_bridge_port_ *port;
	struct pollfd *fd = br->fds_;
	uint32_t i;

	fd->fd = br->stop_fd_ - 1;
	fd->events = POLLIN;
	for (port = br->port_; port < br->port_ + 2; port++)
		for (i = 0; i < br->joined[port->number]; i++) {
			fd++;
			fd->fd = netring_xdp_fd(
				netring_xdp_bridge_socket_(port, i));
			/* do not poll a port that is on hold */
			fd->events = port->holding ? 0 : POLLIN;
		}
	return (nfds_t)(fd - br->fds_ + 1);
}

int netring_xdp_bridge_step(struct netring_xdp_bridge *bridge, int timeout)
{
	struct netring_xdp_bridge_port_ *port = bridge->port_;
	int most = netring_xdp_bridge_timeout(bridge);
	int64_t now;
	int i, r, moved = 0;

	if (timeout < 0 || most < timeout)
		timeout = most;
	r = sys_poll(bridge->fds_, watch(bridge), timeout);
	bridge->stopped_ = r > 0 && bridge->fds_[0].revents != 0;
	now = netring_clock_ms();
	if (now - bridge->looked_ >= look_ms(bridge)) {
		bridge->looked_ = now;
		for (i = 0; i < 2; i++)
			netring_xdp_bridge_look_(bridge, &port[i]);
	}
	for (i = 0; i < 2 && r >= 0; i++)
		moved += serve(bridge, &port[i], &port[!i]);
	return r < 0 ? r : moved;
}

int netring_xdp_bridge_run(struct netring_xdp_bridge *bridge,
			   const volatile int *stop, int stop_fd)
{
	int r = 0;

	bridge->stop_fd_ = stop_fd + 1;
	bridge->stopped_ = 0;
	while (r >= 0 && !bridge->stopped_ && !(stop && *stop)) {
		r = netring_xdp_bridge_step(bridge, LOOK_MS);
		if (r == -EINTR)
			r = 0;
	}
	bridge->stop_fd_ = 0;
	return r < 0 ? r : 0;
}
