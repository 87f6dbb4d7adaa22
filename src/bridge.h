/* SPDX-License-Identifier: MIT */
/* bridge.h - what the files of the bridge share. */
#ifndef NETRING_SRC_BRIDGE_H
#define NETRING_SRC_BRIDGE_H

#include "capture.h"
#include "injector.h"

#include <netring/bridge.h>

#define BRIDGE_LONGEST 65600u /* 64 KiB of IP, Ethernet header and tags */

/* An interface that was gone: bind its sockets again. */
int netring_bridge_reopen_(struct netring_bridge *br,
			   struct netring_bridge_port_ *port);

/* Up to the budget from one port to the other; returns the frames taken. */
int netring_bridge_move_(struct netring_bridge *br,
			 struct netring_bridge_port_ *near,
			 struct netring_bridge_port_ *far);

#endif
