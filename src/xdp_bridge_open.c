/* SPDX-License-Identifier: MIT */
/* xdp_bridge_open.c - two sockets on one UMEM, a program for each. */
#include "xdp_bridge.h"

#include "interface.h"
#include "offload.h"

#define BUDGET 64u
#define BRIDGE_FLAGS 0xfu /* NETRING_XDP_BRIDGE_* */
#define SOCKET_FLAGS \
	(NETRING_XDP_FRAGMENTS | NETRING_XDP_SPIN | NETRING_XDP_BUSY_POLL)
#define REOPEN_MS 100u /* a queue that is taken holds up the other port */

static void set_offloads(struct netring_xdp_bridge *br,
			 struct netring_xdp_bridge_port_ *port)
{
	offloads_of(&port->offloads, port->xdp.interface_.ifindex);
	if (!(br->flags_ & NETRING_XDP_BRIDGE_KEEP_OFFLOADS))
		(void)netring_offload_change_(br->fd_ - 1, &port->offloads,
					      OFFLOAD_CLEAR);
}

static int attach(struct netring_xdp_bridge *br,
		  struct netring_xdp_bridge_port_ *port)
{
	int r = netring_xdp_program_attach(&port->program);

	br->step = port->program.step;
	br->foreign = port->program.foreign;
	return r;
}

static int open_program(struct netring_xdp_bridge *br,
			const struct netring_xdp_bridge_config *cfg, int i)
{
	struct netring_xdp_bridge_port_ *port = &br->port_[i];
	struct netring_xdp_program_config program;
	int r;

	memset(&program, 0, sizeof(program));
	program.interface = cfg->interface[i];
	program.queues = port->config.queue + port->config.more_count + 1;
	program.flows = port->config.flows;
	program.flags = port->config.program_flags;
	if (cfg->socket.flags & NETRING_XDP_FRAGMENTS)
		program.flags |= NETRING_XDP_PROGRAM_FRAGMENTS;
	memcpy(program.attach, port->config.attach, sizeof(program.attach));
	r = netring_xdp_program_open(&port->program, &program);
	br->step = port->program.step;
	return r;
}

static int open_socket(struct netring_xdp_bridge *br,
		       const struct netring_xdp_bridge_config *cfg, int i)
{
	struct netring_xdp_bridge_port_ *port = &br->port_[i];
	struct netring_xdp_bridge_port_config *mine = &port->config;
	uint32_t quarter = cfg->socket.umem->frames_ / 4; /* fill, tx of both */
	struct netring_xdp_config socket;
	int r;

	if (!mine->rx_frames)
		mine->rx_frames = quarter;
	if (!mine->tx_frames)
		mine->tx_frames = quarter;
	memset(&socket, 0, sizeof(socket));
	socket.interface = cfg->interface[i];
	socket.umem = cfg->socket.umem;
	socket.queue = mine->queue;
	socket.flags = cfg->socket.flags | NETRING_XDP_PROMISC;
	memcpy(socket.bind, cfg->socket.bind, sizeof(socket.bind));
	if (br->copy_)
		socket.bind[0] = NETRING_XDP_COPY;
	socket.rx_ring = socket.fill_ring = mine->rx_ring;
	socket.tx_ring = socket.completion_ring = mine->tx_ring;
	socket.rx_frames = mine->rx_frames;
	socket.tx_frames = mine->tx_frames;
	socket.tx_budget = cfg->socket.tx_budget;
	socket.retry_ms = mine->retry_ms;
	socket.program = &port->program;
	r = netring_xdp_open(&port->xdp, &socket);
	br->step = port->xdp.step;
	return r;
}

static int open_port(struct netring_xdp_bridge *br,
		     const struct netring_xdp_bridge_config *cfg, int i)
{
	struct netring_xdp_bridge_port_ *port = &br->port_[i];
	uint32_t most;
	int r;

	br->port = i;
	port->number = (uint8_t)i;
	port->is_taken = 0;
	port->config = cfg->port[i];
	br->step = NETRING_STEP_INTERFACE;
	r = netring_interface_queues_(cfg->interface[i], &most);
	if (r < 0)
		return r;
	br->queues[i] = (uint32_t)r;
	r = open_program(br, cfg, i);
	if (r >= 0)
		r = open_socket(br, cfg, i);
	br->joined[i] = r >= 0;
	/* the UMEM has a socket of that queue: the same interface twice */
	if (r == -EBUSY && br->step == NETRING_STEP_CONFIG)
		return -EINVAL;
	if (r < 0 || !(port->xdp.active_ & NETRING_XDP_FRAGMENTS) ||
	    (port->xdp.tx.most_ >= NETRING_XDP_FRAGMENTS_MAX &&
	     port->xdp.slots_[1] >= NETRING_XDP_FRAGMENTS_MAX))
		return r;
	br->step = NETRING_STEP_GEOMETRY; /* no room for a whole packet */
	return -EINVAL;
}

static int set_up(struct netring_xdp_bridge *br,
		  const struct netring_xdp_bridge_config *cfg)
{
	int i, r;

	br->step = NETRING_STEP_SOCKET;
	r = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (r < 0)
		return r;
	br->fd_ = r + 1;
	for (i = 0; i < 2; i++) {
		r = open_port(br, cfg, i);
		if (r < 0)
			return r;
	}
	for (i = 0; NETRING_CONFIG_XDP_GROUP && i < 2 && r >= 0; i++) {
		br->port = i;
		r = netring_xdp_bridge_join_(br, &br->port_[i]);
	}
	for (i = 0; i < 2 && r >= 0; i++) {
		br->port = i;
		r = attach(br, &br->port_[i]);
		if (!br->port_[i].config.retry_ms) /* from now on */
			br->port_[i].xdp.config_.retry_ms = REOPEN_MS;
	}
	/* last, for nothing is to be changed by an open that fails */
	for (i = 0; i < 2 && r >= 0; i++)
		set_offloads(br, &br->port_[i]);
	return r;
}

static int check(const struct netring_xdp_bridge_config *cfg)
{
	const struct netring_umem *umem = cfg->socket.umem;
	const struct netring_xdp_bridge_port_config *port;

	for (port = cfg->port; port < cfg->port + 2; port++) {
		if (port->program_flags & ~NETRING_XDP_PROGRAM_EXCEPT ||
		    (!NETRING_CONFIG_XDP_GROUP && port->more_count))
			return -EOPNOTSUPP;
		if (port->more_count > NETRING_XDP_BRIDGE_MORE ||
		    (port->more_count && (!port->more || port->queue)))
			return -EINVAL;
	}
	if (cfg->flags & ~BRIDGE_FLAGS || cfg->socket.flags & ~SOCKET_FLAGS)
		return -EOPNOTSUPP;
	return !cfg->interface[0] || !cfg->interface[1] || !umem ||
			       umem->users_ || umem->frames_ < 4 ?
		       -EINVAL :
		       0;
}

int netring_xdp_bridge_open(struct netring_xdp_bridge *bridge,
			    const struct netring_xdp_bridge_config *cfg)
{
	struct netring_umem *umem = cfg->socket.umem;
	enum netring_step step;
	uint32_t given;
	int r, port;

	memset(bridge, 0, sizeof(*bridge));
	bridge->flags_ = cfg->flags;
	bridge->budget_ = cfg->budget ? cfg->budget : BUDGET;
	bridge->filter_ = cfg->filter;
	bridge->event_ = cfg->event;
	bridge->user_ = cfg->user;
	bridge->step = NETRING_STEP_CONFIG;
	r = check(cfg);
	if (r < 0)
		return r;
	for (;;) {
		given = umem->given_;
		umem->given_ = umem->frames_;
		r = set_up(bridge, cfg);
		umem->given_ = given;
		if (r >= 0) {
			bridge->step = NETRING_STEP_NONE;
			return r;
		}
		step = bridge->step;
		port = bridge->port;
		netring_xdp_bridge_close(bridge);
		bridge->step = step;
		bridge->port = port;
		/* the first was zero-copy, which the second cannot be */
		if (!bridge->port || bridge->step != NETRING_STEP_BIND ||
		    bridge->port_[0].xdp.bound_ != NETRING_XDP_ZEROCOPY ||
		    cfg->socket.bind[0] || bridge->copy_)
			return r;
		bridge->copy_ = 1;
	}
}

void netring_xdp_bridge_abandon_(struct netring_xdp_bridge *br,
				 struct netring_xdp_bridge_port_ *port,
				 uint64_t *counter)
{
	if (port->in_packet) {
		++*counter;
		netring_xdp_drop_open_(&br->port_[!port->number].xdp.tx);
	}
	port->in_packet = 0;
}

int netring_xdp_bridge_reopen_(struct netring_xdp_bridge *br,
			       struct netring_xdp_bridge_port_ *port)
{
	struct netring_xdp_bridge_port_ *other = &br->port_[!port->number];
	int r;

	if (NETRING_CONFIG_XDP_GROUP)
		netring_xdp_bridge_leave_(br, port);
	r = netring_xdp_reopen(&port->xdp);

	netring_xdp_bridge_abandon_(br, port, &port->stats.link_down);
	if (other->fate == FATE_FORWARDED || other->fate == FATE_CUT)
		other->fate = FATE_LINK_DOWN;
	/* a link that is down keeps its program */
	if (r >= 0 && port->state == NETRING_PORT_GONE) {
		r = attach(br, port);
		if (r >= 0)
			set_offloads(br, port);
	}
	return r;
}

void netring_xdp_bridge_close(struct netring_xdp_bridge *bridge)
{
	struct netring_xdp_bridge_port_ *port;
	int i;

	if (bridge->fd_)
		bridge->step = NETRING_STEP_NONE;
	/* first: what follows takes time, in which a program may be ended */
	for (i = 0; i < 2 && bridge->fd_; i++)
		if (netring_offload_change_(bridge->fd_ - 1,
					    &bridge->port_[i].offloads,
					    OFFLOAD_RESTORE) < 0) {
			bridge->step = NETRING_STEP_OFFLOAD;
			bridge->port = i;
		}
	for (port = bridge->port_; port < bridge->port_ + 2; port++) {
		netring_xdp_program_close(&port->program);
		if (NETRING_CONFIG_XDP_GROUP)
			netring_xdp_bridge_leave_(bridge, port);
		(void)netring_xdp_close(&port->xdp);
	}
	if (bridge->fd_)
		sys_close(bridge->fd_ - 1);
	bridge->fd_ = 0;
}
