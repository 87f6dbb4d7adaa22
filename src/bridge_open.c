/* SPDX-License-Identifier: MIT */
/* bridge_open.c - four rings between two interfaces, offloads put right. */
#include "bridge.h"

#include "offload.h"

#define BUDGET 64u
#define SMALL_MEMORY (512u * 1024u)
#define LARGE_MEMORY (2048u * 1024u)
#define HEADER_AND_TAGS 22
#define OVERSIZE_WAITING (1024 * 1024) /* bytes of super-frames in the kernel */

/* Its socket without a ring. Returns the MTU of the port; or -errno. */
static int find_port(struct netring_bridge *br, int i, const char *interface)
{
	struct netring_bridge_port_ *port = &br->port_[i];
	struct netring_interface_facts_ facts;
	int r;

	br->step = NETRING_STEP_SOCKET;
	br->port = i;
	port->number = (uint8_t)i;
	r = sys_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (r < 0)
		return r;
	port->fd_ = r + 1;
	br->step = NETRING_STEP_VNET_HDR;
	r = netring_packet_option_(port->fd_ - 1, NR_PACKET_VNET_HDR, 1);
	if (r < 0)
		return r;
	br->step = NETRING_STEP_INTERFACE;
	r = netring_interface_read_(port->fd_ - 1, interface, 0, &facts);
	return r < 0 ? r : (int)facts.mtu;
}

/* With a buffer for super-frames, offloads that stay on lose nothing. */
static int set_offloads(struct netring_bridge *br, int i,
			enum offload_change how)
{
	struct netring_bridge_port_ *port = &br->port_[i];
	int r = -EINVAL;

	br->step = NETRING_STEP_OFFLOAD;
	br->port = i;
	offloads_of(&port->offloads, port->capture.ifindex_);
	if (!(br->config_.flags &
	      (NETRING_BRIDGE_LARGE | NETRING_BRIDGE_KEEP_OFFLOADS)))
		r = netring_offload_change_(port->fd_ - 1, &port->offloads,
					    how);
	return br->config_.oversize ||
			       br->config_.flags & NETRING_BRIDGE_LARGE ?
		       0 :
		       r;
}

static uint32_t ring_memory(const struct netring_bridge *br, uint32_t given)
{
	if (given)
		return given;
	return br->config_.flags & NETRING_BRIDGE_LARGE ? LARGE_MEMORY :
							  SMALL_MEMORY;
}

static int open_capture(struct netring_bridge *br,
			const struct netring_bridge_config *cfg, int from,
			uint32_t packet)
{
	const struct netring_bridge_port_config *port = &cfg->port[from];
	struct netring_capture *cap = &br->port_[from].capture;
	struct netring_capture_config rx;
	int r;

	memset(&rx, 0, sizeof(rx));
	rx.interface = cfg->interface[from];
	rx.flags = NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_IMMEDIATE |
		   NETRING_CAPTURE_VNET_HDR;
	rx.direction = NETRING_DIRECTION_IN;
	if (br->config_.oversize) {
		rx.flags |= NETRING_CAPTURE_OVERSIZE;
		rx.receive_buffer = OVERSIZE_WAITING;
	}
	rx.memory = ring_memory(br, port->rx_memory);
	rx.max_packet = packet;
	rx.filter = port->filter;
	rx.ebpf_filter = port->ebpf_filter;
	r = netring_capture_open(cap, &rx);
	br->step = cap->step;
	br->reason = cap->reason;
	br->port = from;
	return r;
}

static int open_injector(struct netring_bridge *br,
			 const struct netring_bridge_config *cfg, int to,
			 uint32_t packet)
{
	const struct netring_bridge_port_config *port = &cfg->port[to];
	struct netring_injector *inj = &br->port_[to].injector;
	struct netring_injector_config tx;
	int r;

	memset(&tx, 0, sizeof(tx));
	tx.interface = cfg->interface[to];
	tx.flags = NETRING_INJECTOR_VNET_HDR;
	tx.memory = ring_memory(br, port->tx_memory);
	tx.max_packet = packet;
	tx.send_buffer = port->send_buffer;
	tx.priority = port->priority;
	tx.mark = port->mark;
	tx.retry_ms = port->retry_ms;
	r = netring_injector_open(inj, &tx);
	br->step = inj->step;
	br->reason = inj->reason;
	br->port = to;
	if (r < 0)
		return r;
	br->step = NETRING_STEP_OPTION;
	return netring_injector_tune_(br->port_[to].fd_ - 1, &tx);
}

static int set_up(struct netring_bridge *br,
		  const struct netring_bridge_config *cfg)
{
	uint32_t packet =
		br->config_.flags & NETRING_BRIDGE_LARGE ? BRIDGE_LONGEST : 0;
	uint32_t longest;
	int i, r = 0;

	for (i = 0; i < 2 && r >= 0; i++) {
		r = find_port(br, i, cfg->interface[i]);
		longest = (uint32_t)r + HEADER_AND_TAGS;
		if (r >= 0 && longest > packet)
			packet = longest;
	}
	for (i = 0; i < 2 && r >= 0; i++)
		if ((r = open_capture(br, cfg, i, packet)) >= 0)
			r = open_injector(br, cfg, !i, packet);
	if (r < 0)
		return r;
	br->step = NETRING_STEP_CONFIG;
	if (br->port_[0].capture.ifindex_ == br->port_[1].capture.ifindex_)
		return -EINVAL;
	/* last, for nothing is to be changed by an open that fails */
	for (i = 0; i < 4 && r >= 0; i++)
		r = set_offloads(br, i & 1,
				 i < 2 ? OFFLOAD_LOOK : OFFLOAD_CLEAR);
	return r;
}

int netring_bridge_open(struct netring_bridge *bridge,
			const struct netring_bridge_config *cfg)
{
	enum netring_step step;
	int r, port;

	memset(bridge, 0, sizeof(*bridge));
	bridge->config_ = *cfg;
	bridge->config_.oversize_size = cfg->oversize_size / 8 * 4; /* a half */
	if (!cfg->budget)
		bridge->config_.budget = BUDGET;
	bridge->step = NETRING_STEP_CONFIG;
	if (!cfg->interface[0] || !cfg->interface[1] ||
	    (cfg->oversize && ((uintptr_t)cfg->oversize % sizeof(uint32_t) ||
			       cfg->oversize_size < NETRING_BRIDGE_OVERSIZE)))
		return -EINVAL;
	r = set_up(bridge, cfg);
	step = r < 0 ? bridge->step : NETRING_STEP_NONE;
	port = bridge->port;
	if (r < 0)
		netring_bridge_close(bridge);
	bridge->step = step;
	bridge->port = port;
	return r;
}

int netring_bridge_reopen_(struct netring_bridge *br,
			   struct netring_bridge_port_ *port)
{
	int r = netring_capture_rebind(&port->capture);

	if (r >= 0)
		r = netring_injector_rebind(&port->injector);
	/* a new interface's; where that is refused, it stays as it is */
	if (r >= 0)
		(void)set_offloads(br, port->number, OFFLOAD_CLEAR);
	return r;
}

void netring_bridge_close(struct netring_bridge *bridge)
{
	struct netring_bridge_port_ *port = bridge->port_, *end = port + 2;

	if (port->fd_)
		bridge->step = NETRING_STEP_NONE;
	/* first: what follows takes time, in which a program may be ended */
	for (; port < end && port->fd_; port++)
		if (netring_offload_change_(port->fd_ - 1, &port->offloads,
					    OFFLOAD_RESTORE) < 0) {
			bridge->step = NETRING_STEP_OFFLOAD;
			bridge->port = port->number;
		}
	for (port = bridge->port_; port < end; port++) {
		netring_capture_close(&port->capture);
		netring_injector_close(&port->injector);
		if (port->fd_)
			sys_close(port->fd_ - 1);
		port->fd_ = 0;
	}
}
