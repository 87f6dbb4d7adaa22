/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_cut.c - AF_XDP: a port goes in the middle of a packet. */
#define _GNU_SOURCE
#include "live.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <netring/umem_count.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LENGTH 9014u
#define PIECES 6u /* of LENGTH, each of 2048 - 256 bytes at most */
#define PACKETS 3u
#define NEXT 3000u /* short enough to be the rest of another */
#define MTU 9000u

static struct hosts h;
static struct netring_xdp_bridge br;
static uint8_t frame[LENGTH];

/* What happens after @steps of @budget descriptors each, to @port. */
struct cut {
	int port; /* 0 receives the packets, 1 sends them */
	int gone; /* deleted, not set down only */
	int met;  /* nobody looks: a kick meets it */
	uint32_t budget;
	uint32_t steps;
};

static void step(void)
{
	must(netring_xdp_bridge_step(&br, 1), "a step");
}

/* The look at the links, which is due once in a while, is now. */
static void look(void)
{
	br.looked_ = 0;
	step();
}

static struct netring_xdp_bridge_config config(uint32_t budget)
{
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_NATIVE, 0);

	cfg.budget = budget;
	cfg.socket.flags = NETRING_XDP_FRAGMENTS;
	return cfg;
}

static void begin(const struct cut *c)
{
	struct netring_xdp_bridge_config cfg = config(c->budget);
	int64_t end;
	uint32_t i;

	xdp_hosts_open(&br, &cfg);
	look(); /* the next one is when a test says so */
	for (i = 0; i < PACKETS; i++) {
		wire_frame(frame, LENGTH, WIRE_TYPE, i);
		hosts_send(&h, 0, frame, LENGTH);
	}
	end = netring_clock_ms() + 50 * live_slack_ms();
	while (netring_xdp_ring_seek(&br.port_[0].xdp.rx.ring_,
				     PACKETS * PIECES) < PACKETS * PIECES)
		if (netring_clock_ms() > end)
			must(-ETIMEDOUT, "all fragments are received");
}

static void away(const struct cut *c)
{
	const char *name = port_name[c->port];

	must(c->gone ? net_delete(name) : net_down(name), "%s goes", name);
	if (!c->met) {
		look();
		is(br.port_[c->port].state,
		   c->gone ? NETRING_PORT_GONE : NETRING_PORT_DOWN,
		   "it is seen");
	}
}

static void back(const struct cut *c)
{
	if (c->gone) {
		close(h.out[c->port]);
		close(h.spy[c->port]);
		hosts_wire(&h, c->port);
		xdp_hosts_mtu(&h, c->port, MTU);
	} else {
		must(net_up(port_name[c->port]), "up");
	}
	look();
	is(br.port_[c->port].state, NETRING_PORT_BACK, "it is back");
}

/* These packets came out, whole; nothing else did. */
static void came(uint32_t from, uint32_t to, const char *what)
{
	uint32_t i, good = 0;

	for (i = from; i < to; i++) {
		wire_frame(frame, LENGTH, WIRE_TYPE, i);
		good += (uint32_t)spy_is(h.spy[1], frame, LENGTH);
	}
	is(good, to - from, "%s: whole packets", what);
	ok(spy_quiet(h.spy[1], 2), "and no half one");
}

static void passes(int from)
{
	wire_frame(frame, NEXT, WIRE_TYPE, 100);
	hosts_send(&h, from, frame, NEXT);
	xdp_hosts_take(&br, 1);
	ok(spy_is(h.spy[!from], frame, NEXT) && spy_quiet(h.spy[!from], 2),
	   "the next from %d passes, whole and alone", from);
}

/* All frames are free or there to be received into: none is left in between. */
static void books(const char *what)
{
	const struct netring_umem *umem = br.port_[0].xdp.config_.umem;
	uint32_t n[NETRING_UMEM_OWNERS_];

	is(netring_umem_count(umem, n), 0, "%s: every frame has an owner",
	   what);
	is(n[NETRING_UMEM_FREE] + n[NETRING_UMEM_FILL], XDP_HOSTS_FRAMES,
	   "and is free or to be filled");
}

static void cut(const struct cut *c)
{
	uint32_t i, taken = c->budget * c->steps, out = taken / PIECES;
	/* if port 1 was seen to go, it is back before the cut packet's end */
	uint32_t next = c->port && !c->met ? out + 1 : PACKETS;
	struct netring_bridge_stats s;
	char name[80];

	snprintf(name, sizeof(name), "port %d %s%s after %u of %u fragments",
		 c->port, c->met ? "unseen " : "", c->gone ? "deleted" : "down",
		 taken, PACKETS * PIECES);
	diag("%s", name);
	begin(c);
	for (i = 0; i < c->steps; i++)
		step();
	came(0, out, "before");
	away(c);
	if (c->met)
		xdp_hosts_pump(&br, 5);
	back(c);
	xdp_hosts_pump(&br, 5);
	came(next, PACKETS, "after");
	s = xdp_hosts_stats(&br, 0, name);
	is((long long)s.forwarded, out + PACKETS - next, "forwarded");
	if (c->port)
		is((long long)s.link_down, next - out, "met no link");
	else
		is((long long)s.link_down, taken % PIECES != 0, "was cut");
	passes(0);
	passes(1);
	xdp_hosts_pump(&br, 5);
	books(name);
	xdp_hosts_close(&br, name);
}

int main(void)
{
	struct cut c = { .port = 0 };
	struct netring_xdp_bridge_config cfg = config(1);

	live_begin();
	hosts_begin(&h);
	xdp_hosts_open(&br, &cfg); /* or skips */
	if (!(netring_xdp_active(&br.port_[0].xdp) & NETRING_XDP_FRAGMENTS))
		skip_all("not in this kernel", "fragments");
	netring_xdp_bridge_close(&br);
	xdp_hosts_mtu(&h, 0, MTU);
	xdp_hosts_mtu(&h, 1, MTU);
	for (c.gone = 0; c.gone < 2; c.gone++) {
		c.budget = 1;
		c.met = 0;
		for (c.port = 0; c.port < 2; c.port++)
			for (c.steps = 1; c.steps <= PIECES + 1; c.steps++)
				cut(&c);
		c.port = 1;
		c.met = 1;
		c.steps = 1;
		for (c.budget = 1; c.budget <= PIECES + 1; c.budget++)
			cut(&c);
	}
	hosts_end(&h);
	return done_testing();
}
