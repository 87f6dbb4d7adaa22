/* SPDX-License-Identifier: MIT */
/* bridge.h - what the files of the bridge applet share. */
#ifndef NETRING_TOOL_BRIDGE_H
#define NETRING_TOOL_BRIDGE_H

#include "tool.h"

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
	uint64_t duration; /* seconds; 0: without end */
	uint64_t ring_kib; /* each of four; 0: as the bridge chooses */
	int link_local;
	int hold;
	int quiet;
	int verbose;
};

/* Returns -1 to go on, else main()'s result. */
int bridge_parse(struct bridge_options *options, int argc, char **argv);

/* bridge_open.c: returns 0, or 1 and has said why */
int bridge_open(struct netring_bridge *bridge,
		const struct bridge_options *options,
		void (*event)(void *, int, enum netring_port_event),
		void *user);

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
void bridge_show(struct bridge_status *status, struct netring_bridge *bridge,
		 int64_t now);
void bridge_total(struct bridge_status *status, struct netring_bridge *bridge);
/* The last time. */
void bridge_metrics(struct bridge_status *status,
		    struct netring_bridge *bridge);

#endif
