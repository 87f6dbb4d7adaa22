/* SPDX-License-Identifier: MIT */
/* test_link.c - the interface goes down, up, away, and comes back. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000

static int send_one(void)
{
	return wire_burst(&(struct wire_flood){
		.interface = FAR, .count = 1, .length = 100, .direct = 1 });
}

static void one_comes(struct netring_capture *cap, const char *when)
{
	struct tally t = { 0 };

	must(send_one(), "send");
	tally_batches(&t, cap, 1, 500);
	is(t.numbered, 1, "%s: a packet comes", when);
}

/* What wait() says within a second, and how often. */
struct told {
	int timeout, packets, link_down, gone, other;
	long sleeps;
	int64_t cpu_us;
};

static struct told listen(struct netring_capture *cap, int ms, int slice)
{
	int64_t end = netring_clock_ms() + ms, now;
	struct netring_batch batch;
	struct told t;
	int r;

	memset(&t, 0, sizeof(t));
	t.sleeps = live_sleeps();
	t.cpu_us = live_cpu_us();
	while ((now = netring_clock_ms()) < end && t.gone < 100 &&
	       t.link_down < 100) {
		r = netring_capture_wait(
			cap, (int)(end - now < slice ? end - now : slice));
		switch (r) {
		case NETRING_EVENT_TIMEOUT:
			t.timeout++;
			break;
		case NETRING_EVENT_PACKETS:
			t.packets++;
			if (netring_capture_next(cap, &batch))
				netring_capture_release(cap);
			break;
		case NETRING_EVENT_LINK_DOWN:
			t.link_down++;
			break;
		case -ENODEV:
			t.gone++;
			break;
		default:
			t.other++;
			break;
		}
	}
	t.sleeps = live_sleeps() - t.sleeps;
	t.cpu_us = live_cpu_us() - t.cpu_us;
	return t;
}

static void down_and_up(uint32_t flags)
{
	struct netring_capture cap;
	struct netring_packet pkt;
	struct told t;
	int64_t start;

	diag("%s: down and up", mode_name(flags));
	live_open(&cap,
		  &(struct netring_capture_config){ .interface = NEAR,
						    .flags = flags,
						    .protocol = WIRE_TYPE });
	one_comes(&cap, "up");
	must(net_down(NEAR), "down");
	t = listen(&cap, SECOND, SECOND);
	is(t.link_down, 1, "down is told once");
	is(t.gone + t.other + t.packets, 0, "and nothing else");
	between(t.sleeps, 0, 10, "without a spin: sleeps");
	between(t.cpu_us, 0, 1000 * live_slack_ms(), "and processor time, us");
	start = live_start_ms();
	is(netring_capture_receive(&cap, &pkt, start + 300), 0,
	   "receive() waits on");
	between(netring_clock_ms() - start, 299, 300 + live_late_ms(),
		"until its deadline");
	must(net_up(NEAR), "up");
	one_comes(&cap, "up again");
	must(net_down(NEAR), "down");
	t = listen(&cap, 100, 100);
	is(t.link_down, 1, "down is told again");
	must(net_up(NEAR), "up");
	one_comes(&cap, "and up");

	must(net_down(FAR), "the far end down");
	t = listen(&cap, 200, 200);
	is(t.link_down + t.gone + t.other, 0, "no carrier is not down");
	must(net_up(FAR), "up");
	one_comes(&cap, "far end up again");
	netring_capture_close(&cap);
}

static void open_when_down(uint32_t flags)
{
	struct netring_capture cap;
	struct told t;

	must(net_down(NEAR), "down");
	is(netring_capture_open(&cap,
				&(struct netring_capture_config){
					.interface = NEAR, .flags = flags }),
	   0, "%s: open on an interface that is down", mode_name(flags));
	t = listen(&cap, 300, 300);
	is(t.link_down, 1, "which it tells once");
	must(net_up(NEAR), "up");
	one_comes(&cap, "up");
	netring_capture_close(&cap);
}

static void rename_it(uint32_t flags)
{
	struct netring_capture cap;
	struct told t;

	live_open(&cap,
		  &(struct netring_capture_config){ .interface = NEAR,
						    .flags = flags,
						    .protocol = WIRE_TYPE });
	must(net_down(NEAR), "down");
	must(net_rename(NEAR, "other"), "rename");
	must(net_up("other"), "up");
	is(listen(&cap, 50, 50).link_down, 1, "%s: down, renamed, up: told",
	   mode_name(flags));
	/* it is known to be up: nobody looks at it every so often any more */
	t = listen(&cap, 2200, 2200);
	is(t.timeout, 1, "nothing to tell of the renamed one");
	is(t.link_down + t.gone + t.other + t.packets, 0, "at all");
	between(t.sleeps, 0, 2, "a single sleep");
	one_comes(&cap, "renamed");
	must(net_down("other"), "down");
	must(net_rename("other", NEAR), "rename");
	must(net_up(NEAR), "up");
	listen(&cap, 50, 50);
	one_comes(&cap, "renamed back");
	netring_capture_close(&cap);
}

/* Another interface takes the name, and is up: it is not the one. */
static void name_taken(uint32_t flags)
{
	struct netring_capture cap;
	struct told t;
	int64_t start;
	int r;

	live_open(&cap,
		  &(struct netring_capture_config){ .interface = NEAR,
						    .flags = flags,
						    .protocol = WIRE_TYPE });
	must(net_down(NEAR), "down");
	is(listen(&cap, 50, 50).link_down, 1, "%s: down", mode_name(flags));
	must(net_rename(NEAR, "other"), "rename");
	must(net_veth(NEAR, "another"), "the name goes to another");
	must(net_up(NEAR), "which is up");
	must(net_up("another"), "at both ends");
	t = listen(&cap, 100, 100);
	is(t.link_down + t.gone + t.other + t.packets, 0, "nothing to tell");

	must(net_up("other"), "ours is up again");
	one_comes(&cap, "and heard by its new name");

	must(net_down("other"), "down");
	is(listen(&cap, 50, 50).link_down, 1, "down is told");
	must(net_delete("other"), "delete");
	start = netring_clock_ms();
	r = netring_capture_wait(&cap, 5 * SECOND);
	is(r, -ENODEV, "gone, though the name is there and up");
	between(netring_clock_ms() - start, 0, SECOND, "told within a second");
	netring_capture_close(&cap);
	must(net_delete(NEAR), "delete the other");
	live_wire();
}

/* After a link went down its removal makes no event. */
static void down_then_delete(uint32_t flags)
{
	struct netring_capture cap;
	struct told t;
	int64_t start;

	live_open(&cap, &(struct netring_capture_config){ .interface = NEAR,
							  .flags = flags });
	must(net_down(NEAR), "down");
	t = listen(&cap, 50, 50);
	is(t.link_down, 1, "%s, down then delete: down", mode_name(flags));
	must(net_delete(NEAR), "delete");
	start = netring_clock_ms();
	is(netring_capture_wait(&cap, NETRING_FOREVER), -ENODEV, "gone");
	between(netring_clock_ms() - start, 0, SECOND, "told within a second");
	is(netring_capture_wait(&cap, SECOND), -ENODEV, "told again");
	is(netring_capture_rebind(&cap), -ENODEV, "nothing to bind to yet");
	is(cap.step, NETRING_STEP_INTERFACE, "step");
	netring_capture_close(&cap);
	live_wire();
}

/* In the middle of a wait, by somebody else. */
static void delete_and_make_again(uint32_t flags)
{
	struct netring_capture_stats before, total = { 0 };
	struct netring_capture cap;
	struct netring_packet pkt;
	int64_t start;
	uint8_t *ring, *end;
	pid_t pid;
	int r, downs = 0;

	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.flags = flags | NETRING_CAPTURE_PROMISC,
				.memory = 256 * 1024 });
	one_comes(&cap, "before");
	must(send_one(), "send");
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 500), 1,
	   "%s: a packet", mode_name(flags));
	ring = pkt.data - 256 * 1024;
	end = pkt.data + 256 * 1024;
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 10), 0,
	   "one");
	netring_capture_read_stats(&cap, &before, NULL);

	pid = fork();
	if (!pid) {
		live_sleep_ms(100);
		_exit(-net_delete(NEAR));
	}
	start = netring_clock_ms();
	while ((r = netring_capture_wait(&cap, NETRING_FOREVER)) >= 0)
		downs += r == NETRING_EVENT_LINK_DOWN;
	is(r, -ENODEV, "deleted during a wait: gone");
	between(downs, 0, 1, "down at most once before");
	between(netring_clock_ms() - start, 90, 100 + SECOND,
		"within a second");
	wire_wait(pid);
	is(netring_capture_receive(&cap, &pkt, NETRING_FOREVER), -ENODEV,
	   "receive() says so too");
	is(netring_capture_rebind(&cap), -ENODEV, "nothing to bind to yet");
	is(netring_capture_wait(&cap, 0), -ENODEV, "gone still");

	live_wire();
	is(netring_capture_wait(&cap, 0), -ENODEV, "until bound again");
	is(netring_capture_rebind(&cap), 0, "rebind");
	is(netring_capture_ifindex(&cap), net_index(NEAR), "to the new one");
	is(net_promiscuity(NEAR), 1, "which is promiscuous again");
	r = netring_capture_wait(&cap, 50);
	is(r, NETRING_EVENT_TIMEOUT, "quiet at first");
	must(send_one(), "send");
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 500), 1,
	   "a packet comes");
	is(wire_number(pkt.data, pkt.len), 0, "its bytes are right");
	ok(pkt.data > ring && pkt.data < end, "in the same ring");
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 10), 0,
	   "one");
	netring_capture_read_stats(&cap, &total, NULL);
	is((long long)total.received, (long long)before.received + 1,
	   "and the counters went on");
	must(net_down(NEAR), "down");
	is(listen(&cap, 50, 50).link_down, 1, "down is told there too");
	must(net_up(NEAR), "up");
	one_comes(&cap, "and up");
	netring_capture_close(&cap);
}

/* Before anybody has looked: the old one's error is not the new one's. */
static void rebind_at_once(uint32_t flags)
{
	struct netring_capture cap;

	live_open(&cap, &(struct netring_capture_config){ .interface = NEAR,
							  .flags = flags });
	must(net_delete(NEAR), "delete");
	live_wire();
	is(netring_capture_rebind(&cap), 0, "%s: rebind before any wait",
	   mode_name(flags));
	is(netring_capture_wait(&cap, 50), NETRING_EVENT_TIMEOUT, "quiet");
	one_comes(&cap, "bound again");
	netring_capture_close(&cap);
}

int main(void)
{
	int i;

	live_begin();
	live_wire();
	for (i = 0; i < MODES; i++) {
		down_and_up(mode_flags[i]);
		open_when_down(mode_flags[i]);
		rename_it(mode_flags[i]);
		name_taken(mode_flags[i]);
		down_then_delete(mode_flags[i]);
		delete_and_make_again(mode_flags[i]);
		rebind_at_once(mode_flags[i]);
	}
	return done_testing();
}
