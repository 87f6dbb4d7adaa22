/* SPDX-License-Identifier: MIT */
/* test_inject_stamps.c - when a frame left, and which one it was. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MOST 256

static struct netring_injector inj;
static int spy;
static int64_t started;
static uint32_t sent[MOST]; /* the numbers of the frames that are to leave */
static uint32_t count;

static void open_it(uint32_t flags, uint32_t memory)
{
	int r = netring_injector_open(
		&inj, &(struct netring_injector_config){
			      .interface = FAR,
			      .flags = NETRING_INJECTOR_TIMESTAMP | flags,
			      .memory = memory });

	must(r, "open (%s)", netring_step_name(inj.step));
	count = 0;
	started = live_real_us();
}

/* Reserve, and commit or not; returns 0 or -EAGAIN. */
static int queue(uint32_t length, int discard)
{
	struct netring_frame f;
	int r = netring_injector_reserve(&inj, &f);

	if (r < 0)
		return r;
	wire_frame(f.data, length, WIRE_TYPE, f.number);
	if (discard) {
		netring_injector_discard(&inj, &f);
		return 0;
	}
	r = netring_injector_commit(&inj, &f, length);
	if (r >= 0)
		sent[count++] = f.number;
	return r;
}

/* Stamps of all that left, each once, in order, of a time since the start. */
static void all_stamped(const char *what)
{
	struct netring_tx_timestamp stamp;
	int64_t us, before = started - 1;
	uint32_t n = 0;
	int r, numbers = 1, times = 1, soft = 1;

	while ((r = netring_injector_read_timestamp(&inj, &stamp)) == 1) {
		if (n >= count || stamp.frame != sent[n]) {
			if (numbers)
				diag("  stamp %u is of frame %u, not %u", n,
				     stamp.frame, n < count ? sent[n] : 0);
			numbers = 0;
		}
		us = (int64_t)stamp.sec * 1000000 + stamp.nsec / 1000;
		times = times && us >= before && us <= live_real_us();
		before = us;
		soft = soft && stamp.flags == NETRING_PACKET_TIME_SOFTWARE;
		n++;
	}
	is(r, 0, "%s: read all", what);
	is(n, count, "a stamp for each frame");
	ok(numbers, "with its number");
	ok(times, "of the time at which it was sent");
	ok(soft, "by software");
}

static void plain(uint32_t flags)
{
	struct netring_tx_timestamp stamp;
	int i;

	open_it(flags, 0);
	is(netring_injector_read_timestamp(&inj, &stamp), 0, "none yet");
	for (i = 0; i < 5; i++) {
		must(queue(100, 0), "queue");
		must(netring_injector_flush(&inj), "flush");
	}
	all_stamped("one at a time");
	count = 0;
	for (i = 0; i < 50; i++)
		must(queue(100, 0), "queue");
	is(netring_injector_flush(&inj), 0, "flush");
	all_stamped("fifty at once");
	netring_injector_close(&inj);
	spy_flush(spy, 5);
}

/* Slots that are given up have numbers too, which no stamp has. */
static void discards(uint32_t flags)
{
	int i;

	open_it(flags, 0);
	for (i = 0; i < 60; i++) {
		must(queue(100, i % 5 == 2), "queue");
		if (i % 20 == 19) {
			is(netring_injector_drain(&inj,
						  netring_clock_ms() + 100),
			   0, "drain");
			all_stamped("some discarded");
			count = 0;
		}
	}
	(void)queue(5, 0);
	(void)queue(1600, 0);
	must(queue(100, 0), "queue");
	is(netring_injector_drain(&inj, netring_clock_ms() + 100), 0, "drain");
	all_stamped("behind two that were refused");
	netring_injector_close(&inj);
	spy_flush(spy, 5);
}

/* Gaps that are committed late, with discards in the middle of a flush. */
static void gaps(uint32_t flags)
{
	struct netring_frame f[6];
	int i, round;

	open_it(flags, 65536);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < 6; i++)
			must(netring_injector_reserve(&inj, &f[i]), "reserve");
		for (i = 5; i >= 0; i--) {
			netring_injector_flush(&inj);
			if (i == 1 || i == 2) {
				netring_injector_discard(&inj, &f[i]);
				continue;
			}
			wire_frame(f[i].data, 100, WIRE_TYPE, f[i].number);
			must(netring_injector_commit(&inj, &f[i], 100),
			     "commit");
		}
		for (i = 0; i < 6; i++)
			if (i != 1 && i != 2)
				sent[count++] = f[i].number;
		must(netring_injector_flush(&inj), "flush");
	}
	all_stamped("discarded between two others");
	netring_injector_close(&inj);
	spy_flush(spy, 5);
}

/* Links that were down, and frames dropped there. */
static void link_down(uint32_t flags)
{
	int i;

	open_it(flags, 0);
	for (i = 0; i < 5; i++)
		must(queue(100, 0), "queue");
	is(netring_injector_flush(&inj), 0, "flush");
	must(net_down(FAR), "down");
	for (i = 0; i < 5; i++)
		must(queue(100, 0), "queue");
	is(netring_injector_flush(&inj), -ENETDOWN, "down");
	is(netring_injector_discard_pending(&inj), 5, "dropped");
	count -= 5;
	must(net_up(FAR), "up");
	live_sleep_ms(20);
	for (i = 0; i < 5; i++)
		must(queue(100, 0), "queue");
	is(netring_injector_drain(&inj, netring_clock_ms() + 100), 0, "drain");
	all_stamped("over a link that was down");
	netring_injector_close(&inj);
	spy_flush(spy, 5);
}

/* A queue that refuses some: these are tried again, and count once. Some of
 * what it refused is given up in between: the others have their numbers still.
 */
static void retries(uint32_t flags, int give_up)
{
	struct netring_injector_stats s;
	struct netring_tx_timestamp stamp;
	uint32_t n = 0, right = 0;
	int64_t end;
	int i, r = port_tbf(FAR, 16000, 2000, 1600);

	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r), "tbf");
		return;
	}
	open_it(flags, 65536);
	for (i = 0; i < 15; i++)
		must(queue(500, 0), "queue");
	for (i = 0; i < 5; i++)
		netring_injector_flush(&inj);
	if (give_up)
		count -= (uint32_t)netring_injector_discard_pending(&inj);
	for (i = 0; i < 10; i++)
		must(queue(500, 0), "queue");
	end = netring_clock_ms() + 3000;
	while (n < count && netring_clock_ms() < end) {
		netring_injector_flush(&inj);
		live_sleep_ms(3);
		while (netring_injector_read_timestamp(&inj, &stamp) == 1) {
			if (n < count && stamp.frame != sent[n] && n == right)
				diag("  stamp %u is of frame %u, not %u", n,
				     stamp.frame, sent[n]);
			right += n < count && stamp.frame == sent[n];
			n++;
		}
	}
	netring_injector_read_stats(&inj, &s);
	ok(s.retried > 10, "tbf, %s: %llu retries",
	   give_up ? "some given up" : "all sent",
	   (unsigned long long)s.retried);
	is(n, count, "a stamp for each frame");
	is(right, count, "with its number");
	netring_injector_close(&inj);
	must(port_no_qdisc(FAR), "no tbf any more");
	spy_flush(spy, 5);
}

int main(void)
{
	static const uint32_t flags[] = { 0, NETRING_INJECTOR_VNET_HDR,
					  NETRING_INJECTOR_QDISC_BYPASS };
	int i;

	live_begin();
	live_wire();
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	for (i = 0; i < 3; i++) {
		diag("flags %x", flags[i]);
		plain(flags[i]);
		discards(flags[i]);
		gaps(flags[i]);
		link_down(flags[i]);
	}
	for (i = 0; i < 2; i++) {
		retries(flags[i], 0);
		retries(flags[i], 1);
	}
	return done_testing();
}
