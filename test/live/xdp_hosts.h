/* SPDX-License-Identifier: MIT */
/* xdp_hosts.h - the AF_XDP bridge between the two hosts of hosts.h. */
#ifndef LIVE_XDP_HOSTS_H
#define LIVE_XDP_HOSTS_H

#include "hosts.h"

#include <netring/xdp_bridge.h>

#define XDP_HOSTS_FRAMES 2048u

/* "native", "generic" */
const char *xdp_hosts_mode(int attach);

/* A configuration with programs attached in one way only. */
struct netring_xdp_bridge_config xdp_hosts_config(int attach, uint32_t flags);

/* Fills in the ports and a new UMEM, where they are missing; as open. */
int xdp_hosts_try(struct netring_xdp_bridge *br,
		  struct netring_xdp_bridge_config *cfg);
/* The same; must succeed. Skips the whole test where the kernel cannot. */
void xdp_hosts_open(struct netring_xdp_bridge *br,
		    struct netring_xdp_bridge_config *cfg);
/* Every frame must have an owner before, and be free after. */
void xdp_hosts_close(struct netring_xdp_bridge *br, const char *what);

/* Until nothing comes for @ms, 5 s at most; the frames taken. */
int xdp_hosts_pump(struct netring_xdp_bridge *br, int ms);
/* Until so many frames were taken, however late, 5 s at most. */
void xdp_hosts_take(struct netring_xdp_bridge *br, int frames);
/* Steps as run() makes them for @ms; how often they slept. */
long xdp_hosts_run_for(struct netring_xdp_bridge *br, int ms);
/* In a process of its own until SIGTERM; then it writes the statistics of both
 * directions to @to, -1: not. */
pid_t xdp_hosts_run(struct netring_xdp_bridge_config *cfg, int to);

/* Of a direction; must be told, and add up. */
struct netring_bridge_stats xdp_hosts_stats(struct netring_xdp_bridge *br,
					    int direction, const char *what);

/*
 * As hosts_flood(), and for main() to call first: a process that is forked
 * only would hold the bridge's sockets, and so their queues, when these are
 * closed and opened again.
 */
pid_t xdp_hosts_flood(const struct hosts *h, int side, uint32_t rate,
		      uint32_t length);
void xdp_hosts_main(int argc, char **argv);
/* 0: tags in the frame itself, as XDP wants them, not beside it. */
int xdp_hosts_txvlan(const char *name, int on);
/* A macvlan that passes all through to @under. */
int xdp_hosts_above(const char *name, const char *under);
/* Frames that left a side's interface. */
uint64_t xdp_hosts_left(const struct hosts *h, int side);
/* Both ends of a side's wire. */
void xdp_hosts_mtu(const struct hosts *h, int side, uint32_t mtu);

#endif
