/* SPDX-License-Identifier: MIT */
/* role_calls.c - a life of each role: opened, every call once, closed. */
#include "role_calls.h"

#include "capture_open_cases.h"
#include "veth_pairs.h"
#include "xdp_open_cases.h"

#include <netring/bridge.h>
#include <netring/injector.h>
#include <netring/probe.h>
#include <netring/xdp_bridge.h>
#include <netring/xdp_group.h>

#define SOCKETS 2u

static const struct xdp_case plain = { "plain", 0, { .interface = "nra0" } };
static const uint8_t frame[60] = { 2, 0, 0, 0, 0, 2, [12] = 0x88, 0xb5 };

/* 0 or more, or an errno; and an open that failed tells where. */
static int sane(int r)
{
	if (r < -4095)
		fail_msg("%d is no result", r);
	return r;
}

static int opened(int r, enum netring_step step)
{
	sane(r);
	assert_int_equal(r < 0, step != NETRING_STEP_NONE);
	assert_string_not_equal(netring_step_name(step), "unknown");
	return r >= 0;
}

/*
 * A life of each role: opened, every call once, closed. What the calls return
 * is not foreseen here, only that they do, and that all is given back. The
 * result is the open's.
 */

static int capture(const struct netring_capture_config *cfg)
{
	struct netring_capture_stats stats;
	struct netring_capture cap;
	struct netring_packet pkt;
	int r = netring_capture_open(&cap, cfg);

	if (opened(r, cap.step)) {
		wrap.armed = 0;
		send_on_lo(100);
		wrap.armed = 1;
		sane(netring_capture_wait(&cap, 20));
		sane(netring_capture_receive(&cap, &pkt, 0));
		sane(netring_capture_read_stats(&cap, &stats, &stats));
		sane(netring_capture_rebind(&cap));
		sane(netring_capture_wait(&cap, 0));
	}
	netring_capture_close(&cap);
	return r;
}

static int capture_plain(void)
{
	return capture(&(struct netring_capture_config){
		.interface = "lo", .memory = 65536, .retire_ms = 1 });
}

static int capture_group(void)
{
	const struct netring_fanout fanout = { .id = 21 };

	return capture(&(struct netring_capture_config){
		.ifindex = 1,
		.memory = 131072,
		.fanout = &fanout,
		.direction = NETRING_DIRECTION_IN,
		.flags = NETRING_CAPTURE_IMMEDIATE | NETRING_CAPTURE_PROMISC |
			 NETRING_CAPTURE_VNET_HDR });
}

static int capture_adopted(void)
{
	int fd = real_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), r;

	wrap_give(fd);
	r = capture(&(struct netring_capture_config){
		.interface = "lo", .memory = 65536, .socket = &fd });
	if (r < 0)
		close(fd); /* was left to us */
	return r;
}

static int injector(void)
{
	struct netring_injector inj;
	struct netring_injector_stats stats;
	struct netring_tx_timestamp stamp;
	const struct netring_injector_config cfg = {
		.ifindex = 1,
		.memory = 65536,
		.flags = NETRING_INJECTOR_TIMESTAMP,
	};
	int r = netring_injector_open(&inj, &cfg);

	if (opened(r, inj.step)) {
		sane(netring_injector_send(&inj, frame, sizeof(frame), 0));
		sane(netring_injector_drain(&inj, netring_clock_ms() + 20));
		netring_injector_read_stats(&inj, &stats);
		sane(netring_injector_read_timestamp(&inj, &stamp));
		sane(netring_injector_rebind(&inj));
		sane(netring_injector_flush(&inj));
	}
	netring_injector_close(&inj);
	return r;
}

static int bridge(void)
{
	struct netring_bridge_stats stats;
	static struct netring_bridge br;
	const struct netring_bridge_config cfg = {
		.interface = { "nra0", "nrb0" },
	};
	int r;

	ports_ethtool("nra0", 44 /* GRO on */, 1);
	r = netring_bridge_open(&br, &cfg);
	if (opened(r, br.step)) {
		sane(netring_bridge_step(&br, 0));
		sane(netring_bridge_read_stats(&br, 0, &stats));
	}
	netring_bridge_close(&br);
	return r;
}

static void xdp_steps(struct netring_xdp *xdp)
{
	int64_t deadline = netring_clock_ms() + 20;
	struct netring_xdp_stats stats;

	sane(netring_xdp_rx_wait(&xdp->rx, 0));
	sane(netring_xdp_rx_kick(&xdp->rx));
	sane(netring_xdp_tx_send(&xdp->tx, frame, sizeof(frame), deadline));
	sane(netring_xdp_tx_drain(&xdp->tx, deadline));
	sane(netring_xdp_read_stats(xdp, &stats));
	sane(netring_xdp_health(xdp));
	sane(netring_xdp_reopen(xdp));
}

static int xdp(const struct xdp_case *test)
{
	struct netring_xdp_config cfg;
	static struct netring_xdp x;
	int r;

	xdp_begin(test); /* disarms: again, and what was counted stays */
	wrap.armed = 1;
	cfg = xdp_config(test);
	if (test->with & WITH_ADOPTED)
		wrap_give(xdp_adopted());
	r = netring_xdp_open(&x, &cfg);
	if (opened(r, x.step))
		xdp_steps(&x);
	sane(netring_xdp_close(&x));
	if (test->with & WITH_ADOPTED && r < 0)
		close(xdp_adopted());
	return r;
}

static int xdp_both(void)
{
	return xdp(&plain);
}

static int xdp_adopting(void)
{
	return xdp(&(struct xdp_case){ "",
				       WITH_ADOPTED,
				       { .ifindex = 1,
					 .mode = NETRING_XDP_BOTH,
					 .interface = "nra0",
					 .flags = NETRING_XDP_PROMISC } });
}

static int group(void)
{
	static struct netring_xdp sockets[SOCKETS];
	static struct pollfd fds[SOCKETS];
	const struct netring_xdp_group_config cfg = {
		.socket = { .interface = "nrb0",
			    .umem = &xdp_umem,
			    .mode = NETRING_XDP_RX },
		.sockets = sockets,
		.fds = fds,
		.count = SOCKETS,
	};
	struct netring_xdp_group g;
	int r;

	xdp_begin(&plain);
	wrap.armed = 1;
	r = netring_xdp_group_open(&g, &cfg);
	if (opened(r, g.step)) {
		sane(netring_xdp_group_wait(&g, 0));
		(void)netring_xdp_group_next(&g);
	}
	netring_xdp_group_close(&g);
	return r;
}

static int steer(uint8_t how)
{
	const struct netring_xdp_program_config cfg = { .interface = "nra0",
							.attach = { how },
							.flows = 4 };
	static struct netring_xdp_program program;
	int r = netring_xdp_program_open(&program, &cfg);

	if (opened(r, program.step)) {
		sane(netring_xdp_program_add(&program, 6, 80));
		sane(netring_xdp_program_attach(&program));
	}
	netring_xdp_program_close(&program);
	return r;
}

/* As before Linux 5.9: by netlink. */
static long no_links(int command, void *attributes, unsigned int size)
{
	if (command == NR_BPF_LINK_CREATE) {
		errno = EINVAL;
		return -1;
	}
	return real_bpf(command, attributes, size);
}

static int program(void)
{
	wrap.bpf = no_links;
	return steer(NETRING_XDP_GENERIC);
}

/* Not attached, since there is one: whose, is asked. */
static int program_busy(void)
{
	int r;

	wrap_disarm();
	ports_attach("nra0", xdp_program.program_ - 1, 2 /* generic */);
	wrap.armed = 1;
	wrap.bpf = no_links;
	r = steer(NETRING_XDP_GENERIC);
	wrap.armed = 0;
	ports_attach("nra0", -1, 2);
	wrap.armed = 1;
	return r;
}

static int xdp_bridge(void)
{
	static struct netring_xdp more[SOCKETS];
	const struct netring_xdp_bridge_config cfg = {
		.interface = { "nra0", "nrb0" },
		.socket = { .umem = &xdp_umem },
		.port = { { .queue = 0 },
			  { .more = more,
			    .more_count = NETRING_CONFIG_XDP_GROUP ? SOCKETS :
								     0 } },
	};
	static struct netring_xdp_bridge br;
	struct netring_bridge_stats stats;
	int r;

	xdp_begin(&plain);
	wrap.armed = 1;
	r = netring_xdp_bridge_open(&br, &cfg);
	if (opened(r, br.step)) {
		sane(netring_xdp_bridge_step(&br, 0));
		sane(netring_xdp_bridge_read_stats(&br, 0, &stats));
	}
	netring_xdp_bridge_close(&br);
	return r;
}

static int probes(void)
{
	struct netring_interface facts;
	int i, r;

	for (i = 0; i < NETRING_FEATURE_COUNT_; i++) {
		r = netring_probe((enum netring_feature)i, "nra0");
		assert_true(sane(r) <= NETRING_NOT_ALLOWED);
	}
	r = sane(netring_probe_interface(&facts, "nra0"));
	assert_true(memchr(facts.driver, 0, sizeof(facts.driver)) != NULL);
	sane(netring_xdp_queues("nra0"));
	return r;
}

const struct life lives[LIVES] = {
	{ "capture", capture_plain, 0, 0 },
	{ "capture, group", capture_group, 0, 0 },
	{ "capture, adopted", capture_adopted, 0, 0 },
	{ "injector", injector, 0, 0 },
	{ "bridge", bridge, 0, 1 },
	{ "xdp", xdp_both, 1, 0 },
	{ "xdp, adopted", xdp_adopting, 1, 0 },
	{ "xdp group", group, 1, 0 },
	{ "xdp program", program, 2, 0 },
	{ "xdp program, taken", program_busy, 2, 0 },
	{ "xdp bridge", xdp_bridge, 2, 1 },
	{ "probe", probes, 0, 1 },
};
