/* SPDX-License-Identifier: MIT */
/* test_fanout.c - every mode: members share the packets, none twice. */
#define _GNU_SOURCE
#include "bpf_call.h"
#include "live.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define PACKETS 1000u
#define FLOWS 50u

/* By the lowest bit of the number in a UDP packet: its network header is 14
 * bytes before the payload's frame offset; SKF_NET_OFF counts from there. */
static const struct netring_instruction parity_code[] = {
	{ 0x20, 0, 0, (uint32_t)(-0x100000 + 20 + 8 + 4) },
	{ 0x54, 0, 0, 1 },
	{ 0x16, 0, 0, 0 },
};
static const struct netring_filter parity = { parity_code, 3 };

static uint8_t map[2][PACKETS];

static int open_member(struct netring_capture *cap, uint32_t flags,
		       const struct netring_fanout *fanout, uint32_t memory)
{
	return netring_capture_open(
		cap, &(struct netring_capture_config){
			     .interface = NEAR,
			     .flags = flags,
			     .protocol = 0x0800,
			     .memory = memory,
			     .frame_size = flags ? 512 : 0,
			     .retire_ms = (uint32_t)live_slack_ms() + 10,
			     .fanout = fanout });
}

static void send_flows(void)
{
	int fd = must(wire_open(FAR), "a sending socket");
	uint8_t frame[100];
	uint32_t i;

	for (i = 0; i < PACKETS; i++) {
		wire_udp(frame, sizeof(frame), (uint16_t)(5000 + i % FLOWS), i);
		must(wire_send(fd, frame, sizeof(frame)), "send");
		if (i % 256 == 255)
			live_sleep_ms(2);
	}
	close(fd);
}

struct share {
	struct tally tally[2];
	uint32_t twice, missing, split_flows;
};

/* Sends, and takes what both members got. */
static struct share distribute(struct netring_capture *members)
{
	struct share s;
	uint32_t i, flow;

	memset(&s, 0, sizeof(s));
	memset(map, 0, sizeof(map));
	send_flows();
	for (i = 0; i < 2; i++) {
		s.tally[i].udp = 1;
		s.tally[i].map = map[i];
		s.tally[i].size = PACKETS;
		tally_batches(&s.tally[i], &members[i], PACKETS, 60);
	}
	for (i = 0; i < PACKETS; i++) {
		s.twice += map[0][i] + map[1][i] > 1;
		s.missing += map[0][i] + map[1][i] == 0;
	}
	for (flow = 0; flow < FLOWS; flow++) {
		uint32_t sums[2] = { 0, 0 };

		for (i = flow; i < PACKETS; i += FLOWS) {
			sums[0] += map[0][i];
			sums[1] += map[1][i];
		}
		s.split_flows += sums[0] && sums[1];
	}
	return s;
}

static void check_mode(enum netring_fanout_mode mode, const struct share *s)
{
	uint32_t a = s->tally[0].numbered, b = s->tally[1].numbered, i, odd = 0;

	switch (mode) {
	case NETRING_FANOUT_HASH:
		ok(a && b && !s->split_flows, "each flow has one member");
		break;
	case NETRING_FANOUT_LOAD_BALANCE:
		between(a, PACKETS / 2 - 1, PACKETS / 2 + 1, "in turn");
		break;
	case NETRING_FANOUT_RANDOM:
		between(a, PACKETS / 3, PACKETS * 2 / 3, "both at random");
		break;
	case NETRING_FANOUT_ROLLOVER:
		ok(!a || !b, "one member while it has much room");
		break;
	case NETRING_FANOUT_QUEUE:
		ok(!a || !b, "one queue, one member");
		break;
	case NETRING_FANOUT_CLASSIC_BPF:
		for (i = 0; i < PACKETS; i++)
			odd += map[1][i] && i % 2;
		ok(a == PACKETS / 2 && b == PACKETS / 2 && odd == b,
		   "by the number's lowest bit");
		break;
	case NETRING_FANOUT_EBPF:
		ok(!a && b == PACKETS, "all to the member the program names");
		break;
	case NETRING_FANOUT_CPU:
		break;
	}
}

static void every_mode(enum netring_fanout_mode mode, const char *name,
		       uint32_t flags)
{
	struct netring_fanout fanout = { .id = (uint16_t)(mode + 40),
					 .mode = mode,
					 .classic = &parity };
	struct netring_capture members[2];
	struct share s;
	int program = -1, i;

	if (mode == NETRING_FANOUT_EBPF) {
		program = bpf_answer(1);
		if (program < 0) {
			skip(lacking(program) ? lacking(program) : "bpf()",
			     "%s", name);
			return;
		}
		fanout.ebpf = &program;
	}
	for (i = 0; i < 2; i++)
		must(open_member(&members[i], flags, &fanout, 4 << 20),
		     "%s: member", name);
	s = distribute(members);
	diag("%s, %s: %u and %u", mode_name(flags), name, s.tally[0].numbered,
	     s.tally[1].numbered);
	ok(!s.twice && !s.missing && !s.tally[0].damaged,
	   "%s, %s: every packet at one member", mode_name(flags), name);
	is(s.tally[0].foreign + s.tally[1].foreign, 0, "and nothing else");
	check_mode(mode, &s);
	is(netring_capture_rebind(&members[0]), -EINVAL,
	   "a member cannot be bound again");
	for (i = 0; i < 2; i++)
		netring_capture_close(&members[i]);
	if (program >= 0)
		close(program);
}

/* A full member's packets go to the other. */
static void rollover(const struct netring_fanout *fanout, const char *name)
{
	uint32_t page = (uint32_t)getpagesize();
	struct netring_capture members[2];
	struct share s;

	must(open_member(&members[0], NETRING_CAPTURE_IMMEDIATE, fanout,
			 2 * page),
	     "%s: member", name);
	must(open_member(&members[1], NETRING_CAPTURE_IMMEDIATE, fanout,
			 1 << 20),
	     "%s: member", name);
	s = distribute(members);
	diag("%u and %u", s.tally[0].numbered, s.tally[1].numbered);
	ok(!s.twice && !s.missing, "%s: a full member costs no packet", name);
	netring_capture_close(&members[0]);
	netring_capture_close(&members[1]);
}

static void flags_and_ids(void)
{
	struct netring_fanout one = { .flags = NETRING_FANOUT_UNIQUE_ID };
	struct netring_fanout wrong = { .id = 7,
					.mode = NETRING_FANOUT_ROLLOVER,
					.flags = NETRING_FANOUT_ROLLOVER_FLAG };
	struct netring_capture a, b, c;

	is(open_member(&a, 0, &wrong, 0), -EINVAL, "mode and flag ROLLOVER");
	is(a.step, NETRING_STEP_FANOUT, "step");
	wrong.flags = 0;
	must(open_member(&a, 0, &wrong, 0), "a group");
	is(netring_capture_fanout_id(&a), 7, "its id");
	wrong.mode = NETRING_FANOUT_HASH;
	is(open_member(&b, 0, &wrong, 0), -EINVAL, "the same id, another mode");
	is(b.step, NETRING_STEP_FANOUT, "step");

	must(open_member(&b, 0, &one, 0), "a group with an id of its own");
	must(open_member(&c, 0, &one, 0), "another");
	ok(netring_capture_fanout_id(&b) != netring_capture_fanout_id(&c) &&
		   netring_capture_fanout_id(&b) != 7 &&
		   netring_capture_fanout_id(&c) != 7,
	   "their ids: %u, %u", netring_capture_fanout_id(&b),
	   netring_capture_fanout_id(&c));
	netring_capture_close(&c);
	one.flags = 0;
	one.id = netring_capture_fanout_id(&b);
	is(open_member(&c, 0, &one, 0), 0, "a second member by that id");
	is(netring_capture_fanout_id(&c), one.id, "its id");
	netring_capture_close(&a);
	netring_capture_close(&b);
	netring_capture_close(&c);
}

/* Two fragments come as the datagram that they were. */
static void defragmented(void)
{
	struct netring_fanout fanout = { .id = 91,
					 .flags = NETRING_FANOUT_DEFRAG };
	uint8_t whole[34 + 160], part[34 + 80];
	int fd = must(wire_open(FAR), "a sending socket"), i;
	struct netring_capture cap;
	struct netring_packet pkt;

	must(open_member(&cap, 0, &fanout, 0), "a group with DEFRAG");
	wire_udp(whole, sizeof(whole), 5000, 1);
	for (i = 0; i < 2; i++) {
		memcpy(part, whole, 34);
		memcpy(part + 34, whole + 34 + i * 80, 80);
		wire_put16(part + 16, 100);
		wire_put16(part + 18, 77);
		wire_put16(part + 20, i ? 10 : 0x2000); /* offset, or more */
		wire_put16(part + 24, 0);
		wire_put16(part + 24, wire_fold(wire_sum(part + 14, 20, 0)));
		must(wire_send(fd, part, sizeof(part)), "send");
	}
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 500), 1,
	   "DEFRAG: a packet comes");
	ok(pkt.len == sizeof(whole) &&
		   !memcmp(pkt.data + 34, whole + 34, sizeof(whole) - 34),
	   "the whole datagram");
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 60), 0,
	   "and nothing else");
	netring_capture_close(&cap);
	close(fd);
}

static void ignore_outgoing(void)
{
	struct netring_fanout fanout = {
		.id = 92, .flags = NETRING_FANOUT_IGNORE_OUTGOING
	};
	struct netring_capture_config cfg = { .interface = NEAR,
					      .retire_ms = 1,
					      .fanout = &fanout };
	struct netring_capture cap;
	struct tally t = { 0 };
	int r = netring_capture_open(&cap, &cfg);

	if (r == -EINVAL) {
		skip("not in this kernel (6.2)", "IGNORE_OUTGOING");
		return;
	}
	is(r, 0, "a group with IGNORE_OUTGOING");
	must(wire_burst(&(struct wire_flood){
		     .interface = NEAR, .count = 10, .length = 60 }),
	     "sending");
	must(wire_burst(&(struct wire_flood){
		     .interface = FAR, .first = 10, .count = 10, .length = 60 }),
	     "sending");
	tally_batches(&t, &cap, 20, 60);
	tally_ok(&t, 10, "only what comes in");
	is(t.low, 10, "as its numbers say");
	netring_capture_close(&cap);
}

int main(void)
{
	static const char *const names[] = {
		"hash",	  "load balance", "cpu",	 "rollover",
		"random", "queue",	  "classic BPF", "eBPF",
	};
	struct netring_fanout fanout = { .id = 90,
					 .mode = NETRING_FANOUT_ROLLOVER };
	uint32_t i;

	live_begin();
	live_wire();
	for (i = 0; i < 16; i++)
		every_mode((enum netring_fanout_mode)(i % 8), names[i % 8],
			   i < 8 ? 0 : NETRING_CAPTURE_IMMEDIATE);
	rollover(&fanout, "mode ROLLOVER");
	fanout.mode = NETRING_FANOUT_HASH;
	fanout.flags = NETRING_FANOUT_ROLLOVER_FLAG;
	rollover(&fanout, "flag ROLLOVER");
	flags_and_ids();
	defragmented();
	ignore_outgoing();
	return done_testing();
}
