/* SPDX-License-Identifier: MIT */
/* bridge_applet.h - what the files of the bridge applet share. */
#ifndef NETRING_TOOL_BRIDGE_APPLET_H
#define NETRING_TOOL_BRIDGE_APPLET_H

#include "backend.h"

#include <netring/bridge.h>

enum bridge_mode {
	MODE_AUTO,
	MODE_SMALL,
	MODE_LARGE
};

/* bridge_options.c */
struct bridge_options {
	const char *interface[2];
	const char *filter;  /* file of `tcpdump -ddd`, or NULL */
	const char *metrics; /* file, or NULL */
	enum bridge_mode mode;
	int mode_said;
	struct backend_options backend;
	uint64_t duration; /* seconds; 0: without end */
	uint64_t ring_kib; /* each of four; 0: as the bridge chooses */
	int link_local;
	int hold;
	int quiet;
	int verbose;
};

/* Returns -1 to go on, else main()'s result. */
int bridge_parse(struct bridge_options *options, int argc, char **argv);

/* bridge_open.c: both return 0, or 1 and have said why */
int bridge_check_ports(const struct bridge_options *options);
int bridge_open(struct netring_bridge *bridge,
		const struct bridge_options *options,
		void (*event)(void *, int, enum netring_port_event),
		void *user);

/* bridge_joint.c */
struct joint {
	struct netring_bridge bridge;
	int xdp; /* what is not this one: bridge_xdp.c */
};

/* Returns 0, or 1 and has said why. */
int joint_open(struct joint *joint, const struct bridge_options *options,
	       void (*event)(void *, int, enum netring_port_event), void *user);
int joint_step(struct joint *joint, int timeout);
void joint_stats(struct joint *joint, struct netring_bridge_stats stats[2]);
/* Which port has offloads that stay off, or -1. */
int joint_close(struct joint *joint);

/* bridge_xdp.c: the same by AF_XDP; there is one, in static storage. Opening
 * returns 0, or -1 and the failure. */
int xdp_joint_open(const struct bridge_options *options,
		   struct backend_failure *failure,
		   void (*event)(void *, int, enum netring_port_event),
		   void *user);
int xdp_joint_step(int timeout);
void xdp_joint_stats(int direction, struct netring_bridge_stats *stats);
int xdp_joint_close(void);

/* bridge_status.c */
struct bridge_status {
	struct report report;
	struct metrics_file metrics;
	const char *interface[2];
	uint64_t last[2];
};

int bridge_start(struct bridge_status *status,
		 const struct bridge_options *options);
/* Both at most once a second. */
void bridge_show(struct bridge_status *status, struct joint *joint,
		 int64_t now);
void bridge_total(struct bridge_status *status, struct joint *joint);
/* The last time. */
void bridge_metrics(struct bridge_status *status, struct joint *joint);

#endif
