/* SPDX-License-Identifier: MIT */
/* xdp_group.h - one AF_XDP socket for each queue of an interface. */
#ifndef NETRING_XDP_GROUP_H
#define NETRING_XDP_GROUP_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#include <netring/xdp.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A device spreads what it receives over its queues, and a socket has one of
 * them. A group has all, or the first few, on one UMEM and in one thread; for
 * a thread for each queue, open sockets that have a UMEM of their own.
 */
struct netring_xdp_group_config {
	struct netring_xdp_config socket; /* of each; its queue is set, zero
					   * rx_ and tx_frames: even shares */
	struct netring_xdp *sockets;	  /* of the caller's, */
	struct pollfd *fds;		  /* and as many of these */
	uint32_t count;
};

/* Private but for step, queues and count. */
struct netring_xdp_group {
	enum netring_step step; /* of the socket that failed */
	uint32_t queues;	/* that the interface has */
	uint32_t count;		/* that have a socket: "1 of 4 queues" */

	struct netring_xdp *sockets_;
	struct pollfd *fds_;
	uint32_t turn_;
	uint32_t most_; /* sockets that there may be */
	int64_t looked_;
};

/* How many queues an interface receives on (ethtool -l); 1 where the driver
 * does not tell. -ENODEV. */
int netring_xdp_queues(const char *interface);

/* Open a socket on each queue, from 0 on. Those of queues beyond count go to
 * the kernel's stack. Return: as netring_xdp_open(). */
int netring_xdp_group_open(struct netring_xdp_group *group,
			   const struct netring_xdp_group_config *cfg)
	NETRING_TAGGED(netring_xdp_group_open);

/* Safe on a failed, a closed or an all-zero object. */
void netring_xdp_group_close(struct netring_xdp_group *group);

/* The next socket, in turn, that has a batch at hand; NULL: none has. Walk it
 * by netring_xdp_rx_packet(), then netring_xdp_rx_release() it. */
struct netring_xdp *netring_xdp_group_next(struct netring_xdp_group *group);

/* As netring_xdp_rx_wait(), for all sockets. Also while packets come it calls
 * netring_xdp_group_look() once a second. */
int netring_xdp_group_wait(struct netring_xdp_group *group, int timeout);

/*
 * Look at the link, its MTU, the program and the queues: once a second, by a
 * program that waits by other means. A queue that was added (ethtool -L) gets a
 * socket, if there is one left: see queues and count.
 *
 * With more queues each socket gets a smaller share of the frames. Where the
 * interface can get more queues, open leaves one share aside, for the new
 * sockets to begin with. The program is attached again then: for a moment
 * packets go to the stack.
 *
 * Return: 0, or < 0 as netring_xdp_rx_wait().
 */
int netring_xdp_group_look(struct netring_xdp_group *group);

#ifdef __cplusplus
}
#endif
#endif
