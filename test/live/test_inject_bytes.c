/* SPDX-License-Identifier: MIT */
/* test_inject_bytes.c - frames arrive as they were given, in their order. */
#define _GNU_SOURCE
#include "live.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define MTU 1500u

static int spy;

static void open_it(struct netring_injector *inj,
		    const struct netring_injector_config *cfg)
{
	int r = netring_injector_open(inj, cfg);

	must(r, "open (%s)", netring_step_name(inj->step));
}

/* Several whole frames, each of other bytes, by send(). */
static void whole(void)
{
	static const uint32_t lengths[] = { 14,	 15,  22,   59,	  60,  61,
					    100, 512, 1023, 1500, 1514 };
	struct netring_injector_stats s;
	struct netring_injector inj;
	uint8_t frame[1600];
	size_t i;

	open_it(&inj, &(struct netring_injector_config){ .interface = FAR });
	is(netring_injector_mtu(&inj), MTU, "the MTU is known");
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		wire_frame(frame, lengths[i], WIRE_TYPE, (uint32_t)i);
		is(netring_injector_send(&inj, frame, lengths[i], 0), 0,
		   "send %u bytes", lengths[i]);
		ok(spy_is(spy, frame, lengths[i]), "they arrive");
	}
	ok(spy_quiet(spy, 20), "and nothing more");
	netring_injector_read_stats(&inj, &s);
	is((long long)s.queued, (long long)i, "all were queued");
	is((long long)s.accepted, (long long)i, "and accepted");
	is(netring_injector_close(&inj), 0, "none is lost by close");
}

struct length_case {
	uint32_t length;
	uint32_t type;
	int result;
};

/* Frames around the limits, between two good ones that have to arrive. */
static void lengths(uint32_t flags)
{
	static const struct length_case cases[] = {
		{ 0, 0x88b5, -EINVAL },
		{ 1, 0x88b5, -EINVAL },
		{ 13, 0x88b5, -EINVAL },
		{ 14, 0x88b5, 0 },
		{ 60, 0x88b5, 0 },
		{ MTU + 14, 0x88b5, 0 },
		{ MTU + 15, 0x88b5, -EMSGSIZE },
		{ MTU + 18, 0x88b5, -EMSGSIZE },
		{ MTU + 18, 0x8100, 0 },
		{ MTU + 19, 0x8100, -EMSGSIZE },
		{ MTU + 14, 0x88a8, 0 },
		{ MTU + 15, 0x88a8, -EMSGSIZE },
		{ MTU + 18, 0x88a8, -EMSGSIZE },
		{ 9000, 0x88b5, -EMSGSIZE },
		{ 65536, 0x88b5, -EMSGSIZE },
	};
	static uint8_t frame[65536], good[100];
	uint32_t too_short = 0, too_long = 0;
	struct netring_injector_stats s;
	struct netring_injector inj;
	size_t i;

	open_it(&inj, &(struct netring_injector_config){ .interface = FAR,
							 .flags = flags });
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wire_frame(good, sizeof(good), WIRE_TYPE, 1);
		must(netring_injector_queue(&inj, good, sizeof(good), 0),
		     "queue");
		wire_frame(frame, cases[i].length, (uint16_t)cases[i].type,
			   (uint32_t)i);
		is(netring_injector_queue(&inj, frame, cases[i].length, 0),
		   cases[i].result, "flags %x: %u bytes of %04x", flags,
		   cases[i].length, cases[i].type);
		too_short += cases[i].result == -EINVAL;
		too_long += cases[i].result == -EMSGSIZE;
		must(netring_injector_queue(&inj, good, sizeof(good), 0),
		     "queue");
		is(netring_injector_drain(&inj, netring_clock_ms() + 1000), 0,
		   "all handed over");
		ok(spy_is(spy, good, sizeof(good)) &&
			   (cases[i].result ||
			    spy_is(spy, frame, cases[i].length)) &&
			   spy_is(spy, good, sizeof(good)) && spy_quiet(spy, 1),
		   "what is right arrives");
	}
	netring_injector_read_stats(&inj, &s);
	is((long long)s.too_short, too_short, "too short");
	is((long long)s.too_long, too_long, "too long");
	is((long long)s.accepted, (long long)s.queued, "queued, accepted");
	netring_injector_close(&inj);
}

/* The MTU is that of now. */
static void other_mtu(void)
{
	struct netring_injector inj;
	uint8_t frame[2000];

	open_it(&inj, &(struct netring_injector_config){ .interface = FAR });
	wire_frame(frame, 1700, WIRE_TYPE, 0);
	is(netring_injector_send(&inj, frame, 1700, 0), -EMSGSIZE, "1700");
	must(net_mtu(FAR, 1800), "a larger MTU");
	must(net_mtu(NEAR, 1800), "there too");
	is(netring_injector_send(&inj, frame, 1700, 0), 0, "then it goes");
	ok(spy_is(spy, frame, 1700), "and arrives");
	must(net_mtu(FAR, 1500), "MTU as before");
	must(net_mtu(NEAR, 1500), "there too");
	netring_injector_close(&inj);
}

static uint32_t fill(struct netring_frame *f, uint32_t number)
{
	wire_frame(f->data, 100, WIRE_TYPE, number);
	return 100;
}

/* Reserved together, committed in another order, some of them given up. */
static void order(void)
{
	static const struct {
		uint8_t at[4];	 /* which is committed or discarded, in order */
		uint8_t discard; /* a bit for each that is discarded */
		const char *name;
	} cases[] = {
		{ { 0, 1, 2, 3 }, 0, "in order" },
		{ { 3, 2, 1, 0 }, 0, "backwards" },
		{ { 2, 0, 3, 1 }, 0, "mixed" },
		{ { 0, 1, 2, 3 }, 2, "one in the middle discarded" },
		{ { 3, 1, 0, 2 }, 6, "two in the middle discarded" },
		{ { 0, 1, 2, 3 }, 8, "the newest discarded" },
		{ { 3, 0, 1, 2 }, 8, "the newest discarded first" },
		{ { 0, 1, 2, 3 }, 1, "the oldest discarded" },
		{ { 3, 2, 1, 0 }, 15, "all discarded" },
	};
	struct netring_injector inj;
	struct netring_frame f[4];
	uint8_t frame[100];
	size_t c, i, round, n, good;

	open_it(&inj, &(struct netring_injector_config){ .interface = FAR });
	for (round = 0; round < 3; round++)
		for (c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
			for (i = 0; i < 4; i++)
				must(netring_injector_reserve(&inj, &f[i]),
				     "reserve");
			for (i = 0; i < 4; i++) {
				n = cases[c].at[i];
				netring_injector_flush(&inj);
				if (cases[c].discard >> n & 1)
					netring_injector_discard(&inj, &f[n]);
				else
					must(netring_injector_commit(
						     &inj, &f[n],
						     fill(&f[n], (uint32_t)n)),
					     "commit");
			}
			good = netring_injector_flush(&inj) == 0;
			for (i = 0; i < 4 && good; i++) {
				if (cases[c].discard >> i & 1)
					continue;
				wire_frame(frame, 100, WIRE_TYPE, (uint32_t)i);
				good = (size_t)spy_is(spy, frame, 100);
			}
			ok(good && spy_quiet(spy, 1), "%s: as reserved",
			   cases[c].name);
		}
	netring_injector_close(&inj);
}

/* A reserved frame holds back those behind it, and only those. */
static void held_back(void)
{
	struct netring_injector inj;
	struct netring_frame f[3];
	struct spied s = { 0 };
	int i;

	open_it(&inj, &(struct netring_injector_config){ .interface = FAR });
	for (i = 0; i < 3; i++)
		must(netring_injector_reserve(&inj, &f[i]), "reserve");
	must(netring_injector_commit(&inj, &f[0], fill(&f[0], 0)), "commit");
	must(netring_injector_commit(&inj, &f[2], fill(&f[2], 2)), "commit");
	is(netring_injector_flush(&inj), 1, "one stays behind a gap");
	is(spy_count(spy, &s, 9, 20), 1, "one arrives");
	is(netring_injector_pending(&inj), 1, "one is pending");
	is(netring_injector_drain(&inj, netring_clock_ms() + 20), 1,
	   "drain tells it");
	must(netring_injector_commit(&inj, &f[1], fill(&f[1], 1)), "commit");
	is(netring_injector_flush(&inj), 0, "the gap filled");
	spy_count(spy, &s, 3, 500);
	spied_ok(&s, 3, "then");
	netring_injector_close(&inj);
}

/* Protocol 0: nothing that arrives wakes it, or is kept for it. */
static void receives_nothing(void)
{
	struct netring_injector inj;
	struct pollfd p;
	char byte;

	open_it(&inj, &(struct netring_injector_config){ .interface = NEAR });
	wire_burst(&(struct wire_flood){
		.interface = FAR, .count = 50, .length = 100 });
	is(spy_flush(spy, 20), 50, "50 frames arrive at the interface");
	p = (struct pollfd){ netring_injector_fd(&inj), POLLIN, 0 };
	is(poll(&p, 1, 0), 0, "none of them at the injector");
	is(recv(p.fd, &byte, 1, MSG_DONTWAIT) < 0 ? -errno : 0, -EAGAIN,
	   "nothing is kept");
	netring_injector_close(&inj);
}

static void tag_inserted(void)
{
	struct netring_injector inj;
	struct netring_frame f;
	uint8_t frame[104];
	uint32_t n;

	wire_frame(frame + 4, 100, WIRE_TYPE, 5);
	memmove(frame, frame + 4, 12);
	open_it(&inj, &(struct netring_injector_config){ .interface = FAR });
	must(netring_injector_reserve(&inj, &f), "reserve");
	n = netring_vlan_insert(f.data, fill(&f, 5), 0x8100, 0x6005);
	is(n, 104, "a tag is inserted");
	must(netring_injector_commit(&inj, &f, n), "commit");
	must(netring_injector_flush(&inj), "flush");
	wire_put32(frame + 12, 0x81006005);
	ok(spy_is(spy, frame, 104), "0x8100, priority 3, VLAN 5 arrives");
	must(netring_injector_reserve(&inj, &f), "reserve");
	n = netring_vlan_insert(f.data, fill(&f, 5), 0x88a8, 7);
	must(netring_injector_commit(&inj, &f, n), "commit");
	must(netring_injector_flush(&inj), "flush");
	wire_put32(frame + 12, 0x88a80007);
	ok(spy_is(spy, frame, 104), "0x88a8 arrives");
	netring_injector_close(&inj);
}

int main(void)
{
	live_begin();
	live_wire();
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	whole();
	lengths(0);
	lengths(NETRING_INJECTOR_QDISC_BYPASS);
	other_mtu();
	order();
	held_back();
	receives_nothing();
	tag_inserted();
	return done_testing();
}
