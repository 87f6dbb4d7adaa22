/* SPDX-License-Identifier: MIT */
/* fault_roles.c - every role on the ports of hosts.h, what it leaves. */
#define _GNU_SOURCE
#include "fault_roles.h"

#include "live.h"
#include "spy_socket.h"
#include "xdp_hosts.h"

#include <netring/injector.h>
#include <netring/umem_count.h>
#include <netring/xdp.h>
#include <netring/xdp_program.h>

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 512u
#define LENGTH 100u

static struct netring_capture cap;
static struct netring_injector inj;
static struct netring_bridge bridge;
static struct netring_umem umem;
static struct netring_xdp_program steer;
static struct netring_xdp xdp;
static struct netring_xdp_bridge xbridge;
static enum netring_step xdp_failed;

/* The lot that is on its way: how often each number came. */
static struct {
	uint32_t first, sent;
	uint8_t seen[FAULTS_LOT];
	uint32_t damaged;
} lot;

static void came(const void *frame, size_t length)
{
	int64_t number = wire_number(frame, length);

	lot.damaged += number == -2;
	number -= lot.first;
	if (number >= 0 && number < (int64_t)FAULTS_LOT)
		lot.seen[number]++;
}

static int capture_open(void)
{
	return netring_capture_open(&cap,
				    &(struct netring_capture_config){
					    .interface = port_name[0],
					    .memory = 1 << 18,
					    .retire_ms = 2,
					    .flags = NETRING_CAPTURE_PROMISC,
				    });
}

static int capture_step(int ms)
{
	struct netring_packet pkt;
	int i, r;

	for (i = 0; i < 256; i++) {
		r = netring_capture_receive(&cap, &pkt,
					    i ? 0 : netring_clock_ms() + ms);
		if (r <= 0)
			return r;
		came(pkt.data, pkt.len);
	}
	return i;
}

static void capture_close(void)
{
	netring_capture_close(&cap);
}

static enum netring_step capture_failed(void)
{
	return cap.step;
}

static int capture_again(void)
{
	return netring_capture_rebind(&cap);
}

static int injector_open(void)
{
	return netring_injector_open(&inj, &(struct netring_injector_config){
						   .interface = port_name[0],
						   .memory = 1 << 18,
					   });
}

/* Frames of the lot that have not left, or others. */
static int injector_step(int ms)
{
	uint8_t frame[LENGTH];
	int i, r = 0;

	for (i = 0; i < 16 && r >= 0; i++) {
		wire_frame(frame, LENGTH, WIRE_TYPE,
			   lot.sent < FAULTS_LOT ? lot.first + lot.sent :
						   (uint32_t)i);
		r = netring_injector_queue(&inj, frame, LENGTH, 0);
		lot.sent += r >= 0 && lot.sent < FAULTS_LOT;
	}
	if (r == -EAGAIN || r >= 0)
		r = netring_injector_flush(&inj);
	if (r >= 0)
		r = netring_injector_drain(&inj, netring_clock_ms() + ms);
	return r;
}

static void injector_close(void)
{
	netring_injector_close(&inj);
}

static enum netring_step injector_failed(void)
{
	return inj.step;
}

static int injector_again(void)
{
	return netring_injector_rebind(&inj);
}

static int bridge_open(void)
{
	return netring_bridge_open(&bridge, &(struct netring_bridge_config){
						    .interface = {
							    port_name[0],
							    port_name[1],
						    },
					    });
}

static int bridge_step(int ms)
{
	return netring_bridge_step(&bridge, ms);
}

static void bridge_close(void)
{
	netring_bridge_close(&bridge);
}

static enum netring_step bridge_failed(void)
{
	return bridge.step;
}

static void bridge_sums(const char *what)
{
	struct netring_bridge_stats stats;
	int i;

	for (i = 0; i < 2; i++) {
		must(netring_bridge_read_stats(&bridge, i, &stats), "counters");
		hosts_adds_up(&stats, what);
	}
}

NETRING_UMEM_AREA(area, FRAMES, 2048);

static int xdp_role_open(void)
{
	const struct netring_umem_config memory = {
		.memory = area.memory,
		.size = sizeof(area.memory),
		.table = area.table,
		.table_size = sizeof(area.table),
		.frame_size = 2048,
	};
	const struct netring_xdp_program_config program = {
		.interface = port_name[0],
	};
	const struct netring_xdp_config cfg = {
		.interface = port_name[0],
		.umem = &umem,
		.program = &steer,
		.bind = { NETRING_XDP_COPY },
		.retry_ms = 2000,
	};
	int r;

	must(netring_umem_init(&umem, &memory), "a umem");
	memset(&xdp, 0, sizeof(xdp));
	r = netring_xdp_program_open(&steer, &program);
	xdp_failed = steer.step;
	if (r < 0)
		return r;
	r = netring_xdp_open(&xdp, &cfg);
	xdp_failed = xdp.step;
	if (r >= 0) {
		r = netring_xdp_program_attach(&steer);
		xdp_failed = steer.step;
	}
	if (r < 0) {
		netring_xdp_close(&xdp);
		netring_xdp_program_close(&steer);
	}
	return r;
}

static int xdp_step(int ms)
{
	struct netring_xdp_packet pkt;
	int n = 0, r = netring_xdp_rx_wait(&xdp.rx, ms);

	while (netring_xdp_rx_next(&xdp.rx)) {
		while (netring_xdp_rx_packet(&xdp.rx, &pkt)) {
			came(pkt.data, pkt.len);
			n++;
		}
		netring_xdp_rx_release(&xdp.rx);
	}
	if (r >= 0)
		r = netring_xdp_tx_flush(&xdp.tx);
	return r < 0 ? r : n;
}

static void xdp_role_close(void)
{
	netring_xdp_close(&xdp);
	netring_xdp_program_close(&steer);
}

static enum netring_step xdp_role_failed(void)
{
	return xdp_failed;
}

static int xdp_again(void)
{
	int r = netring_xdp_reopen(&xdp);

	return r < 0 ? r : netring_xdp_program_attach(&steer);
}

static int xdp_bridge_open(void)
{
	struct netring_xdp_bridge_config cfg;

	memset(&cfg, 0, sizeof(cfg));
	cfg.port[0].retry_ms = cfg.port[1].retry_ms = 2000;
	return xdp_hosts_try(&xbridge, &cfg);
}

static int xdp_bridge_step(int ms)
{
	return netring_xdp_bridge_step(&xbridge, ms);
}

static void xdp_bridge_close(void)
{
	netring_xdp_bridge_close(&xbridge);
}

static void xdp_sums(const char *what)
{
	uint32_t owners[NETRING_UMEM_OWNERS_];

	is(netring_umem_count(&umem, owners), 0, "%s: every frame has an owner",
	   what);
}

static void xdp_bridge_sums(const char *what)
{
	int i;

	for (i = 0; i < 2; i++)
		(void)xdp_hosts_stats(&xbridge, i, what);
}

static enum netring_step xdp_bridge_failed(void)
{
	return xbridge.step;
}

const struct role roles[ROLES] = {
	{ "capture", 0, -1, capture_open, capture_step, capture_close,
	  capture_failed, capture_again, NULL },
	{ "injector", 0, 0, injector_open, injector_step, injector_close,
	  injector_failed, injector_again, NULL },
	{ "bridge", 0, 1, bridge_open, bridge_step, bridge_close, bridge_failed,
	  NULL, bridge_sums },
	{ "AF_XDP", 1, -1, xdp_role_open, xdp_step, xdp_role_close,
	  xdp_role_failed, xdp_again, xdp_sums },
	{ "AF_XDP bridge", 1, 1, xdp_bridge_open, xdp_bridge_step,
	  xdp_bridge_close, xdp_bridge_failed, NULL, xdp_bridge_sums },
};

int faults_can(const struct role *role, const char *what)
{
	int r = role->open();

	if (r < 0 && role->xdp && lacking(r)) {
		skip(lacking(r), "%s: %s", role->name, what);
		return 0;
	}
	must(r, "%s opens (%s)", role->name, netring_step_name(role->failed()));
	role->close();
	return 1;
}

void faults_settle(const struct role *role, const struct hosts *h)
{
	int64_t end = netring_clock_ms() + 100 * live_slack_ms();
	uint8_t frame[2048];

	wire_frame(frame, LENGTH, WIRE_TYPE, 7);
	while (role->out == 1 && netring_clock_ms() < end) {
		hosts_send(h, 0, frame, LENGTH);
		must(role->step(20), "%s: step", role->name);
		if (spy_read(h->spy[1], frame + LENGTH, sizeof(frame) - LENGTH,
			     0) > 0)
			break;
	}
	if (role->out == 1)
		(void)spy_flush(h->spy[1], 20);
}

int faults_works(const struct role *role, const struct hosts *h,
		 const char *what)
{
	static uint32_t turn = 1u << 24;
	int64_t end = netring_clock_ms() + 100 * live_slack_ms();
	uint32_t i, whole = 0, repeated = 0;
	uint8_t frame[2048];
	int r = 0, n;

	memset(&lot, 0, sizeof(lot));
	lot.first = turn += FAULTS_LOT;
	lot.sent = role->out ? FAULTS_LOT : 0;
	if (role->out >= 0)
		(void)spy_flush(h->spy[role->out], 0);
	for (i = 0; i < FAULTS_LOT && role->out; i++) {
		wire_frame(frame, LENGTH, WIRE_TYPE, lot.first + i);
		hosts_send(h, 0, frame, LENGTH);
	}
	while (whole < FAULTS_LOT && netring_clock_ms() < end) {
		r = role->step(5);
		if (r < 0 && r != -EINTR)
			break;
		while (role->out >= 0 && (n = spy_read(h->spy[role->out], frame,
						       sizeof(frame), 0)) > 0)
			came(frame, (size_t)n);
		for (i = whole = repeated = 0; i < FAULTS_LOT; i++) {
			whole += lot.seen[i] > 0;
			repeated += lot.seen[i] > 1;
		}
	}
	r = whole == FAULTS_LOT && !repeated && !lot.damaged;
	ok(r, "%s, %s: %u frames, each once and whole", role->name, what,
	   FAULTS_LOT);
	if (!r)
		diag("  %u, %u repeated, %u damaged", whole, repeated,
		     lot.damaged);
	return r;
}
