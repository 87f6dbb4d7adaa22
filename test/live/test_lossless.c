/* SPDX-License-Identifier: MIT */
/* test_lossless.c - 100,000 packets, or those of four seconds, at a rate that the
 * machine holds: all come. */
/* netring-test: alone */
#define _GNU_SOURCE
#include "live.h"

#include <string.h>

#define MOST 100000u

static uint32_t packets;

/* A third of what this machine sends when it does nothing else. */
static uint32_t rate(void)
{
	struct wire_flood probe = { .interface = FAR,
				    .count = 2000,
				    .length = 100 };
	int64_t start = live_us();
	uint32_t per_second;

	wire_burst(&probe);
	per_second = (uint32_t)(2000 * 1000000LL / (live_us() - start + 1));
	return per_second / 3 < MOST ? per_second / 3 : MOST;
}

/* Another program may take the processor from this one: then once more, at
 * half the rate. The numbers have to be right in any case. */
static int hold(uint32_t flags, uint32_t per_second)
{
	static uint8_t map[MOST];
	uint32_t slower = (uint32_t)live_slower(); /* measured already */
	struct netring_capture_stats total, since;
	struct netring_capture cap;
	struct tally t = { .map = map, .size = packets };
	struct wire_flood flood = { .interface = FAR,
				    .count = packets,
				    .rate = per_second * slower,
				    .length = 100 };
	pid_t sender;

	memset(map, 0, sizeof(map));
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.flags = flags,
				.frame_size = flags ? 256 : 0 });
	sender = wire_start(&flood);
	tally_batches(&t, &cap, packets, 500);
	is(wire_wait(sender), 0, "%s: the sender sent all, %u a second",
	   mode_name(flags), per_second);
	tally_batches(&t, &cap, packets, 20); /* if it was late */
	is(netring_capture_read_stats(&cap, &total, &since), 0, "statistics");
	netring_capture_close(&cap);
	is((long long)(total.received + total.dropped), packets,
	   "received and dropped");
	is((long long)total.received, t.numbered, "received is what came");
	is((long long)since.received, t.numbered, "also since the last read");
	if (total.dropped) {
		diag("%llu dropped", (unsigned long long)total.dropped);
		return 0;
	}
	tally_ok(&t, packets, mode_name(flags));
	is(t.losing, 0, "no batch says LOSING");
	is((long long)total.freezes, 0, "the ring was never full");
	return 1;
}

static void lossless(uint32_t flags, uint32_t per_second)
{
	int i, held = 0;

	for (i = 0; i < 4 && !held; i++)
		held = hold(flags, per_second >> i);
	ok(held, "%s: no loss at a rate that this machine holds",
	   mode_name(flags));
}

int main(void)
{
	uint32_t per_second;

	live_begin();
	live_wire();
	per_second = rate();
	packets = 4 * per_second < MOST ? 4 * per_second : MOST;
	lossless(0, per_second);
	lossless(NETRING_CAPTURE_IMMEDIATE, per_second);
	return done_testing();
}
