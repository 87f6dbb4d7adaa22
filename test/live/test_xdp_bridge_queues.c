/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_queues.c - AF_XDP: a bridge with a socket for each queue. */
#define _GNU_SOURCE
#include "bridge_checks.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "xdp_end.h"
#include "xdp_hosts.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define QUEUES 4u
#define LOT 16u
#define MTU 9000u
#define PIECE 1500u
#define NEAR_PORT "q0" /* a veth of four queues, joined to p1, */
#define FAR_END "q1"   /* and where its frames come from */

NETRING_UMEM_AREA(far, 1024, 2048);
static struct netring_umem far_umem;
static struct netring_xdp senders[QUEUES], more[QUEUES];
static struct netring_xdp_bridge br;
static struct hosts h;
static uint8_t frame[MTU];
static uint32_t number;
static int spy;			/* at FAR_END */
static uint32_t with_fragments; /* NETRING_XDP_FRAGMENTS, or 0 */

static struct netring_xdp_bridge_config config(uint32_t count)
{
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_NATIVE, 0);

	cfg.interface[0] = NEAR_PORT;
	cfg.socket.flags = with_fragments;
	cfg.event = bridge_event;
	cfg.port[0].more = more;
	cfg.port[0].more_count = count;
	return cfg;
}

/* A socket just closed has its queue for a while. */
static void set_queues_of(const char *name, uint32_t count)
{
	int64_t end = netring_clock_ms() + 50 * live_slack_ms();
	int r;

	while ((r = port_set_queues(name, count)) == -EINVAL &&
	       netring_clock_ms() < end)
		live_sleep_ms(5);
	must(r, "%u queues of %s", count, name);
}

/* With XDP there are never more to send on than the other end receives on. */
static void set_queues(uint32_t count)
{
	int fewer = count == 1;

	set_queues_of(fewer ? FAR_END : NEAR_PORT, count);
	set_queues_of(fewer ? NEAR_PORT : FAR_END, count);
}

/* What leaves by a queue of FAR_END comes in by the same of NEAR_PORT. */
static void open_senders(void)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(far),
					      .frame_size = 2048 };
	struct netring_xdp_config cfg = { .interface = FAR_END,
					  .umem = &far_umem,
					  .mode = NETRING_XDP_TX,
					  .flags = with_fragments,
					  .tx_frames = 1024 / QUEUES };
	uint32_t i;

	must(netring_umem_init(&far_umem, &memory), "memory");
	for (i = 0; i < QUEUES; i++) {
		cfg.queue = i;
		must(netring_xdp_open(&senders[i], &cfg), "sender %u (%s)", i,
		     netring_step_name(senders[i].step));
	}
}

static void close_senders(void)
{
	uint32_t i;

	for (i = 0; i < QUEUES; i++)
		netring_xdp_close(&senders[i]);
}

static void send_on(uint32_t queue, uint32_t length)
{
	struct netring_xdp_tx *tx = &senders[queue].tx;
	struct netring_xdp_frame to;
	uint32_t at, size;

	for (at = 0; at < length; at += size) {
		size = length - at < PIECE ? length - at : PIECE;
		must(netring_xdp_tx_reserve(tx, &to), "a frame");
		memcpy(to.data, frame + at, size);
		must(at + size < length ?
			     netring_xdp_tx_commit_more(tx, &to, size) :
			     netring_xdp_tx_commit(tx, &to, size),
		     "a piece");
	}
}

/* A lot on each of the queues, mixed: all of it arrives, each once, whole. */
static void all_pass(uint32_t queues, uint32_t length, const char *what)
{
	struct netring_bridge_stats a = xdp_hosts_stats(&br, 0, what), b;
	struct spied seen = { 0 };
	uint32_t i, n;

	for (n = 0; n < LOT; n++)
		for (i = 0; i < queues; i++) {
			wire_frame(frame, length, WIRE_TYPE, n * queues + i);
			send_on(i, length);
		}
	for (i = 0; i < queues; i++)
		must(netring_xdp_tx_drain(&senders[i].tx,
					  netring_clock_ms() + 5000),
		     "drain");
	(void)xdp_hosts_pump(&br, 10);
	n = LOT * queues;
	spy_count(h.spy[1], &seen, n, 100);
	is(seen.frames, n, "%s: all of %u queues arrive", what, queues);
	is(seen.damaged + seen.foreign + seen.repeated, 0, "whole, once");
	b = xdp_hosts_stats(&br, 0, what);
	is((long long)(b.received - a.received), n, "received");
	is((long long)(b.forwarded - a.forwarded), n, "forwarded");
	is((long long)(b.kernel_drops - a.kernel_drops), 0, "none lost");
}

static void back_passes(const char *what)
{
	wire_frame(frame, 100, WIRE_TYPE, ++number);
	(void)spy_flush(spy, 1);
	hosts_send(&h, 1, frame, 100);
	xdp_hosts_take(&br, 1);
	ok(spy_is(spy, frame, 100), "%s: and the other way", what);
}

static void until_joined(uint32_t count, const char *what)
{
	int64_t end = netring_clock_ms() + 50 * live_slack_ms();

	while (br.joined[0] != count && netring_clock_ms() < end)
		(void)xdp_hosts_run_for(&br, 20);
	is(br.joined[0], count, "%s: queues joined", what);
}

/* ethtool -L while it runs. */
static void grows(void)
{
	struct netring_xdp_bridge_config cfg = config(QUEUES - 1);

	set_queues(1);
	xdp_hosts_open(&br, &cfg);
	is(br.queues[0], 1, "one queue");
	is(br.joined[0], 1, "is joined");
	back_passes("one queue");
	set_queues(QUEUES);
	open_senders();
	until_joined(QUEUES, "more came");
	is(br.queues[0], QUEUES, "of as many");
	is(bridge_told[0][NETRING_PORT_QUEUES], 1, "told once");
	is(bridge_told[0][NETRING_PORT_DEAF], 0, "the program was not off");
	all_pass(QUEUES, 100, "grown");
	back_passes("grown");
	must(net_down(NEAR_PORT), "down");
	until_joined(1, "down");
	must(net_up(NEAR_PORT), "up");
	until_joined(QUEUES, "up again");
	all_pass(QUEUES, 100, "up again");
	close_senders();
	xdp_hosts_close(&br, "grown");
	memset(bridge_told, 0, sizeof(bridge_told));
}

/* A queue that someone else has when it comes: the others are joined, and that
 * one as soon as it is free. */
static void taken(void)
{
	struct netring_xdp_bridge_config cfg = config(QUEUES - 1);
	struct netring_umem_config memory = { NETRING_UMEM_OF(far),
					      .frame_size = 2048 };
	struct netring_xdp_config other = { .interface = NEAR_PORT,
					    .umem = &far_umem,
					    .queue = 2 };
	static struct netring_xdp xdp;
	int64_t begun;

	must(netring_umem_init(&far_umem, &memory), "memory");
	set_queues(1);
	xdp_hosts_open(&br, &cfg);
	(void)xdp_hosts_run_for(&br, 1); /* the next look is in a second */
	set_queues(QUEUES);
	must(netring_xdp_open(&xdp, &other), "another socket");
	until_joined(2, "one queue is taken");
	is(br.queues[0], QUEUES, "of as many");
	back_passes("one queue is taken");
	begun = netring_clock_ms();
	br.looked_ = 0;
	(void)netring_xdp_bridge_step(&br, 0);
	diag("a look: %d ms", (int)(netring_clock_ms() - begun));
	is(br.joined[0], 2, "it still is");
	netring_xdp_close(&xdp);
	until_joined(QUEUES, "it is free");
	open_senders();
	all_pass(QUEUES, 100, "it is free");
	close_senders();
	xdp_hosts_close(&br, "taken");
	must(netring_umem_init(&far_umem, &memory), "memory");
	other.queue = 1;
	must(netring_xdp_open(&xdp, &other), "another socket");
	cfg = config(QUEUES - 1);
	is(xdp_hosts_try(&br, &cfg), -EBUSY, "taken when it opens");
	is(br.step, NETRING_STEP_BIND, "its step");
	is(br.port, 0, "its port");
	netring_xdp_close(&xdp);
}

/* A packet in fragments is of one queue, however few are taken in a step. */
static void fragments(uint32_t budget)
{
	struct netring_xdp_bridge_config cfg = config(QUEUES - 1);

	cfg.budget = budget;
	xdp_hosts_open(&br, &cfg);
	is(br.joined[0], QUEUES, "all queues from the beginning");
	open_senders();
	all_pass(QUEUES, 4000, "fragments");
	all_pass(QUEUES, 100, "short ones");
	close_senders();
	xdp_hosts_close(&br, "fragments");
}

/* A veth of four queues. */
static void plug(void)
{
	xdp_pair(NEAR_PORT, FAR_END, QUEUES);
	if (with_fragments) {
		must(net_mtu(FAR_END, MTU), "MTU");
		must(net_mtu(NEAR_PORT, MTU), "MTU");
	}
	spy = must(spy_open(FAR_END, 0), "a spy");
}

/* Removed, and made again. */
static void again(void)
{
	struct netring_xdp_bridge_config cfg = config(QUEUES - 1);

	xdp_hosts_open(&br, &cfg);
	close(spy);
	must(net_delete(NEAR_PORT), "away");
	until_joined(1, "gone");
	plug();
	until_joined(QUEUES, "made again");
	open_senders();
	all_pass(QUEUES, 100, "made again");
	back_passes("made again");
	close_senders();
	xdp_hosts_close(&br, "made again");
}

/* Fewer sockets than queues: those that have one pass; of the others, the
 * host's stack has the frames, and no counter of the bridge's. */
static void some(uint32_t count)
{
	struct netring_xdp_bridge_config cfg = config(count);
	struct netring_bridge_stats s;
	int stack;

	xdp_hosts_open(&br, &cfg);
	is(br.joined[0], count + 1, "%u of %u queues", count + 1, QUEUES);
	open_senders();
	all_pass(count + 1, 100, "some");
	stack = must(spy_open(NEAR_PORT, 0), "what the stack has");
	wire_frame(frame, 100, WIRE_TYPE, ++number);
	send_on(count + 1, 100);
	must(netring_xdp_tx_flush(&senders[count + 1].tx), "flush");
	(void)xdp_hosts_pump(&br, 10);
	ok(spy_is(stack, frame, 100), "another queue is the stack's");
	ok(spy_quiet(h.spy[1], 5), "and not forwarded");
	s = xdp_hosts_stats(&br, 0, "some");
	is((long long)s.received, LOT * (count + 1), "nor received");
	close(stack);
	close_senders();
	xdp_hosts_close(&br, "some");
}

static void refused(void)
{
	struct netring_xdp_bridge_config cfg = config(1);

	cfg.port[0].queue = 1;
	is(xdp_hosts_try(&br, &cfg), -EINVAL, "a queue, and more");
	cfg = config(1);
	cfg.port[0].more = NULL;
	is(xdp_hosts_try(&br, &cfg), -EINVAL, "more, and no memory for it");
	cfg = config(NETRING_XDP_BRIDGE_MORE + 1);
	is(xdp_hosts_try(&br, &cfg), -EINVAL, "too many");
	is(br.step, NETRING_STEP_CONFIG, "its step");
}

int main(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);

	live_begin();
	hosts_begin(&h);
	cfg.socket.flags =
		NETRING_CONFIG_XDP_FRAGMENTS ? NETRING_XDP_FRAGMENTS : 0;
	xdp_hosts_open(&br, &cfg); /* or skips */
	with_fragments = netring_xdp_active(&br.port_[0].xdp) &
			 NETRING_XDP_FRAGMENTS;
	netring_xdp_bridge_close(&br);
	if (!NETRING_CONFIG_XDP_GROUP)
		skip_all("not in this build", "more queues");
	plug();
	if (port_queues(NEAR_PORT) < 0)
		skip_all("not told by this kernel",
			 "how many queues a veth has");
	grows();
	if (with_fragments) {
		xdp_hosts_mtu(&h, 1, MTU);
		fragments(64);
		fragments(1);
	} else {
		skip("not in this kernel", "fragments");
	}
	again();
	taken();
	some(0);
	some(1);
	refused();
	close(spy);
	hosts_end(&h);
	return done_testing();
}
