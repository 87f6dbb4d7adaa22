/* SPDX-License-Identifier: MIT */
/* capture_xdp.h - packets from AF_XDP sockets; see capture_feed.c. */
#ifndef NETRING_TOOL_CAPTURE_XDP_H
#define NETRING_TOOL_CAPTURE_XDP_H

#include "capture_applet.h"

/* capture_xdp_open.c: there is one, in static storage. */
#define CAPTURE_QUEUES 64

struct capture_xdp {
	struct netring_umem umem;
	struct netring_xdp_program program;
	struct netring_xdp_group group;
	struct netring_xdp sockets[CAPTURE_QUEUES];
	struct pollfd fds[CAPTURE_QUEUES];
	uint32_t count; /* of sockets */
	int grouped;
	int down;   /* the link, and said so */
	int robbed; /* another program took the place of ours */
	int gone;   /* the interface: nothing is open */
	uint32_t snaplen;

	struct netring_xdp *at; /* whose batch is walked */
	uint32_t sec;		/* when it was taken */
	uint32_t nsec;
	struct netring_link link;
	uint8_t own[8]; /* address of the interface */

	uint32_t joined; /* bytes of a packet in fragments */
	uint8_t packet[NETRING_XDP_FRAGMENTS_MAX * 4096u];
};

extern struct capture_xdp capture_xdp;

/* Returns 0, or -1 and the failure; holds nothing then. */
int xdp_feed_open(const struct capture_options *options,
		  struct backend_failure *failure);
void xdp_feed_close(void);
uint32_t xdp_feed_kib(void);

/* capture_xdp.c: as those of the feed */
int xdp_feed_next(void);
int xdp_feed_packet(struct netring_packet *pkt, uint64_t *taken);
void xdp_feed_release(void);
int xdp_feed_wait(int timeout);
int xdp_feed_again(enum netring_step *step);
void xdp_feed_stats(struct netring_xdp_stats *total);
uint64_t xdp_feed_waiting(void);

#endif
