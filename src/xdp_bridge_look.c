/* SPDX-License-Identifier: MIT */
/* xdp_bridge_look.c - how the ports are, what became of the frames. */
#include "xdp_bridge.h"

#include "interface.h"

#define STUCK_MS 1000

struct netring_xdp *
netring_xdp_bridge_socket_(struct netring_xdp_bridge_port_ *port,
			   uint32_t queue)
{
	return NETRING_CONFIG_XDP_GROUP && queue ?
		       &port->config.more[queue - 1] :
		       &port->xdp;
}

/* Packets that are in the ring still: their last descriptors. */
static uint32_t count_waiting(const struct netring_xdp_tx *tx)
{
	uint32_t i, packets = 0;

	for (i = 0 - netring_xdp_ring_waiting(&tx->ring_); i != tx->staged_;
	     i++)
		packets += !(netring_xdp_ring_desc(&tx->ring_, i)->options &
			     NETRING_XDP_MORE);
	return packets;
}

static void tell(struct netring_xdp_bridge *br,
		 struct netring_xdp_bridge_port_ *port,
		 enum netring_port_event event)
{
	if (br->event_)
		br->event_(br->user_, port->number, event);
}

/* A new socket, without the frames that wait in this one: they go to a counter
 * of the other direction. */
static void make_anew(struct netring_xdp_bridge *br,
		      struct netring_xdp_bridge_port_ *port, uint64_t *counter)
{
	struct netring_xdp_tx *tx = &port->xdp.tx;
	uint32_t lost, most;

	/* before Linux 6.18 what was sent may seem to wait */
	(void)netring_xdp_tx_reap(tx);
	lost = count_waiting(tx);
	most = tx->in_flight_ - tx->owed_ + tx->staged_;
	if (lost > most)
		lost = most;
	br->port_[!port->number].stats.forwarded -= lost;
	*counter += lost;
	(void)netring_xdp_bridge_reopen_(br, port);
}

/* Follow what a socket says of its link: no stale burst when it is up again.
 * Whatever else is said is of a frame: see look_at_frames(). */
void netring_xdp_bridge_follow_(struct netring_xdp_bridge *br,
				struct netring_xdp_bridge_port_ *port, int r)
{
	uint8_t state = r == -ENETDOWN ? NETRING_PORT_DOWN :
			r == -ENODEV   ? NETRING_PORT_GONE :
					 NETRING_PORT_BACK;

	if (state == port->state)
		return;
	if (state != NETRING_PORT_BACK && port->xdp.fd_)
		make_anew(br, port, &br->port_[!port->number].stats.link_down);
	port->state = state;
	tell(br, port, (enum netring_port_event)state);
}

/* A device that took none since the last look, nor for a second, will not take
 * the first. */
static void look_at_frames(struct netring_xdp_bridge *br,
			   struct netring_xdp_bridge_port_ *port)
{
	struct netring_xdp_tx *tx = &port->xdp.tx;
	uint32_t completed = (uint32_t)(tx->sent_ + tx->refused_);

	if (!netring_xdp_ring_waiting(&tx->ring_)) {
		port->waits_since = 0;
	} else if (!port->waits_since || completed != port->completed_before) {
		port->waits_since = br->looked_;
	} else if (br->looked_ - port->waits_since >= STUCK_MS) {
		port->waits_since = 0;
		make_anew(br, port,
			  &br->port_[!port->number].stats.refused.busy);
	}
	port->completed_before = completed;
}

/* The kernel shows a packet's fragments at once: where none follows, the last
 * was none that can be taken, and the other queues wait for it. */
static void look_at_packet(struct netring_xdp_bridge *br,
			   struct netring_xdp_bridge_port_ *port)
{
	struct netring_xdp *xdp = netring_xdp_bridge_socket_(port, port->turn);

	if (port->in_packet && !netring_xdp_next_(&xdp->rx))
		netring_xdp_bridge_abandon_(br, port,
					    &port->stats.refused.other);
}

static void look_at_program(struct netring_xdp_bridge *br,
			    struct netring_xdp_bridge_port_ *port)
{
	int r = netring_xdp_program_check(&port->program);

	if (r < 0)
		br->foreign = port->program.foreign;
	if (r && !port->is_deaf)
		tell(br, port, NETRING_PORT_DEAF);
	if (r > 0 || (!r && port->is_deaf))
		tell(br, port, NETRING_PORT_BACK);
	port->is_deaf = r < 0;
}

static void look_at_queues(struct netring_xdp_bridge *br,
			   struct netring_xdp_bridge_port_ *port)
{
	uint32_t most, *queues = &br->queues[port->number], before = *queues;
	int r = netring_interface_queues_(port->xdp.interface_.name, &most);

	if (r <= 0)
		return;
	*queues = (uint32_t)r;
	if (NETRING_CONFIG_XDP_GROUP && port->config.more_count) {
		(void)netring_xdp_bridge_join_(br, port);
		/* drivers (veth) give a program to the queues that there are */
		if (*queues > before)
			(void)netring_xdp_program_attach(&port->program);
	}
	if (*queues != before)
		tell(br, port, NETRING_PORT_QUEUES);
}

void netring_xdp_bridge_look_(struct netring_xdp_bridge *br,
			      struct netring_xdp_bridge_port_ *port)
{
	int r = 0;

	if (port->state == NETRING_PORT_GONE || !port->xdp.fd_) {
		r = netring_xdp_bridge_reopen_(br, port);
		if (r < 0 && r != -ENETDOWN)
			r = -ENODEV; /* whatever it is, it may come yet */
	}
	netring_xdp_bridge_follow_(br, port,
				   r < 0 ? r : netring_xdp_health(&port->xdp));
	if (port->state)
		return;
	look_at_packet(br, port);
	look_at_frames(br, port);
	look_at_program(br, port);
	look_at_queues(br, port);
}

int netring_xdp_bridge_read_stats(struct netring_xdp_bridge *bridge,
				  int direction,
				  struct netring_bridge_stats *stats)
{
	struct netring_xdp_bridge_port_ *near = &bridge->port_[direction];
	const struct netring_xdp_tx *tx = &bridge->port_[!direction].xdp.tx;
	struct netring_xdp_stats counters;
	uint64_t handed, drops = near->drops_before;
	uint32_t queue = bridge->joined[direction];
	int r = 0;

	while (queue--) { /* the first one's error is told */
		r = netring_xdp_read_stats(
			netring_xdp_bridge_socket_(near, queue), &counters);
		drops += counters.rx_dropped + counters.rx_ring_full;
	}
	near->stats.kernel_drops = drops;
	near->stats.renewals = near->program.reattached;
	*stats = near->stats;
	stats->refused.other += tx->refused_ + tx->owed_;
	handed = stats->forwarded - tx->refused_ - tx->owed_;
	/* old kernels tell late how far they came: it never goes down */
	stats->forwarded = handed - count_waiting(tx);
	if ((int64_t)(stats->forwarded - near->forwarded) < 0)
		stats->forwarded = near->forwarded;
	near->forwarded = stats->forwarded;
	stats->pending = handed - stats->forwarded + near->in_packet;
	return r == -EBADF ? 0 : r; /* the interface is gone */
}
