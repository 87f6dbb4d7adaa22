/* SPDX-License-Identifier: MIT */
/* bridge.c - forward frames both ways, with a budget and in order. */
#include "bridge.h"

#define RETRY_MS 1  /* a far ring that is full */
#define RUN_MS 1000 /* a signal just before poll() is seen by then */
#define LOOK_MS 200 /* at both ports */

/* Move, and kick what waits; a downed link gets no stale burst later. */
static int serve(struct netring_bridge *br, struct netring_bridge_port_ *near,
		 struct netring_bridge_port_ *far)
{
	int r, moved = netring_bridge_move_(br, near, far);

	if (!injector_unsent(&far->injector))
		return moved;
	r = netring_injector_flush(&far->injector);
	if (r == -ENETDOWN || r == -ENODEV)
		near->stats.link_down +=
			(uint64_t)netring_injector_discard_pending(
				&far->injector);
	return moved;
}

/*
 * A packet that a vnet header cannot describe stops the kernel's ring of
 * TPACKET_V2 for good: it finds the same slot taken again and again. What it
 * drops grows, and nothing comes.
 */
static int look_at_ring(struct netring_bridge_port_ *port)
{
	struct netring_capture_stats stats;
	int r = netring_capture_read_stats(&port->capture, &stats, NULL);

	if (r < 0)
		return r;
	if (!port->capture.ring_ ||
	    (stats.dropped != port->drops &&
	     port->stats.received == port->seen && !port->in_batch &&
	     !capture_ready(&port->capture))) {
		/* no memory for it now: at the next look */
		r = netring_capture_renew_(&port->capture);
		port->stats.renewals += r >= 0;
	}
	port->drops = stats.dropped;
	port->seen = port->stats.received;
	return 0;
}

/* Fetch a pending error of a port, and follow what it says. */
static int look_at_link(struct netring_bridge *br,
			struct netring_bridge_port_ *port)
{
	struct netring_capture *cap = &port->capture;
	uint8_t state = NETRING_PORT_BACK;
	int error = 0, r;
	socklen_t size = sizeof(error);

	if (port->state == NETRING_PORT_GONE &&
	    netring_bridge_reopen_(br, port) < 0)
		return 0;
	r = sys_getsockopt(cap->fd_ - 1, SOL_SOCKET, SO_ERROR, &error, &size);
	if (r >= 0 && error && error != ENETDOWN)
		r = -error;
	if (r < 0)
		return r;
	cap->link_down_ = 1;
	r = netring_capture_look_(cap);
	if (cap->link_down_)
		state = r == -ENODEV ? NETRING_PORT_GONE : NETRING_PORT_DOWN;
	if (state != port->state && br->config_.event)
		br->config_.event(br->config_.user, port->number,
				  (enum netring_port_event)state);
	port->state = state;
	return r == -ENODEV ? 0 : r;
}

/* At what poll() tells of a port, and at both every so often. */
static int look(struct netring_bridge *br, const struct pollfd *fds)
{
	uint32_t now = (uint32_t)netring_clock_ms();
	int due = now - br->looked_ >= LOOK_MS;
	struct netring_bridge_port_ *port;
	int i, r = 0;

	if (due)
		br->looked_ = now;
	for (i = 0; i < 2 && r >= 0; i++) {
		port = &br->port_[i];
		/* the error that poll would tell may have come to hand when
		 * an oversize packet was fetched */
		if (fds[i].revents & (POLLERR | POLLNVAL) ||
		    (due && port->state) ||
		    port->capture.link_down_ == CAPTURE_DOWN_UNTOLD)
			r = look_at_link(br, port);
		if (r >= 0 && due && !port->state)
			r = look_at_ring(port);
	}
	return r;
}

/* Out of line: for the caller, and for step. */
__attribute__((noinline)) int
netring_bridge_timeout(const struct netring_bridge *br)
{
	const struct netring_bridge_port_ *port;
	int timeout = LOOK_MS;

	for (port = br->port_; port < br->port_ + 2; port++) {
		if (port->in_batch && !port->holding)
			return 0;
		if (port->holding || injector_unsent(&port->injector))
			timeout = RETRY_MS;
	}
	return timeout;
}

short netring_bridge_events(const struct netring_bridge *bridge, int port)
{
	const struct netring_bridge_port_ *of = &bridge->port_[port];

	return of->holding || !of->capture.ring_ ? 0 : POLLIN;
}

int netring_bridge_step(struct netring_bridge *bridge, int timeout)
{
	struct netring_bridge_port_ *port = bridge->port_;
	int most = netring_bridge_timeout(bridge);
	struct pollfd fds[3];
	int i, r, interrupted, moved = 0;

	if (timeout < 0 || most < timeout)
		timeout = most;
	for (i = 0; i < 3; i++) {
		fds[i].fd = i == 2 ? bridge->stop_fd_ - 1 :
				     netring_bridge_fd(bridge, i);
		fds[i].events = i == 2 ? POLLIN :
					 netring_bridge_events(bridge, i);
		fds[i].revents = 0;
	}
	r = sys_poll(fds, 3, timeout);
	bridge->stopped_ = fds[2].revents != 0;
	/* signals that keep coming may not keep frames from going */
	interrupted = r == -EINTR;
	if (r >= 0 || interrupted)
		r = look(bridge, fds);
	for (i = 0; i < 2 && r >= 0; i++)
		moved += serve(bridge, &port[i], &port[!i]);
	if (r >= 0 && interrupted)
		r = -EINTR;
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
	struct netring_injector_stats sent;
	struct netring_capture_stats kernel;
	int r = netring_capture_read_stats(&near->capture, &kernel, NULL);

	*stats = near->stats;
	if (r >= 0)
		stats->kernel_drops = kernel.dropped;
	netring_injector_read_stats(&bridge->port_[!direction].injector, &sent);
	stats->forwarded += sent.accepted;
	stats->pending = sent.pending + (near->is_held != 0);
	netring_refused_add_(&stats->refused, &sent.refused);
	return r;
}
