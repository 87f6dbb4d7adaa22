/* SPDX-License-Identifier: MIT */
/* bridge_open.c - four rings between two interfaces, offloads put right. */
#include "bridge.h"

#include "offload.h"

#define BUDGET 64u
#define SMALL_MEMORY (512u * 1024u)
#define LARGE_PACKET 65600 /* 64 KiB of IP, Ethernet header and tags */
#define LARGE_MEMORY (2048u * 1024u)
#define HEADER_AND_TAGS 22
#define OVERSIZE_WAITING (1024 * 1024) /* bytes of super-frames in the kernel */

/* Name of a port, and the bytes of its longest frame; or -errno. */
static int find_port(struct netring_bridge *br, int i, const char *interface)
{
	char *name = br->port_[i].name;
	int r;

	br->step = NETRING_STEP_INTERFACE;
	br->port = i;
	br->port_[i].number = (uint8_t)i;
	r = netring_interface_name_(br->fd_ - 1, interface, 0, name);
	if (r >= 0)
		r = netring_interface_get_(br->fd_ - 1, NR_SIOCGIFMTU, name);
	return r < 0 ? r : r + HEADER_AND_TAGS;
}

/* With a buffer for super-frames, offloads that stay on lose nothing. */
static int set_offloads(struct netring_bridge *br, int i)
{
	struct netring_bridge_port_ *port = &br->port_[i];
	int r;

	br->step = NETRING_STEP_OFFLOAD;
	br->port = i;
	r = br->flags_ & (NETRING_BRIDGE_LARGE | NETRING_BRIDGE_KEEP_OFFLOADS) ?
		    -EINVAL :
		    netring_offload_set_(br->fd_ - 1, port->name,
					 &port->offloads, 0);
	return br->oversize_ || br->flags_ & NETRING_BRIDGE_LARGE ? 0 : r;
}

static uint32_t ring_memory(const struct netring_bridge *br, uint32_t given)
{
	if (given)
		return given;
	return br->flags_ & NETRING_BRIDGE_LARGE ? LARGE_MEMORY : SMALL_MEMORY;
}

static int open_capture(struct netring_bridge *br,
			const struct netring_bridge_config *cfg, int from,
			uint32_t packet)
{
	struct netring_capture *cap = &br->port_[from].capture;
	struct netring_capture_config rx = cfg->rx[from];
	int r;

	rx.interface = cfg->interface[from];
	rx.flags |= NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_IMMEDIATE |
		    NETRING_CAPTURE_VNET_HDR;
	rx.direction = NETRING_DIRECTION_IN;
	if (br->oversize_) {
		rx.flags |= NETRING_CAPTURE_OVERSIZE;
		if (!rx.receive_buffer)
			rx.receive_buffer = OVERSIZE_WAITING;
	}
	rx.memory = ring_memory(br, rx.memory);
	rx.max_packet = packet;
	r = netring_capture_open(cap, &rx);
	br->step = cap->step;
	br->reason = cap->reason;
	br->port = from;
	return r;
}

static int open_injector(struct netring_bridge *br,
			 const struct netring_bridge_config *cfg, int from,
			 uint32_t packet)
{
	struct netring_injector *inj = &br->port_[!from].injector;
	struct netring_injector_config tx = cfg->tx[from];
	int r;

	tx.interface = cfg->interface[!from];
	tx.flags |= NETRING_INJECTOR_VNET_HDR;
	tx.memory = ring_memory(br, tx.memory);
	tx.max_packet = packet;
	r = netring_injector_open(inj, &tx);
	br->step = inj->step;
	br->reason = inj->reason;
	br->port = !from;
	return r;
}

static int set_up(struct netring_bridge *br,
		  const struct netring_bridge_config *cfg)
{
	int packet = br->flags_ & NETRING_BRIDGE_LARGE ? LARGE_PACKET : 0;
	int i, r;

	br->step = NETRING_STEP_SOCKET;
	r = sys_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (r < 0)
		return r;
	br->fd_ = r + 1;
	br->step = NETRING_STEP_VNET_HDR;
	r = netring_packet_option_(br->fd_ - 1, NR_PACKET_VNET_HDR, 1);
	for (i = 0; i < 2 && r >= 0; i++) {
		r = find_port(br, i, cfg->interface[i]);
		if (r > packet)
			packet = r;
	}
	for (i = 0; i < 2 && r >= 0; i++)
		if ((r = set_offloads(br, i)) >= 0 &&
		    (r = open_capture(br, cfg, i, (uint32_t)packet)) >= 0)
			r = open_injector(br, cfg, i, (uint32_t)packet);
	if (r < 0)
		return r;
	br->step = NETRING_STEP_CONFIG;
	return br->port_[0].capture.ifindex_ == br->port_[1].capture.ifindex_ ?
		       -EINVAL :
		       0;
}

int netring_bridge_open(struct netring_bridge *bridge,
			const struct netring_bridge_config *cfg)
{
	int r;

	memset(bridge, 0, sizeof(*bridge));
	bridge->flags_ = cfg->flags;
	bridge->budget_ = cfg->budget ? cfg->budget : BUDGET;
	bridge->filter_ = cfg->filter;
	bridge->event_ = cfg->event;
	bridge->user_ = cfg->user;
	bridge->oversize_ = cfg->oversize;
	bridge->oversize_size_ = cfg->oversize_size;
	bridge->step = NETRING_STEP_CONFIG;
	if (!cfg->interface[0] || !cfg->interface[1])
		return -EINVAL;
	r = set_up(bridge, cfg);
	if (r < 0)
		netring_bridge_close(bridge);
	else
		bridge->step = NETRING_STEP_NONE;
	return r;
}

int netring_bridge_reopen_(struct netring_bridge *br,
			   struct netring_bridge_port_ *port)
{
	int r = netring_capture_rebind(&port->capture);

	if (r >= 0)
		r = netring_injector_rebind(&port->injector);
	if (r >= 0) {
		port->offloads = 0;		      /* a new interface: */
		(void)set_offloads(br, port->number); /* as good as it gets */
	}
	return r;
}

void netring_bridge_close(struct netring_bridge *bridge)
{
	struct netring_bridge_port_ *port;

	for (port = bridge->port_; port < bridge->port_ + 2; port++) {
		if (bridge->fd_)
			(void)netring_offload_set_(bridge->fd_ - 1, port->name,
						   &port->offloads, 1);
		netring_capture_close(&port->capture);
		netring_injector_close(&port->injector);
	}
	if (bridge->fd_)
		sys_close(bridge->fd_ - 1);
	bridge->fd_ = 0;
}
