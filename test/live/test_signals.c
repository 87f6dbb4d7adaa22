/* SPDX-License-Identifier: MIT */
/* test_signals.c - a signal every millisecond loses no packet. */
#define _GNU_SOURCE
#include "live.h"
#include "signal_storm.h"

#include <errno.h>
#include <string.h>

#define MOST 20000u
#define PACKETS live_share(MOST)

/*
 * No multiple of the time from one packet to the next, 50 us: where clocks are
 * exact, signals would come with a packet each, or never.
 */
#define PERIOD 1013L /* us */

/* An interrupted wait, begun again with what is left, keeps the time. */
static void time_is_kept(struct netring_capture *cap)
{
	struct netring_packet pkt;
	int64_t start = live_start_ms(), now = start;
	int r = 0, interrupted = 0;

	do
		r = netring_capture_receive(cap, &pkt, start + 100);
	while (r == -EINTR);
	is(r, 0, "receive() ends");
	between(netring_clock_ms() - start, 100, 100 + live_late_ms(),
		"at its deadline, in ms");
	start = netring_clock_ms();
	while ((now = netring_clock_ms()) < start + 100) {
		r = netring_capture_wait(cap, (int)(start + 100 - now));
		interrupted += r == -EINTR;
	}
	ok(interrupted > 10, "wait() is interrupted: %d times", interrupted);
}

static void stormy(uint32_t flags, int by_batch)
{
	static uint8_t map[MOST];
	struct wire_flood flood = {
		.interface = FAR, .count = PACKETS, .rate = 20000, .length = 100
	};
	struct tally t = { .map = map, .size = PACKETS };
	struct netring_capture cap;
	pid_t sender;

	memset(map, 0, sizeof(map));
	live_open(&cap,
		  &(struct netring_capture_config){ .interface = NEAR,
						    .flags = flags,
						    .memory = 16 << 20,
						    .protocol = WIRE_TYPE });
	sender = wire_start(&flood);
	storm_every(PERIOD * live_slower());
	if (by_batch)
		tally_batches(&t, &cap, PACKETS, 2000);
	else
		tally_receive(&t, &cap, PACKETS, 2000);
	time_is_kept(&cap);
	storm_every(0);
	wire_wait(sender);
	tally_ok(&t, PACKETS, mode_name(flags));
	ok(t.interrupted > 0, "-EINTR came %u times, of %d signals",
	   t.interrupted, (int)storm_signals);
	netring_capture_close(&cap);
}

int main(void)
{
	live_begin();
	live_wire();
	stormy(0, 1);
	stormy(0, 0);
	stormy(NETRING_CAPTURE_IMMEDIATE, 1);
	stormy(NETRING_CAPTURE_IMMEDIATE, 0);
	return done_testing();
}
