/* SPDX-License-Identifier: MIT */
/* hosts.h - host A, this one in the middle, host B: three namespaces. */
#ifndef LIVE_HOSTS_H
#define LIVE_HOSTS_H

#include <netring/bridge.h>

#include <sys/types.h>

/* Host 0 has the interface h0, its wire ends here at p0; h1, p1 alike. */
extern const char *const host_name[2], *const port_name[2];

struct hosts {
	int ns[2];
	int out[2]; /* sends there */
	int spy[2]; /* sees what arrives there */
};

/* Made from nothing, all up. */
void hosts_begin(struct hosts *h);
void hosts_end(struct hosts *h);
/* One of the wires again, after its interfaces were deleted. */
void hosts_wire(struct hosts *h, int side);

/* What @side sends, until it is accepted. */
void hosts_send(const struct hosts *h, int side, const void *frame,
		size_t length);
/* Numbered frames from @side, from a process of its own; see wire_start(). */
pid_t hosts_flood(const struct hosts *h, int side, uint32_t count,
		  uint32_t rate, size_t length);
/* Frames that arrived at a side's interface. */
uint64_t hosts_arrived(const struct hosts *h, int side);

/* Frames so far: what came for a bridge from a side, what arrived at a side. */
struct hosts_count {
	uint64_t in[2], out[2];
};

/*
 * Of a bridge that is flooded from side 0, each direction has to have a third
 * of its share at least. @now counts, @run has the bridge work for a while.
 * @rate: frames a second from side 1, 0: a flood too, -1: none
 */
void hosts_shares(struct hosts_count (*now)(void), void (*run)(void), int rate,
		  const char *what);

/* Both ports; must succeed. */
void hosts_open(struct netring_bridge *br, struct netring_bridge_config *cfg);
/* Until nothing comes for @ms, 5 s at most; the frames taken. */
int hosts_pump(struct netring_bridge *br, int ms);
/* Until so many frames were taken, however late, 5 s at most. */
void hosts_take(struct netring_bridge *br, int frames);
/* In a process of its own until SIGTERM; then it writes the statistics of both
 * directions to @to, -1: not. */
pid_t hosts_run(struct netring_bridge_config *cfg, int to);
/* Do the counters of a direction add up? */
int hosts_adds_up(const struct netring_bridge_stats *s, const char *what);
void hosts_print(const struct netring_bridge_stats *s, const char *what);

#endif
