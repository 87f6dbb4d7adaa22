/* SPDX-License-Identifier: MIT */
/* test_oversize_own_bytes.c - the whole of packets that their slots cut: each its own. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PACKETS 100u
#define OUT_FIRST 1000u
#define IN_LENGTH 1000u
#define OUT_LENGTH 800u
#define VNET_HDR 15 /* of PACKET_* */
#define COPY_THRESH 7
#define TIMESTAMP 17
#ifndef SOL_PACKET
#define SOL_PACKET 263
#endif

static uint32_t buffer[1024];

static void open_capture(struct netring_capture *cap,
			 enum netring_direction direction, const int *adopted)
{
	live_open(cap, &(struct netring_capture_config){
			       .interface = NEAR,
			       .direction = direction,
			       .memory = 4 << 20,
			       .receive_buffer = 4 << 20,
			       .frame_size = 256,
			       .flags = NETRING_CAPTURE_IMMEDIATE |
					NETRING_CAPTURE_OVERSIZE,
			       .socket = adopted });
}

/* One in, one out, one in, ... */
static void send_both(void)
{
	struct wire_flood in = { .interface = FAR,
				 .count = 1,
				 .length = IN_LENGTH };
	struct wire_flood out = { .interface = NEAR,
				  .count = 1,
				  .length = OUT_LENGTH };
	uint32_t i;

	for (i = 0; i < PACKETS; i++) {
		in.first = i;
		out.first = OUT_FIRST + i;
		must(wire_burst(&in), "in");
		must(wire_burst(&out), "out");
	}
}

/* What nobody fetched. */
static int left_on_queue(const struct netring_capture *cap)
{
	char one;
	ssize_t r = recv(netring_capture_fd(cap), &one, 1,
			 MSG_PEEK | MSG_DONTWAIT | MSG_TRUNC);

	return r < 0 && errno == EAGAIN ? 0 : (int)r;
}

/* Every @nth of the packets that come is fetched: how many were not whole, or
 * not their own. */
static uint32_t fetch_all(struct netring_capture *cap, struct tally *t,
			  uint32_t nth)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	uint32_t n = 0, wrong = 0;

	while (netring_capture_wait(cap, live_quiet_ms(100)) ==
	       NETRING_EVENT_PACKETS) {
		if (!netring_capture_next(cap, &batch))
			continue;
		while (netring_batch_next(&batch, &pkt)) {
			if (netring_packet_protocol(&pkt) != WIRE_TYPE ||
			    n++ % nth)
				continue;
			wrong += netring_capture_read_oversize(
					 cap, &pkt, buffer, sizeof(buffer)) !=
				 1;
			wrong += netring_packet_truncated(&pkt);
			tally_packet(t, &pkt);
		}
		netring_capture_release(cap);
	}
	return wrong;
}

static void directions(void)
{
	struct netring_capture_stats stats;
	struct netring_capture cap;
	struct tally t = { 0 };

	open_capture(&cap, NETRING_DIRECTION_OUT, NULL);
	send_both();
	is(fetch_all(&cap, &t, 1), 0, "out: all are whole");
	tally_ok(&t, PACKETS, "what goes out");
	is(t.low, OUT_FIRST, "not what comes in");
	is(left_on_queue(&cap), 0, "nothing is left of what was passed over");
	must(netring_capture_read_stats(&cap, &stats, NULL), "statistics");
	is((long long)stats.received, 2 * PACKETS, "both were received");
	is((long long)stats.dropped, 0, "none was dropped");
	netring_capture_close(&cap);
	memset(&t, 0, sizeof(t));
	open_capture(&cap, NETRING_DIRECTION_IN, NULL);
	send_both();
	is(fetch_all(&cap, &t, 1), 0, "in: all are whole");
	tally_ok(&t, PACKETS, "what comes in");
	is(t.high, PACKETS - 1, "not what goes out");
	netring_capture_close(&cap);
}

/* The caller does not want all: the others are theirs all the same. */
static void some(void)
{
	struct netring_capture cap;
	struct tally t = { 0 };

	open_capture(&cap, NETRING_DIRECTION_BOTH, NULL);
	send_both();
	is(fetch_all(&cap, &t, 3), 0, "every third: all are whole");
	is(t.numbered, (2 * PACKETS + 2) / 3, "and there");
	is(t.damaged, 0, "with their own bytes");
	is(left_on_queue(&cap), 0, "nothing is left of the others");
	netring_capture_close(&cap);
}

/* A socket whose queue has had vnet headers, and whole packets, before. */
static void adopted(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1, hardware = 1 << 6;
	struct netring_capture cap;
	struct tally t = { 0 };
	struct netring_packet pkt;

	must(setsockopt(fd, SOL_PACKET, VNET_HDR, &on, sizeof(on)), "before");
	must(setsockopt(fd, SOL_PACKET, TIMESTAMP, &hardware, sizeof(int)),
	     "before");
	open_capture(&cap, NETRING_DIRECTION_IN, &fd);
	send_both();
	is(fetch_all(&cap, &t, 1), 0, "adopted: all are whole");
	tally_ok(&t, PACKETS, "without the vnet header that it had");
	netring_capture_close(&cap);

	fd = socket(AF_PACKET, SOCK_RAW, 0);
	must(setsockopt(fd, SOL_PACKET, COPY_THRESH, &on, sizeof(on)),
	     "before");
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.frame_size = 256,
				.direction = NETRING_DIRECTION_IN,
				.flags = NETRING_CAPTURE_IMMEDIATE,
				.socket = &fd });
	send_both();
	is(netring_capture_receive(&cap, &pkt,
				   netring_clock_ms() + live_quiet_ms(1000)),
	   1, "adopted, without OVERSIZE: a packet");
	is(pkt.flags & NETRING_PACKET_OVERSIZE, 0, "which is not marked");
	is(left_on_queue(&cap), 0, "and nothing is on the socket's queue");
	netring_capture_close(&cap);
}

/* The link's error stands in front of the queue: it is told, and takes no
 * packet's place. */
static void link_down(void)
{
	struct netring_capture cap;
	struct netring_batch batch;
	struct netring_packet pkt;
	struct tally t = { 0 };
	uint32_t good = 0;

	open_capture(&cap, NETRING_DIRECTION_IN, NULL);
	send_both();
	must(net_down(NEAR), "down");
	while (netring_capture_next(&cap, &batch)) {
		while (netring_batch_next(&batch, &pkt)) {
			good += netring_capture_read_oversize(
					&cap, &pkt, buffer, sizeof(buffer)) ==
				1;
			tally_packet(&t, &pkt);
		}
		netring_capture_release(&cap);
	}
	is(good, PACKETS, "the link went down: all are whole");
	tally_ok(&t, PACKETS, "each its own");
	is(netring_capture_wait(&cap, live_quiet_ms(100)),
	   NETRING_EVENT_LINK_DOWN, "that it is down is told");
	is(netring_capture_wait(&cap, 0), NETRING_EVENT_TIMEOUT, "once");
	must(net_up(NEAR), "up");
	memset(&t, 0, sizeof(t));
	send_both();
	is(fetch_all(&cap, &t, 1), 0, "up again: all are whole");
	tally_ok(&t, PACKETS, "each its own");
	netring_capture_close(&cap);
}

int main(void)
{
	struct netring_capture cap;

	live_begin();
	live_wire();
	is(netring_capture_open(&cap,
				&(struct netring_capture_config){
					.interface = NEAR,
					.flags = NETRING_CAPTURE_OVERSIZE }),
	   -EINVAL, "blocks have no slots: refused");
	directions();
	some();
	adopted();
	link_down();
	return done_testing();
}
