/* SPDX-License-Identifier: MIT */
/* test_inject_ring.c - a full ring, round and round, and one with one slot. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int spy;

static uint32_t slots_of(const struct netring_injector *inj)
{
	return netring_injector_geometry(inj)->frame_count;
}

static int reserve_fill(struct netring_injector *inj, uint32_t number,
			uint32_t length)
{
	struct netring_frame f;
	int r = netring_injector_reserve(inj, &f);

	if (r < 0)
		return r;
	wire_frame(f.data, length, WIRE_TYPE, number);
	return netring_injector_commit(inj, &f, length);
}

/* Each ring: until it is full, then again and again, ten times round. */
static void rounds(const struct netring_injector_config *cfg, const char *what)
{
	uint32_t i, number = 0, slots, flushed = 0;
	struct netring_injector inj;
	struct netring_injector_stats s;
	struct spied seen = { 0 };
	struct netring_frame f;
	int r;

	r = netring_injector_open(&inj, cfg);
	must(r, "open (%s)", netring_step_name(inj.step));
	slots = slots_of(&inj);
	diag("%s: %u slots of %u in blocks of %u", what, slots,
	     netring_injector_geometry(&inj)->frame_size,
	     netring_injector_geometry(&inj)->block_size);
	for (i = 0; i < slots && r == 0; i++)
		r = reserve_fill(&inj, i, 60 + i % 900);
	number = i;
	is(r, 0, "every slot can be reserved");
	is(netring_injector_reserve(&inj, &f), -EAGAIN, "then it is full");
	is(netring_injector_reserve(&inj, &f), -EAGAIN, "and still is");
	is(netring_injector_pending(&inj), slots, "all are pending");
	ok(spy_quiet(spy, 1), "nothing leaves without a flush");
	is(netring_injector_flush(&inj), 0, "flush");
	spy_count(spy, &seen, number, 500);
	while (number < 10 * slots + slots / 2 + 1) {
		r = reserve_fill(&inj, number, 60 + number % 900);
		if (r == -EAGAIN) {
			netring_injector_flush(&inj);
			spy_count(spy, &seen, number, 500);
			flushed++;
			continue;
		}
		must(r, "commit");
		number++;
	}
	is(netring_injector_drain(&inj, netring_clock_ms() + 500), 0, "drain");
	spy_count(spy, &seen, number, 500);
	spied_ok(&seen, number, "ten times round");
	ok(flushed >= 9 && spy_quiet(spy, 1), "full %u times", flushed);
	netring_injector_read_stats(&inj, &s);
	is((long long)s.accepted, number, "accepted");
	is(netring_injector_close(&inj), 0, "none is lost by close");
}

/* A frame in flight is its pages: refilled, it must not change. */
static void overwrite(uint32_t flags)
{
	struct netring_injector_config cfg = { .interface = FAR,
					       .flags = flags,
					       .block_count = 1 };
	uint8_t want[1000], other[1000];
	struct netring_injector inj;
	int i, r, tries, good = 1;

	cfg.block_size = cfg.frame_size = (uint32_t)sysconf(_SC_PAGESIZE);
	r = netring_injector_open(&inj, &cfg);
	must(r, "open (%s)", netring_step_name(inj.step));
	is(slots_of(&inj), 1, "one slot");
	memset(want, 'a', sizeof(want));
	memset(other, 'b', sizeof(other));
	wire_put16(want + 12, WIRE_TYPE);
	wire_put16(other + 12, WIRE_TYPE);
	for (i = 0; i < 500 && good; i++) {
		struct netring_frame f;

		must(netring_injector_send(&inj, want, sizeof(want), 0),
		     "send a");
		for (tries = 0; tries < 100000; tries++) {
			r = netring_injector_reserve(&inj, &f);
			if (r != -EAGAIN)
				break;
			netring_injector_flush(&inj);
		}
		must(r, "reserve the same slot");
		memcpy(f.data, other, sizeof(other));
		must(netring_injector_commit(&inj, &f, sizeof(other)),
		     "commit");
		must(netring_injector_flush(&inj), "flush");
		good = spy_is(spy, want, sizeof(want)) &&
		       spy_is(spy, other, sizeof(other));
	}
	ok(good, "flags %x: \"a\" then \"b\", each whole", flags);
	netring_injector_close(&inj);
}

/* Bad ones among good ones, more than the ring has slots. */
static void bad_among_good(void)
{
	struct netring_injector_config cfg = { .interface = FAR,
					       .memory = 65536 };
	uint32_t number = 0, bad = 0, i;
	struct netring_injector_stats s;
	struct netring_injector inj;
	struct spied seen = { 0 };
	struct netring_frame f;

	must(netring_injector_open(&inj, &cfg), "open");
	for (i = 0; i < 3000; i++) {
		while (netring_injector_reserve(&inj, &f) == -EAGAIN) {
			netring_injector_flush(&inj);
			spy_count(spy, &seen, number, 500);
		}
		if (i % 3 == 1) {
			bad += netring_injector_commit(&inj, &f, 1600) ==
			       -EMSGSIZE;
		} else if (i % 7 == 2) {
			bad += netring_injector_commit(&inj, &f, 5) == -EINVAL;
		} else {
			wire_frame(f.data, 100, WIRE_TYPE, number++);
			must(netring_injector_commit(&inj, &f, 100), "commit");
		}
	}
	is(netring_injector_drain(&inj, netring_clock_ms() + 500), 0, "drain");
	spy_count(spy, &seen, number, 500);
	spied_ok(&seen, number, "bad frames among them");
	ok(bad == 3000 - number && spy_quiet(spy, 5), "%u were refused", bad);
	netring_injector_read_stats(&inj, &s);
	is((long long)(s.too_long + s.too_short), bad, "and counted");
	netring_injector_close(&inj);
}

/* The kernel does not let go of what it has not sent; close tells. */
static void close_tells(void)
{
	struct netring_injector inj;
	struct netring_frame f;
	int i;

	must(netring_injector_open(
		     &inj,
		     &(struct netring_injector_config){ .interface = FAR }),
	     "open");
	for (i = 0; i < 7; i++)
		must(reserve_fill(&inj, (uint32_t)i, 60), "commit");
	must(netring_injector_reserve(&inj, &f), "reserve");
	must(netring_injector_reserve(&inj, &f), "reserve");
	netring_injector_discard(&inj, &f);
	is(netring_injector_close(&inj), 7, "close: 7 were never handed over");
	ok(spy_quiet(spy, 20), "indeed");
	is(netring_injector_close(&inj), 0, "close again");
}

/* A slot that is discarded behind a later one is no packet, of no bytes. */
static void hole_in_tun(void)
{
	struct netring_injector_config cfg = { .interface = "tun7" };
	struct netring_injector tun;
	struct netring_frame frames[2];
	uint8_t bytes[2000];
	struct port_counters counters;
	int fd = net_tun("tun7"), ours = 0;
	ssize_t r;

	if (fd < 0) {
		skip(lacking(fd) ? lacking(fd) : strerror(-fd), "tun");
		return;
	}
	must(net_up("tun7"), "up");
	must(netring_injector_open(&tun, &cfg), "open on tun");
	must(netring_injector_reserve(&tun, &frames[0]), "reserve");
	must(netring_injector_reserve(&tun, &frames[1]), "reserve");
	memset(frames[1].data, 0x45, 60);
	netring_injector_discard(&tun, &frames[0]);
	is(netring_injector_commit(&tun, &frames[1], 60), 0, "commit");
	is(netring_injector_drain(&tun, netring_clock_ms() + 1000), 0, "drain");
	must(fcntl(fd, F_SETFL, O_NONBLOCK), "no waiting");
	/* the kernel's own, of IPv6, may be among them */
	while ((r = read(fd, bytes, sizeof(bytes))) >= 0)
		ours += r == 60 && bytes[0] == 0x45 && bytes[59] == 0x45;
	must(port_counters("tun7", &counters), "counters");
	is(ours, 1, "tun: the frame behind a hole");
	is((long long)counters.tx_dropped, 0, "and no empty one to drop");
	netring_injector_close(&tun);
	close(fd);
}

int main(void)
{
	struct netring_injector_config cfg = { .interface = FAR };
	uint32_t page = (uint32_t)sysconf(_SC_PAGESIZE);

	live_begin();
	live_wire();
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	rounds(&cfg, "default");
	cfg.flags = NETRING_INJECTOR_QDISC_BYPASS;
	rounds(&cfg, "bypass");
	cfg.flags = 0;
	cfg.block_size = 4 * page;
	cfg.block_count = 3;
	cfg.frame_size = 1072;
	rounds(&cfg, "slots that do not divide a block");
	cfg.block_size = page;
	cfg.block_count = 5;
	cfg.frame_size = page / 2 + 16;
	rounds(&cfg, "a block with one slot and a rest");
	cfg.block_count = 1;
	cfg.frame_size = page;
	rounds(&cfg, "one slot");
	cfg.block_size = 2 * page;
	rounds(&cfg, "two slots");
	overwrite(0);
	overwrite(NETRING_INJECTOR_QDISC_BYPASS);
	bad_among_good();
	close_tells();
	hole_in_tun();
	return done_testing();
}
