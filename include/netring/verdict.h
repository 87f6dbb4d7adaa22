/* SPDX-License-Identifier: MIT */
/* verdict.h - what bridges of every kind share: verdicts, events, counters. */
#ifndef NETRING_VERDICT_H
#define NETRING_VERDICT_H

#include <stdint.h>

#include <netring/base.h>
#include <netring/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

enum netring_verdict {
	NETRING_VERDICT_FORWARD,
	NETRING_VERDICT_DROP,
	NETRING_VERDICT_MODIFIED /* forward, with changed bytes or a smaller
				  * len; checksums are the callback's, but for
				  * those marked CSUM_PARTIAL */
};

/* How a port is; @event of the configuration tells every change. */
enum netring_port_event {
	NETRING_PORT_BACK, /* as it was at first: found, and up again */
	NETRING_PORT_DOWN, /* set down (a lost carrier makes no event on a
			    * packet socket); watched until it is up again */
	NETRING_PORT_GONE, /* interface removed; looked for by its name */

	/* AF_XDP. Someone took the port's program off: nothing arrives. BACK
	 * follows, at once, or when it can be attached again. */
	NETRING_PORT_DEAF,
	NETRING_PORT_QUEUES /* the interface has another number of queues; how
			     * many are joined the bridge's object tells */
};

/*
 * Of one direction. At every moment received = forwarded + filtered +
 * link_local + too_long + ring_full + link_down + refused + pending, but for a
 * packet of whose fragments some are still to come; kernel_drops come before
 * received. A super-frame that is cut here counts as the frames that it is cut
 * into, one that the kernel cuts as one. None goes down but pending.
 */
struct netring_bridge_stats {
	uint64_t received;
	uint64_t forwarded;  /* the kernel took it for transmission */
	uint64_t filtered;   /* dropped by the callback */
	uint64_t link_local; /* 802.1D */
	uint64_t too_long;   /* for the far MTU, or any slot (BIG TCP); runts */
	uint64_t ring_full;  /* far ring full, or no memory for a super-frame */
	uint64_t link_down;  /* far link down, without carrier, or gone */
	struct netring_refused refused; /* the kernel did not take it */
	/* among those that reached the far ring, not part of the sum: */
	uint64_t checksum;     /* checksum left to the kernel */
	uint64_t gso;	       /* super-frames */
	uint64_t cut;	       /* frames that super-frames were cut into */
	uint64_t kernel_drops; /* near ring full */
	uint64_t renewals;     /* times that the near ring was made anew (see
				* known kernel faults in README), or by AF_XDP
				* the near program attached again */
	uint64_t pending;      /* in the far ring, or its queue */
};

#ifdef __cplusplus
}
#endif
#endif
