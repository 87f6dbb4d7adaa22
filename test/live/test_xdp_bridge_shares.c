/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_shares.c - AF_XDP: no queue of a bridge's port starves. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"
#include "xdp_end.h"
#include "xdp_hosts.h"

#include <string.h>
#include <unistd.h>

#define QUEUES 4u
#define BUDGET 8u
#define LOT 100u
#define LONG 200u
#define NEAR_PORT "q0" /* a veth of four queues, joined to p1, */
#define FAR_END "q1"   /* and where its frames come from */

NETRING_UMEM_AREA(far, 1024, 2048);
static struct netring_umem far_umem;
static struct netring_xdp senders[QUEUES], more[QUEUES];
static struct netring_xdp_bridge br;
static struct hosts h;
static long before_long;
static int long_came;

static enum netring_verdict filter(void *user, struct netring_packet *pkt,
				   int direction)
{
	(void)user;
	if (direction)
		return NETRING_VERDICT_FORWARD;
	long_came |= pkt->len == LONG;
	before_long += !long_came;
	return NETRING_VERDICT_FORWARD;
}

static struct netring_xdp_bridge_config config(uint32_t rx_frames)
{
	struct netring_xdp_bridge_config cfg =
		xdp_hosts_config(NETRING_XDP_NATIVE, 0);

	cfg.interface[0] = NEAR_PORT;
	cfg.budget = BUDGET;
	cfg.filter = filter;
	cfg.port[0].more = more;
	cfg.port[0].more_count = QUEUES - 1;
	cfg.port[0].rx_frames = rx_frames;
	return cfg;
}

/* What leaves by a queue of FAR_END comes in by the same of NEAR_PORT. */
static void open_senders(void)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(far),
					      .frame_size = 2048 };
	struct netring_xdp_config cfg = { .interface = FAR_END,
					  .umem = &far_umem,
					  .mode = NETRING_XDP_TX,
					  .tx_frames = 1024 / QUEUES };

	must(netring_umem_init(&far_umem, &memory), "memory");
	for (cfg.queue = 0; cfg.queue < QUEUES; cfg.queue++)
		must(netring_xdp_open(&senders[cfg.queue], &cfg), "a sender");
}

static void close_senders(void)
{
	uint32_t i;

	for (i = 0; i < QUEUES; i++)
		netring_xdp_close(&senders[i]);
}

static void send_on(uint32_t queue, uint32_t first, uint32_t count)
{
	is(xdp_queue(&senders[queue], first, count, 100), count,
	   "queue %u: frames from %u on", queue, first);
	must(netring_xdp_tx_drain(&senders[queue].tx,
				  netring_clock_ms() + 5000),
	     "drain");
}

/* One that always has more than the budget, and another with one frame. */
static void busy(void)
{
	struct netring_xdp_bridge_config cfg = config(0);
	struct spied seen = { 0 };

	xdp_hosts_open(&br, &cfg);
	is(br.joined[0], QUEUES, "all queues");
	open_senders();
	before_long = 0;
	send_on(0, 1, LOT);
	is(xdp_queue(&senders[1], 0, 1, LONG), 1, "one on another queue");
	must(netring_xdp_tx_drain(&senders[1].tx, netring_clock_ms() + 5000),
	     "drain");
	(void)xdp_hosts_pump(&br, 10);
	between(before_long, 0, BUDGET * QUEUES,
		"frames of the busy queue before the one of the other");
	spy_count(h.spy[1], &seen, LOT + 1, 100);
	is(seen.frames, LOT + 1, "and all arrive");
	close_senders();
	xdp_hosts_close(&br, "busy");
}

/* Fewer frames than queues: each has one. */
static void few(void)
{
	struct netring_xdp_bridge_config cfg = config(QUEUES - 1);
	struct spied seen = { 0 };
	uint32_t i, n;

	xdp_hosts_open(&br, &cfg);
	is(br.joined[0], QUEUES, "all queues");
	open_senders();
	for (n = 0; n < 5; n++)
		for (i = 0; i < QUEUES; i++) {
			send_on(i, n * QUEUES + i, 1);
			xdp_hosts_take(&br, 1);
		}
	spy_count(h.spy[1], &seen, 5 * QUEUES, 100);
	is(seen.frames, 5 * QUEUES, "few frames: all arrive");
	close_senders();
	xdp_hosts_close(&br, "few");
}

/* Made again with one queue: that has all frames again. */
static void shrinks(void)
{
	struct netring_xdp_bridge_config cfg = config(0);
	int64_t end = netring_clock_ms() + 50 * live_slack_ms();

	xdp_hosts_open(&br, &cfg);
	is(br.port_[0].xdp.rx.most_, br.port_[0].config.rx_frames / QUEUES,
	   "one of four: a share");
	must(net_delete(NEAR_PORT), "away");
	while (br.joined[0] != 1 && netring_clock_ms() < end)
		(void)xdp_hosts_run_for(&br, 20);
	xdp_pair(NEAR_PORT, FAR_END, 1);
	while (br.port_[0].state && netring_clock_ms() < end)
		(void)xdp_hosts_run_for(&br, 20);
	(void)xdp_hosts_run_for(&br, 1100);
	is(br.queues[0], 1, "made again with one queue");
	is(br.port_[0].xdp.rx.most_, br.port_[0].config.rx_frames,
	   "which has all frames");
	xdp_hosts_close(&br, "shrinks");
}

/* What a queue that is taken may hold up the others for. */
static void retries(void)
{
	struct netring_xdp_bridge_config cfg = config(0);

	xdp_hosts_open(&br, &cfg);
	is(more[0].config_.retry_ms, br.port_[0].config.retry_ms,
	   "further queues have the same time to be let go of at open");
	ok(br.port_[0].xdp.config_.retry_ms != 0, "and less from now on");
	xdp_hosts_close(&br, "retries");
}

int main(void)
{
	struct netring_xdp_bridge_config cfg = xdp_hosts_config(0, 0);

	live_begin();
	hosts_begin(&h);
	xdp_hosts_open(&br, &cfg); /* or skips */
	netring_xdp_bridge_close(&br);
	if (!NETRING_CONFIG_XDP_GROUP)
		skip_all("not in this build", "more queues");
	xdp_pair(NEAR_PORT, FAR_END, QUEUES);
	if (port_queues(NEAR_PORT) < 0)
		skip_all("not told by this kernel",
			 "how many queues a veth has");
	busy();
	few();
	retries();
	shrinks();
	hosts_end(&h);
	return done_testing();
}
