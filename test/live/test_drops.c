/* SPDX-License-Identifier: MIT */
/* test_drops.c - what a full ring drops is counted, to the packet. */
#define _GNU_SOURCE
#include "live.h"

#include <string.h>
#include <unistd.h>

#define FIRST_SENT 1000u
#define THEN_SENT 500u

static void open_tiny(struct netring_capture *cap, uint32_t flags)
{
	uint32_t page = (uint32_t)getpagesize();

	live_open(cap, &(struct netring_capture_config){
			       .interface = NEAR,
			       .protocol = WIRE_TYPE,
			       .flags = flags,
			       .block_size = page,
			       .block_count = 2,
			       .frame_size = 1024,
			       .retire_ms = 10,
		       });
}

static void send_some(uint32_t first, uint32_t count)
{
	must(wire_burst(&(struct wire_flood){ .interface = FAR,
					      .first = first,
					      .count = count,
					      .rate = 20000,
					      .length = 200 }),
	     "sending");
}

/* Two reads: the second has only what came since; the totals have all. */
static void count(uint32_t flags)
{
	const char *mode = mode_name(flags);
	struct netring_capture_stats total, since;
	struct netring_capture cap;
	struct tally first = { 0 }, then = { 0 }, last = { 0 };

	open_tiny(&cap, flags);
	send_some(0, FIRST_SENT);
	tally_batches(&first, &cap, FIRST_SENT, 100);
	is(netring_capture_read_stats(&cap, NULL, &since), 0, "%s: statistics",
	   mode);
	is((long long)(since.received + since.dropped), FIRST_SENT,
	   "received + dropped is what was sent");
	is((long long)since.received, first.numbered, "received is what came");
	ok(since.dropped > 0, "the ring was full");
	if (!flags)
		ok(since.freezes > 0, "and says how often");

	send_some(FIRST_SENT, THEN_SENT);
	tally_batches(&then, &cap, THEN_SENT, 100);
	is(netring_capture_read_stats(&cap, &total, NULL), 0, "read total");
	is((long long)(total.received + total.dropped), FIRST_SENT + THEN_SENT,
	   "the total has both");
	is((long long)total.received, first.numbered + then.numbered,
	   "so has what was received");
	is(netring_capture_read_stats(&cap, &total, &since), 0, "read both");
	is((long long)(since.received + since.dropped), THEN_SENT,
	   "since the last read: a read of the total took nothing away");
	is(netring_capture_read_stats(&cap, &total, &since), 0, "once more");
	is((long long)(since.received + since.dropped), 0, "nothing since");
	is((long long)(total.received + total.dropped), FIRST_SENT + THEN_SENT,
	   "and the total stands");

	send_some(FIRST_SENT + THEN_SENT, 3);
	tally_batches(&last, &cap, 3, 200);
	is(last.numbered, 3, "the ring goes on");
	is(first.damaged + then.damaged + last.damaged, 0, "all bytes right");
	is(first.unordered + then.unordered, 0, "in order");
	netring_capture_close(&cap);
}

/*
 * A packet now and then: each timeout takes a block of its own, so a reader
 * may pause for as many of them as there are blocks. By default that is
 * 480 ms. A machine that is late does not pause for longer than that here.
 */
static void pause_of_the_reader(uint32_t retire_ms, int lossless)
{
	struct netring_capture_stats total = { 0 };
	struct netring_capture cap;
	struct tally t = { 0 };
	int64_t start, pause = 0;
	uint32_t sent = 0;
	int try;

	for (try = 0; try < 5; try++) {
		memset(&t, 0, sizeof(t));
		live_open(&cap, &(struct netring_capture_config){
					.interface = NEAR,
					.protocol = WIRE_TYPE,
					.retire_ms = retire_ms });
		start = netring_clock_ms();
		for (sent = 0; netring_clock_ms() < start + 300 ||
			       (!lossless && sent < 20);
		     sent++) {
			send_some(sent, 1);
			live_sleep_ms(10);
		}
		pause = netring_clock_ms() - start;
		tally_batches(&t, &cap, sent, 200);
		netring_capture_read_stats(&cap, &total, NULL);
		netring_capture_close(&cap);
		if (pause < 420 || !lossless)
			break;
	}
	diag("retire %u ms: %u packets in %lld ms without a reader", retire_ms,
	     sent, (long long)pause);
	is((long long)(total.received + total.dropped), sent, "all counted");
	is(t.numbered, (long long)total.received, "what was received came");
	if (lossless)
		is((long long)total.dropped, 0, "none lost in a pause");
	else
		ok(total.dropped > 0, "shorter timeouts last for less");
}

static uint32_t losing_packets;

/* Batches and packets with the flag, of what is there now. */
static uint32_t losing(struct netring_capture *cap)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	uint32_t n = 0;

	while (netring_capture_wait(cap, 100) == NETRING_EVENT_PACKETS &&
	       netring_capture_next(cap, &batch)) {
		n += !!(batch.flags & NETRING_BATCH_LOSING);
		while (netring_batch_next(&batch, &pkt))
			losing_packets += !!(pkt.flags & NETRING_PACKET_LOSING);
		netring_capture_release(cap);
	}
	return n;
}

static void flag(uint32_t flags)
{
	const char *mode = mode_name(flags);
	struct netring_capture cap;

	open_tiny(&cap, flags);
	send_some(0, 2);
	is(losing(&cap), 0, "%s: no LOSING before a drop", mode);
	send_some(0, FIRST_SENT);
	losing(&cap);
	losing_packets = 0;
	send_some(0, 2);
	ok(losing(&cap) > 0, "LOSING after drops");
	if (flags)
		is(losing_packets, 2, "and in the packets");
	netring_capture_read_stats(&cap, NULL, NULL);
	send_some(0, 2);
	is(losing(&cap), 0, "no more when the statistics have told it");
	netring_capture_close(&cap);
}

int main(void)
{
	live_begin();
	live_wire();
	count(0);
	count(NETRING_CAPTURE_IMMEDIATE);
	flag(0);
	flag(NETRING_CAPTURE_IMMEDIATE);
	pause_of_the_reader(0, 1);
	pause_of_the_reader(1, 0);
	return done_testing();
}
