/* SPDX-License-Identifier: MIT */
/* xdp_bridge.h - what the files of the AF_XDP bridge share. */
#ifndef NETRING_SRC_XDP_BRIDGE_H
#define NETRING_SRC_XDP_BRIDGE_H

#include "xdp.h"

#include <netring/xdp_bridge.h>

/* What became of a frame: the counters from forwarded on, in their order. */
enum fate {
	FATE_FORWARDED,
	FATE_FILTERED,
	FATE_LINK_LOCAL,
	FATE_TOO_LONG,
	FATE_RING_FULL,
	FATE_LINK_DOWN,
	FATE_REFUSED, /* the first of its causes */
	FATE_UNSUPPORTED = FATE_REFUSED +
			   offsetof(struct netring_refused, unsupported) / 8,
	FATE_CUT = FATE_REFUSED +
		   NETRING_REFUSED_CAUSES /* not counted: the filter took these
					   * fragments away */
};

/* xdp_bridge_look.c: once a second, and what a flush said: of frames, nothing
 * ends a step. */
void netring_xdp_bridge_look_(struct netring_xdp_bridge *bridge,
			      struct netring_xdp_bridge_port_ *port);
void netring_xdp_bridge_follow_(struct netring_xdp_bridge *bridge,
				struct netring_xdp_bridge_port_ *port, int r);

/* A packet that is only partly forwarded is no more: counted there. */
void netring_xdp_bridge_abandon_(struct netring_xdp_bridge *bridge,
				 struct netring_xdp_bridge_port_ *port,
				 uint64_t *counter);

/* Sockets and programs of a port, anew. */
int netring_xdp_bridge_reopen_(struct netring_xdp_bridge *bridge,
			       struct netring_xdp_bridge_port_ *port);

/* xdp_bridge_queues.c, CONFIG_XDP_GROUP: a socket for each queue that has none,
 * as far as there are. And close them. */
int netring_xdp_bridge_join_(struct netring_xdp_bridge *bridge,
			     struct netring_xdp_bridge_port_ *port);
void netring_xdp_bridge_leave_(struct netring_xdp_bridge *bridge,
			       struct netring_xdp_bridge_port_ *port);

/* The socket of a queue that is joined. */
struct netring_xdp *
netring_xdp_bridge_socket_(struct netring_xdp_bridge_port_ *port,
			   uint32_t queue);

#endif
