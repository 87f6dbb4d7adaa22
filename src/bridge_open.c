/* SPDX-License-Identifier: MIT */
/* bridge_open.c - four rings between two interfaces, offloads put right. */
#include "bridge.h"

#include "offload.h"

#define BUDGET 64u
#define SMALL_FRAME 2048u
#define SMALL_MEMORY (512u * 1024u)
#define LARGE_PACKET 65600u /* 64 KiB of IP, Ethernet header and tags */
#define LARGE_MEMORY (2048u * 1024u)
#define LARGE_BLOCK (512u * 1024u)
#define HEADER_AND_TAGS 22u
#define FRAME_ALIGN 16u
#define OVERSIZE_WAITING (1024 * 1024) /* bytes of super-frames in the kernel */

/* The slot for the longest frame of either interface, or -errno. */
static int find_frame_size(struct netring_bridge *br,
			   const struct netring_bridge_config *cfg)
{
	uint32_t packet = br->flags_ & NETRING_BRIDGE_LARGE ? LARGE_PACKET : 0;
	uint32_t frame, given;
	int i, mtu;

	for (i = 0; i < 2; i++) {
		br->port = i;
		mtu = netring_interface_get_(br->fd_ - 1, NR_SIOCGIFMTU,
					     br->port_[i].capture.interface_);
		if (mtu < 0)
			return mtu;
		if ((uint32_t)mtu + HEADER_AND_TAGS > packet)
			packet = (uint32_t)mtu + HEADER_AND_TAGS;
	}
	frame = (packet + NETRING_GEOMETRY_SLOT_OVERHEAD + FRAME_ALIGN - 1) &
		~(FRAME_ALIGN - 1);
	br->step = NETRING_STEP_MTU;
	for (i = 0; i < 2; i++) {
		br->port = i;
		given = cfg->direction[i].frame_size;
		if (given && given < packet + NETRING_GEOMETRY_SLOT_OVERHEAD)
			return -EMSGSIZE;
	}
	return (int)(frame > SMALL_FRAME ? frame : SMALL_FRAME);
}

/* With a buffer for super-frames, offloads that stay on lose nothing. */
static int set_offloads(struct netring_bridge *br, int i)
{
	struct netring_bridge_port_ *port = &br->port_[i];
	int r;

	if (br->flags_ & (NETRING_BRIDGE_LARGE | NETRING_BRIDGE_KEEP_OFFLOADS))
		return 0;
	r = netring_offload_off_(br->fd_ - 1, port->capture.interface_,
				 &port->offloads);
	return br->oversize_ ? 0 : r;
}

static int open_capture(struct netring_bridge *br,
			const struct netring_bridge_config *cfg, int from,
			uint32_t frame_size)
{
	const struct netring_bridge_rings *rings = &cfg->direction[from];
	struct netring_capture *cap = &br->port_[from].capture;
	int large = br->flags_ & NETRING_BRIDGE_LARGE;
	struct netring_capture_config rx;
	int r;

	memset(&rx, 0, sizeof(rx));
	rx.interface = cfg->interface[from];
	rx.flags = NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_IMMEDIATE |
		   NETRING_CAPTURE_VNET_HDR;
	if (br->oversize_) {
		rx.flags |= NETRING_CAPTURE_OVERSIZE;
		rx.receive_buffer = OVERSIZE_WAITING;
	}
	rx.direction = NETRING_DIRECTION_IN;
	rx.memory = rings->rx_memory ? rings->rx_memory :
		    large	     ? LARGE_MEMORY :
				       SMALL_MEMORY;
	rx.block_size = rings->rx_block_size ? rings->rx_block_size :
			large		     ? LARGE_BLOCK :
					       0;
	rx.block_count = rings->rx_block_count;
	rx.frame_size = rings->frame_size ? rings->frame_size : frame_size;
	r = netring_capture_open(cap, &rx);
	br->step = cap->step;
	br->reason = cap->reason;
	br->port = from;
	return r;
}

static int open_injector(struct netring_bridge *br,
			 const struct netring_bridge_config *cfg, int from,
			 uint32_t frame_size)
{
	const struct netring_bridge_rings *rings = &cfg->direction[from];
	struct netring_injector *inj = &br->port_[!from].injector;
	int large = br->flags_ & NETRING_BRIDGE_LARGE;
	struct netring_injector_config tx;
	int r;

	memset(&tx, 0, sizeof(tx));
	tx.interface = cfg->interface[!from];
	tx.flags = NETRING_INJECTOR_VNET_HDR;
	tx.memory = rings->tx_memory ? rings->tx_memory :
		    large	     ? LARGE_MEMORY :
				       SMALL_MEMORY;
	tx.block_size = rings->tx_block_size ? rings->tx_block_size :
			large		     ? LARGE_BLOCK :
					       0;
	tx.block_count = rings->tx_block_count;
	tx.frame_size = rings->frame_size ? rings->frame_size : frame_size;
	r = netring_injector_open(inj, &tx);
	br->step = inj->step;
	br->reason = inj->reason;
	br->port = !from;
	return r;
}

static int set_up(struct netring_bridge *br,
		  const struct netring_bridge_config *cfg)
{
	uint32_t frame_size;
	int i, r;

	br->step = NETRING_STEP_SOCKET;
	r = sys_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (r < 0)
		return r;
	br->fd_ = r + 1;
	br->step = NETRING_STEP_VNET_HDR;
	r = netring_packet_option_(br->fd_ - 1, NR_PACKET_VNET_HDR, 1);
	if (r < 0)
		return r;
	br->step = NETRING_STEP_INTERFACE;
	for (i = 0; i < 2; i++) {
		br->port = i;
		r = netring_interface_name_(br->fd_ - 1, cfg->interface[i], 0,
					    br->port_[i].capture.interface_);
		if (r < 0)
			return r;
	}
	r = find_frame_size(br, cfg);
	if (r < 0)
		return r;
	frame_size = (uint32_t)r;
	for (i = 0; i < 2; i++) {
		br->step = NETRING_STEP_OFFLOAD;
		br->port = i;
		r = set_offloads(br, i);
		if (r < 0)
			return r;
	}
	for (i = 0; i < 2; i++)
		if ((r = open_capture(br, cfg, i, frame_size)) < 0 ||
		    (r = open_injector(br, cfg, i, frame_size)) < 0)
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

int netring_bridge_reopen_(struct netring_bridge *br, int i)
{
	int r = netring_capture_rebind(&br->port_[i].capture);

	if (r >= 0)
		r = netring_injector_rebind(&br->port_[i].injector);
	if (r >= 0)
		(void)set_offloads(br, i); /* as good as it gets by now */
	return r;
}

void netring_bridge_close(struct netring_bridge *bridge)
{
	struct netring_bridge_port_ *port;

	for (port = bridge->port_; port < bridge->port_ + 2; port++) {
		if (bridge->fd_)
			netring_offload_restore_(bridge->fd_ - 1,
						 port->capture.interface_,
						 port->offloads);
		netring_capture_close(&port->capture);
		netring_injector_close(&port->injector);
		port->offloads = 0;
	}
	if (bridge->fd_)
		sys_close(bridge->fd_ - 1);
	bridge->fd_ = 0;
}
