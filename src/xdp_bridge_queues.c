/* SPDX-License-Identifier: MIT */
/* xdp_bridge_queues.c - sockets for the further queues of a bridge's port. */
#include "xdp_bridge.h"

/* Each socket's part of the frames. One that has more than that gives them back
 * with what it receives. */
static uint32_t share(struct netring_xdp_bridge_port_ *port, uint32_t joined,
		      uint32_t queues)
{
	uint32_t each = port->config.rx_frames / queues;
	struct netring_xdp *xdp;

	if (!each) /* one that has none is deaf */
		each = 1;
	while (joined--) {
		xdp = netring_xdp_bridge_socket_(port, joined);
		xdp->config_.rx_frames = each; /* of a reopen */
		if (xdp->rx.most_ > each)
			xdp->rx.most_ = each;
	}
	return each;
}

/* They only receive: what leaves this port leaves by its first socket. */
int netring_xdp_bridge_join_(struct netring_xdp_bridge *br,
			     struct netring_xdp_bridge_port_ *port)
{
	struct netring_xdp_config socket = port->xdp.config_;
	uint32_t *joined = &br->joined[port->number];
	uint32_t before = *joined, want = br->queues[port->number];
	struct netring_xdp *xdp;
	int r = 0;

	if (want > port->config.more_count + 1)
		want = port->config.more_count + 1;
	if (want <= before)
		return 0;
	socket.rx_frames = share(port, before, want);
	socket.mode = NETRING_XDP_RX;
	socket.flags &= ~NETRING_XDP_PROMISC;
	socket.interface = NULL; /* whatever it is called by now */
	socket.ifindex = port->xdp.interface_.ifindex;
	if (port->is_taken)
		socket.retry_ms = 1; /* there is a next look */
	for (; r >= 0 && *joined < want; *joined += r >= 0) {
		socket.queue = *joined;
		xdp = &port->config.more[*joined - 1];
		r = netring_xdp_open(xdp, &socket);
		br->step = xdp->step;
	}
	port->is_taken = r < 0;
	return r;
}

void netring_xdp_bridge_leave_(struct netring_xdp_bridge *br,
			       struct netring_xdp_bridge_port_ *port)
{
	uint32_t *joined = &br->joined[port->number];
	struct netring_xdp_stats stats;
	struct netring_xdp *xdp;

	while (*joined > 1) {
		xdp = &port->config.more[--*joined - 1];
		(void)netring_xdp_read_stats(xdp, &stats);
		port->drops_before += stats.rx_dropped + stats.rx_ring_full;
		(void)netring_xdp_close(xdp);
	}
	port->turn = 0;
	port->xdp.config_.rx_frames = port->config.rx_frames;
}
