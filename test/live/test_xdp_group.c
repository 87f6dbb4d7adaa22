/* SPDX-License-Identifier: MIT */
/* test_xdp_group.c - all queues of an interface, or the first few, in turn. */
#define _GNU_SOURCE
#include "rtnetlink.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "xdp_end.h"

#include <netring/xdp_group.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <linux/if_link.h>
#include <linux/veth.h>

#define QUEUES 4u
#define MANY "q0" /* a veth of four queues, and its far end */
#define PEER "q1"
#define LOT 32u

NETRING_UMEM_AREA(near, 1024, 2048);
NETRING_UMEM_AREA(far, 512, 2048);
static struct netring_umem umem, far_umem;
static struct netring_xdp sockets[QUEUES + 1], senders[QUEUES];
static struct pollfd fds[QUEUES + 1];
static struct netring_xdp_group group;
static struct netring_xdp_program program;

static int many_queues(void)
{
	struct netlink m;
	size_t info, data, other;

	netlink_begin(&m, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0);
	netlink_string(&m, IFLA_IFNAME, MANY);
	netlink_u32(&m, IFLA_NUM_TX_QUEUES, QUEUES);
	netlink_u32(&m, IFLA_NUM_RX_QUEUES, QUEUES);
	info = netlink_nest(&m, IFLA_LINKINFO);
	netlink_string(&m, IFLA_INFO_KIND, "veth");
	data = netlink_nest(&m, IFLA_INFO_DATA);
	other = netlink_nest(&m, VETH_INFO_PEER);
	netlink_room(&m, sizeof(struct ifinfomsg));
	netlink_string(&m, IFLA_IFNAME, PEER);
	netlink_u32(&m, IFLA_NUM_TX_QUEUES, QUEUES);
	netlink_u32(&m, IFLA_NUM_RX_QUEUES, QUEUES);
	netlink_end(&m, other);
	netlink_end(&m, data);
	netlink_end(&m, info);
	return netlink_send(&m);
}

/* A veth's frames come in on the queue that they went out on at the far end:
 * for an AF_XDP socket, its own. */
static void open_senders(void)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(far),
					      .frame_size = 2048 };
	struct netring_xdp_config cfg = { .interface = PEER,
					  .umem = &far_umem,
					  .mode = NETRING_XDP_TX,
					  .tx_frames = 512 / QUEUES };
	uint32_t i;

	must(netring_umem_init(&far_umem, &memory), "memory");
	for (i = 0; i < QUEUES; i++) {
		cfg.queue = i;
		must(netring_xdp_open(&senders[i], &cfg), "sender %u (%s)", i,
		     netring_step_name(senders[i].step));
	}
}

static void send_on(uint32_t queue, uint32_t first, uint32_t count)
{
	struct netring_xdp_tx *tx = &senders[queue].tx;

	is(xdp_queue(&senders[queue], first, count, 100), count,
	   "queue %u: frames from %u on", queue, first);
	must(netring_xdp_tx_drain(tx, netring_clock_ms() + xdp_patience()),
	     "drain");
}

static void open_group(uint32_t count, enum netring_xdp_mode mode)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(near),
					      .frame_size = 2048 };
	struct netring_xdp_program_config steer = { .interface = MANY };
	struct netring_xdp_group_config cfg = { .sockets = sockets,
						.fds = fds,
						.count = count };

	must(netring_umem_init(&umem, &memory), "memory");
	must(netring_xdp_program_open(&program, &steer), "program");
	cfg.socket.interface = MANY;
	cfg.socket.umem = &umem;
	cfg.socket.mode = mode;
	cfg.socket.flags = NETRING_XDP_PROMISC;
	cfg.socket.program = &program;
	must(netring_xdp_group_open(&group, &cfg), "group (%s)",
	     netring_step_name(group.step));
	must(netring_xdp_program_attach(&program), "attach");
	is(netring_xdp_program_attached(&program), NETRING_XDP_NATIVE,
	   "native");
}

static void close_group(void)
{
	netring_xdp_group_close(&group);
	netring_xdp_program_close(&program);
	is(xdp_frames(&umem, NETRING_UMEM_FREE), 1024, "all frames are free");
	is(net_promiscuity(MANY), 0, "not promiscuous any more");
	netring_xdp_group_close(&group); /* twice is allowed */
}

/* Batches, one socket each time: by queue in the order of their turns. */
static int take(struct tally *t, uint32_t *turns, int room, int all)
{
	struct netring_xdp_packet pkt;
	struct netring_packet packet;
	struct netring_xdp *xdp;
	uint32_t queue;
	int n = 0;

	memset(&packet, 0, sizeof(packet));
	while (n < room && (xdp = netring_xdp_group_next(&group))) {
		queue = (uint32_t)(xdp - sockets);
		turns[n++] = queue;
		while (netring_xdp_rx_packet(&xdp->rx, &pkt)) {
			packet.data = pkt.data;
			packet.len = pkt.len;
			tally_packet(&t[queue], &packet);
			if (!all)
				break;
		}
		netring_xdp_rx_release(&xdp->rx);
	}
	return n;
}

/* Until @want are there, or nothing comes, or what comes is not served. */
static void collect(struct tally *t, uint32_t want)
{
	uint32_t turns[4 * QUEUES], i, got = 0, tries = 0;

	while (got < want && tries++ < 1000 &&
	       netring_xdp_group_wait(&group, xdp_patience()) == 1) {
		take(t, turns, 4 * QUEUES, 1);
		for (got = i = 0; i < QUEUES; i++)
			got += t[i].numbered;
	}
}

static void counts(void)
{
	is(netring_xdp_queues(MANY), QUEUES, "queues of a veth of four");
	is(netring_xdp_queues(NEAR), 1, "of one");
	is(netring_xdp_queues("lo"), 1, "of one that does not tell");
	is(netring_xdp_queues("nosuch"), -ENODEV, "of none");
}

static void all_queues(void)
{
	struct tally t[QUEUES];
	uint32_t i;

	memset(t, 0, sizeof(t));
	open_group(QUEUES + 1, NETRING_XDP_RX);
	is(group.queues, QUEUES, "all: queues of the interface");
	is(group.count, QUEUES, "all have a socket, though 5 are allowed");
	is(net_promiscuity(MANY), QUEUES, "promiscuous");
	xdp_books(&umem, "open");
	for (i = 0; i < QUEUES; i++)
		is(netring_xdp_rx_fill(&sockets[i].rx), 0,
		   "queue %u has frames already", i);
	is(xdp_frames(&umem, NETRING_UMEM_FILL), 1024, "even shares, of all");
	is(netring_xdp_group_wait(&group, 0), 0, "quiet");
	is(netring_xdp_group_next(&group) == NULL, 1, "so it is");
	for (i = 0; i < QUEUES; i++)
		send_on(i, i * LOT, LOT);
	collect(t, QUEUES * LOT);
	for (i = 0; i < QUEUES; i++) {
		tally_ok(&t[i], LOT, "a queue");
		is(t[i].low, i * LOT, "its own");
	}
	close_group();
}

/* Each has plenty, and one has far more: nobody waits for it. */
static void in_turn(void)
{
	struct tally t[QUEUES];
	uint32_t turns[4 * QUEUES], i;
	int n, wrong = 0;

	memset(t, 0, sizeof(t));
	open_group(QUEUES, NETRING_XDP_BOTH);
	is(xdp_frames(&umem, NETRING_UMEM_FILL), 512, "even shares, of half");
	for (i = 0; i < QUEUES; i++)
		send_on(i, 0, i == 1 ? 3 * LOT : LOT);
	for (i = 0; i < QUEUES; i++) /* until all are there */
		while (netring_xdp_ring_seek(&sockets[i].rx.ring_, LOT) < LOT)
			live_sleep_ms(1);
	n = take(t, turns, 4 * QUEUES, 0);
	is(n, 4 * QUEUES, "batches");
	for (i = 0; i < 3 * QUEUES; i++)
		wrong += turns[i] == turns[i + 1] ||
			 turns[i] != turns[i + QUEUES];
	is(wrong, 0, "one queue after the other, four times over");
	for (i = 0; i < QUEUES; i++)
		is(t[i].numbered, 4, "queue %u: each time one", i);
	close_group();
}

/* Some have a socket; what comes in on the others goes to the stack. */
static void some_queues(uint32_t count)
{
	struct tally t[QUEUES];
	uint32_t i;
	struct spied stack = { 0 };
	int spy = must(spy_open(MANY, 0), "a look at the stack");

	memset(t, 0, sizeof(t));
	open_group(count, NETRING_XDP_RX);
	is(group.queues, QUEUES, "queues of the interface");
	is(group.count, count, "have a socket: %u of %u", count, QUEUES);
	spy_flush(spy, 0);
	for (i = 0; i < QUEUES; i++)
		send_on(i, i * LOT, LOT);
	collect(t, count * LOT);
	spy_count(spy, &stack, (QUEUES - count) * LOT, xdp_patience());
	spied_ok(&stack, (QUEUES - count) * LOT, "the other queues: the stack");
	ok(spy_quiet(spy, 1), "and no more");
	for (i = 0; i < count; i++)
		tally_ok(&t[i], LOT, "the socket's");
	close(spy);
	close_group();
}

static void refused(void)
{
	struct netring_xdp_group_config cfg = { .sockets = sockets,
						.fds = fds,
						.count = QUEUES };
	struct netring_xdp other;

	cfg.socket.umem = &umem;
	is(netring_xdp_group_open(&group, &cfg), -EINVAL, "no interface");
	is(group.step, NETRING_STEP_CONFIG, "step");
	cfg.socket.interface = "nosuch";
	is(netring_xdp_group_open(&group, &cfg), -ENODEV, "none of that name");
	is(group.step, NETRING_STEP_INTERFACE, "step");
	netring_xdp_group_close(&group);
	cfg.socket.interface = MANY;
	cfg.count = 0;
	is(netring_xdp_group_open(&group, &cfg), -EINVAL, "no sockets");

	/* a queue that someone has: the ones before it are given back */
	cfg.count = QUEUES;
	cfg.socket.retry_ms = 1;
	must(netring_xdp_open(
		     &other,
		     &(struct netring_xdp_config){ .interface = MANY,
						   .queue = 2,
						   .mode = NETRING_XDP_TX,
						   .umem = &far_umem }),
	     "a socket of its own on queue 2");
	cfg.socket.umem = &umem;
	is(netring_xdp_group_open(&group, &cfg), -EBUSY, "queue 2 is taken");
	is(group.step, NETRING_STEP_BIND, "step");
	is(group.count, 0, "no socket is left open");
	is(netring_xdp_fd(&sockets[0]), -1, "not the first");
	is(xdp_frames(&umem, NETRING_UMEM_FREE), 1024, "all frames are free");
	netring_xdp_close(&other);
	memset(&group, 0, sizeof(group));
	netring_xdp_group_close(&group);
}

/* Queues that come while the group is open: at the next look they are served. */
static void growing(void)
{
	struct tally t[QUEUES];
	uint32_t i;

	memset(t, 0, sizeof(t));
	must(port_set_queues(PEER, 1), "one queue");
	must(port_set_queues(MANY, 1), "one queue");
	open_group(QUEUES, NETRING_XDP_RX);
	is(group.count, 1, "one queue, one socket");
	must(port_set_queues(MANY, QUEUES), "more queues");
	must(port_set_queues(PEER, QUEUES), "more queues");
	is(netring_xdp_group_wait(&group, 0), 0, "not a second ago: no look");
	is(group.count, 1, "one socket still");
	live_sleep_ms(1000);
	is(netring_xdp_group_wait(&group, 0), 0, "a look");
	is(group.queues, QUEUES, "the queues are seen");
	is(group.count, QUEUES, "each has a socket");
	for (i = 0; i < QUEUES; i++)
		is(sockets[i].rx.most_, 1024 / QUEUES, "and its share");
	xdp_books(&umem, "grown");
	open_senders();
	for (i = 0; i < QUEUES; i++)
		send_on(i, i * LOT, LOT);
	collect(t, QUEUES * LOT);
	for (i = 0; i < QUEUES; i++)
		tally_ok(&t[i], LOT, "a queue");
	is(netring_xdp_group_look(&group), 0, "and another look");
	is(group.count, QUEUES, "changes nothing");
	close_group();
}

/* One link for all: told, and no spin. */
static void link_down(void)
{
	int64_t start;
	long sleeps;
	int r;

	open_group(QUEUES, NETRING_XDP_RX);
	must(net_down(MANY), "down");
	sleeps = live_sleeps();
	start = netring_clock_ms();
	r = netring_xdp_group_wait(&group, NETRING_FOREVER);
	is(r, -ENETDOWN, "down is told");
	between(netring_clock_ms() - start, 900, 1000 + 100 * live_slack_ms(),
		"after a second, ms");
	between(live_sleeps() - sleeps, 0, 10, "no spin: sleeps");
	must(net_up(MANY), "up");
	is(netring_xdp_group_wait(&group, 20), 0, "up: nothing to tell");
	must(net_delete(MANY), "delete");
	is(netring_xdp_group_wait(&group, NETRING_FOREVER), -ENODEV, "gone");
	netring_xdp_group_close(&group);
	netring_xdp_program_close(&program);
	is(xdp_frames(&umem, NETRING_UMEM_FREE), 1024, "all frames are free");
}

int main(void)
{
	uint32_t i;

	xdp_wire(1);
	port_quiet();
	must(many_queues(), "a veth of four queues");
	if (port_queues(MANY) < 0)
		skip_all("not told by this kernel",
			 "how many queues a veth has");
	must(net_up(MANY), "up");
	must(net_up(PEER), "up");
	growing();
	counts();
	all_queues();
	in_turn();
	some_queues(1);
	some_queues(3);
	refused();
	link_down();
	for (i = 0; i < QUEUES; i++)
		netring_xdp_close(&senders[i]);
	return done_testing();
}
