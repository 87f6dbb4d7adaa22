/* SPDX-License-Identifier: MIT */
/* test_inject_link.c - a link that is down, an interface that goes away. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "rtnetlink.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

static struct netring_injector inj;
static int spy;

static void open_it(uint32_t flags, uint32_t memory)
{
	struct netring_injector_config cfg = { .interface = FAR,
					       .flags = flags,
					       .memory = memory };
	int r = netring_injector_open(&inj, &cfg);

	must(r, "open (%s)", netring_step_name(inj.step));
}

static void queue(uint32_t first, uint32_t count)
{
	uint8_t frame[100];
	uint32_t i;

	for (i = first; i < first + count; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		must(netring_injector_queue(&inj, frame, sizeof(frame), 0),
		     "queue");
	}
}

/* A link that comes up lets its queue go a little later. */
static void up(void)
{
	must(net_up(FAR), "up");
	live_sleep_ms(10);
}

static void arrive(uint32_t first, uint32_t count, const char *what)
{
	struct spied s = { 0 };

	spy_count(spy, &s, count, 500);
	spied_ok(&s, count, what);
	is(s.last, first + count - 1, "up to the last");
	ok(spy_quiet(spy, 30), "and nothing else");
}

static void down_discard(uint32_t flags)
{
	struct netring_injector_stats s;

	open_it(flags, 0);
	queue(0, 3);
	is(netring_injector_flush(&inj), 0, "flags %x: up", flags);
	arrive(0, 3, "before");
	must(net_down(FAR), "down");
	queue(100, 20);
	is(netring_injector_flush(&inj), -ENETDOWN, "flush when it is down");
	is(netring_injector_flush(&inj), -ENETDOWN, "again");
	is(netring_injector_pending(&inj), 20, "all are pending");
	is(netring_injector_drain(&inj, netring_clock_ms() + 20), 20,
	   "drain says how many remain");
	is(netring_injector_discard_pending(&inj), 20, "discard_pending");
	is(netring_injector_pending(&inj), 0, "none is pending");
	is(netring_injector_discard_pending(&inj), 0, "nothing more to drop");
	up();
	is(netring_injector_flush(&inj), 0, "up, flush");
	ok(spy_quiet(spy, 100), "no stale burst");
	queue(200, 5);
	is(netring_injector_flush(&inj), 0, "new ones");
	arrive(200, 5, "only what came after");
	netring_injector_read_stats(&inj, &s);
	is((long long)s.queued, 28, "queued");
	is((long long)s.accepted, 8, "accepted");
	is((long long)s.discarded, 20, "discarded");
	ok(s.link_down >= 2, "kicks that met a downed link");
	is(netring_injector_close(&inj), 0, "close");
}

static void down_keep(uint32_t flags)
{
	open_it(flags, 0);
	must(net_down(FAR), "down");
	queue(0, 20);
	is(netring_injector_flush(&inj), -ENETDOWN, "flags %x: down", flags);
	up();
	is(netring_injector_drain(&inj, netring_clock_ms() + 500), 0,
	   "drained when up");
	arrive(0, 20, "without a discard they arrive");
	must(net_down(FAR), "down");
	queue(0, 9);
	is(netring_injector_flush(&inj), -ENETDOWN, "down again");
	is(netring_injector_close(&inj), 9, "close: 9 were not handed over");
	up();
	ok(spy_quiet(spy, 50), "and are not sent later");
}

/* The other end is down: the kernel would take all, and drop it unsaid. */
static void no_carrier(uint32_t flags)
{
	struct netring_injector_stats s;

	open_it(flags, 0);
	queue(0, 3);
	is(netring_injector_flush(&inj), 0, "flags %x: with a carrier", flags);
	arrive(0, 3, "before");
	must(net_down(NEAR), "the other end is down");
	live_sleep_ms(20);
	queue(100, 20);
	is(netring_injector_flush(&inj), -ENETDOWN, "flush without a carrier");
	is(netring_injector_discard_pending(&inj), 20, "discard_pending");
	queue(200, 5);
	is(netring_injector_flush(&inj), -ENETDOWN, "again");
	must(net_up(NEAR), "the other end is up");
	live_sleep_ms(10);
	spy_flush(spy, 10); /* its own link was down */
	is(netring_injector_drain(&inj, netring_clock_ms() + 500), 0,
	   "what was kept leaves");
	arrive(200, 5, "all of it");
	netring_injector_read_stats(&inj, &s);
	is((long long)s.accepted, 8, "accepted: what arrived");
	is((long long)s.discarded, 20, "discarded");
	ok(s.link_down >= 2, "counted as a link that is down");
	is(netring_injector_close(&inj), 0, "close");
}

/* Up, with a carrier, and not open to all: 802.1X has yet to be done. */
static void dormant(void)
{
	int index = net_index(FAR), flags;

	must(net_dormant(FAR, 1), "dormant");
	flags = must(netlink_get_flags(index, -1), "its flags");
	ok(!(flags & IFF_RUNNING), "the kernel does not call it running");
	open_it(0, 0);
	queue(0, 3);
	is(netring_injector_flush(&inj), 0, "a dormant link takes frames");
	arrive(0, 3, "which arrive");
	must(net_down(NEAR), "the other end is down");
	live_sleep_ms(20);
	queue(3, 3);
	is(netring_injector_discard_pending(&inj), 3, "dropped");
	queue(6, 1);
	is(netring_injector_flush(&inj), -ENETDOWN, "without a carrier");
	is(netring_injector_close(&inj), 1, "close");
	must(net_up(NEAR), "up");
	must(net_dormant(FAR, 0), "no more");
	spy_flush(spy, 10);
}

/* Discarded while some are reserved already: these go on as usual. */
static void discard_in_ring(void)
{
	struct netring_frame f;
	uint32_t i, slots;

	open_it(0, 65536);
	slots = netring_injector_geometry(&inj)->frame_count;
	for (i = 0; i < 5; i++) {
		must(net_down(FAR), "down");
		queue(0, slots);
		is(netring_injector_reserve(&inj, &f), -EAGAIN,
		   "full, round %u", i);
		is(netring_injector_flush(&inj), -ENETDOWN, "down");
		is(netring_injector_discard_pending(&inj), slots, "dropped");
		up();
		queue(1000, slots / 2 + 1);
		is(netring_injector_flush(&inj), 0, "up");
		arrive(1000, slots / 2 + 1, "new ones");
	}
	netring_injector_close(&inj);
}

/* A full ring on a downed link: send() gives up at its deadline. */
static void send_deadline(void)
{
	struct netring_injector_stats before, after;
	uint8_t frame[100];
	int64_t start;
	uint32_t slots;

	open_it(0, 65536);
	slots = netring_injector_geometry(&inj)->frame_count;
	must(net_down(FAR), "down");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	is(netring_injector_send(&inj, frame, sizeof(frame), 0), 0,
	   "send on a downed link, not full: queued");
	queue(1, slots - 1);
	netring_injector_read_stats(&inj, &before);
	start = live_start_ms();
	is(netring_injector_send(&inj, frame, sizeof(frame), 0), -ENETDOWN,
	   "full, no waiting");
	between(netring_clock_ms() - start, 0, live_late_ms(), "at once, ms");
	start = live_start_ms();
	is(netring_injector_send(&inj, frame, sizeof(frame), start + 100),
	   -ENETDOWN, "full, 100 ms");
	between(netring_clock_ms() - start, 100, 100 + live_late_ms(),
		"its deadline, ms");
	netring_injector_read_stats(&inj, &after);
	is((long long)(after.queued - before.queued), 0, "nothing was queued");
	up();
	wire_frame(frame, sizeof(frame), WIRE_TYPE, slots);
	is(netring_injector_send(&inj, frame, sizeof(frame),
				 netring_clock_ms() + 500),
	   0, "up: room again");
	is(netring_injector_drain(&inj, netring_clock_ms() + 500), 0, "drain");
	arrive(0, slots + 1, "all that was queued");
	netring_injector_close(&inj);
}

static void removed(void)
{
	uint8_t frame[100];
	int r;

	open_it(0, 0);
	queue(0, 3);
	netring_injector_flush(&inj);
	arrive(0, 3, "before");
	close(spy);
	must(net_delete(FAR), "delete");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 3);
	r = netring_injector_queue(&inj, frame, sizeof(frame), 0);
	is(r, 0, "the interface is gone: queued");
	is(netring_injector_flush(&inj), -ENODEV, "flush");
	is(netring_injector_flush(&inj), -ENODEV, "again");
	is(netring_injector_send(&inj, frame, sizeof(frame), 0), -ENODEV,
	   "send");
	is(netring_injector_drain(&inj, netring_clock_ms() + 50), -ENODEV,
	   "drain");
	is(netring_injector_rebind(&inj), -ENODEV, "nothing to bind to");
	is(inj.step, NETRING_STEP_INTERFACE, "step");
	is(netring_injector_discard_pending(&inj), 2, "drop what was queued");
	live_wire();
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	is(netring_injector_flush(&inj), -ENODEV, "made again, not yet bound");
	is(netring_injector_rebind(&inj), 0, "rebind");
	live_sleep_ms(10);
	queue(50, 10);
	is(netring_injector_drain(&inj, netring_clock_ms() + 500), 0, "drain");
	arrive(50, 10, "frames after rebind");
	is(netring_injector_close(&inj), 0, "close");
}

static void open_when_down(void)
{
	must(net_down(FAR), "down");
	open_it(0, 0);
	queue(0, 2);
	is(netring_injector_flush(&inj), -ENETDOWN, "opened when it was down");
	up();
	is(netring_injector_flush(&inj), 0, "up");
	arrive(0, 2, "they arrive");
	netring_injector_close(&inj);
}

int main(void)
{
	static const uint32_t flags[] = { 0, NETRING_INJECTOR_QDISC_BYPASS,
					  NETRING_INJECTOR_TIMESTAMP };
	int i;

	live_begin();
	live_wire();
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	for (i = 0; i < 3; i++) {
		down_discard(flags[i]);
		down_keep(flags[i]);
		no_carrier(flags[i]);
	}
	dormant();
	discard_in_ring();
	send_deadline();
	open_when_down();
	removed();
	return done_testing();
}
