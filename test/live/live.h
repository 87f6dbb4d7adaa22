/* SPDX-License-Identifier: MIT */
/* live.h - what the live tests share: a wire, and a look at what arrives. */
#ifndef LIVE_H
#define LIVE_H

#include <netring/capture.h>

#include "net.h"
#include "results.h"
#include "wire.h"

#define NEAR "nr0" /* captured on; near_mac */
#define FAR "nr1"  /* its other end, where packets are sent; far_mac */

/* At the start of main(): an end to what hangs, and the loopback up. */
void live_begin(void);
/* A veth pair NEAR and FAR, up. */
void live_wire(void);
void live_pair(const char *near, const char *far);

/* How many times slower than a machine of one's own this one is said to be. */
int live_slower(void);
/* Milliseconds that a machine under load, or emulated, may be late. */
int live_slack_ms(void);
/* The time, as netring_clock_ms() and live_us() tell it, and a start; */
int64_t live_start_ms(void);
int64_t live_start_us(void);
/* and the slack, with what the kernel says held this process up since. */
int live_late_ms(void);
/* How long to wait for more where @ms do on a machine of one's own. */
int live_quiet_ms(int ms);
/* Is the kernel older than that? */
int live_before(int major, int minor);
/* Deletes an interface that process @pid may be sending by just then. Linux
 * before 5.18 may fault in there (README, known kernel faults): @pid stands
 * still meanwhile, outside the kernel. >= 0 or -errno. */
int live_delete_under(pid_t pid, const char *name);
/* Of what a test does much of, what is enough on an emulated machine. */
uint32_t live_share(uint32_t count);
void live_sleep_ms(int ms);
/* Microseconds of CLOCK_MONOTONIC, or of CLOCK_REALTIME. */
int64_t live_us(void);
int64_t live_real_us(void);
/* How often this process went to sleep, and how long it computed. */
long live_sleeps(void);
int64_t live_cpu_us(void);

/* open that must succeed, for later results to mean something */
void live_open(struct netring_capture *cap,
	       const struct netring_capture_config *cfg);

/* What came out of a capture, by number. */
struct tally {
	uint32_t numbered;    /* of ours */
	uint32_t foreign;     /* not ours */
	uint32_t damaged;     /* ours, but other bytes */
	uint32_t repeated;    /* a number seen before */
	uint32_t unordered;   /* a number lower than the one before */
	uint32_t low, high;   /* numbers seen */
	uint32_t losing;      /* packets or batches with the LOSING flag */
	uint32_t interrupted; /* times that -EINTR came */
	int udp;	      /* set this to count UDP packets instead */
	uint8_t *map;	      /* or NULL: a byte each number, up to @size */
	uint32_t size;
};

void tally_packet(struct tally *t, const struct netring_packet *pkt);
/* Take batches until @want numbered packets are there or nothing came for @ms;
 * the number of packets, or -errno. */
int tally_batches(struct tally *t, struct netring_capture *cap, uint32_t want,
		  int ms);
/* The same by netring_capture_receive(). */
int tally_receive(struct tally *t, struct netring_capture *cap, uint32_t want,
		  int ms);
/* @t has @count packets, each once, in order, whole, and nothing else. */
int tally_ok(const struct tally *t, uint32_t count, const char *what);

/* The flags of either mode, for each test to go through. */
#define MODES 2
static const uint32_t mode_flags[MODES] = { 0, NETRING_CAPTURE_IMMEDIATE };

static inline const char *mode_name(uint32_t flags)
{
	return flags & NETRING_CAPTURE_IMMEDIATE ? "V2" : "V3";
}

#endif
