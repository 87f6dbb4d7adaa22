/* SPDX-License-Identifier: MIT */
/* test_bridge_limits.c - verdicts, frames that do not fit, what is refused. */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "spy_socket.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static struct netring_bridge br;
static _Alignas(8) uint8_t oversize[NETRING_BRIDGE_OVERSIZE];

static int directions[2];

/* By number: forward, drop, change a byte, shorten, drop. */
static enum netring_verdict judge(void *user, struct netring_packet *pkt,
				  int direction)
{
	int *calls = user;
	int64_t number = wire_number(pkt->data, pkt->len);

	++*calls;
	directions[direction]++;
	switch (number % 5) {
	case 0:
		return NETRING_VERDICT_FORWARD;
	case 2:
		pkt->data[50] ^= 0xff;
		return NETRING_VERDICT_MODIFIED;
	case 3:
		pkt->len = 64;
		return NETRING_VERDICT_MODIFIED;
	default:
		return NETRING_VERDICT_DROP;
	}
}

static void verdicts(int from)
{
	struct netring_bridge_stats s;
	uint8_t frame[100];
	int calls = 0, i, good = 1;
	struct netring_bridge_config cfg = { .filter = judge, .user = &calls };

	memset(directions, 0, sizeof(directions));
	hosts_open(&br, &cfg);
	for (i = 0; i < 50; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, (uint32_t)i);
		hosts_send(&h, from, frame, sizeof(frame));
	}
	hosts_pump(&br, 20);
	for (i = 0; i < 50 && good; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, (uint32_t)i);
		frame[50] ^= i % 5 == 2 ? 0xff : 0;
		if (i % 5 == 1 || i % 5 == 4)
			continue;
		good = spy_is(h.spy[!from], frame, i % 5 == 3 ? 64 : 100);
	}
	ok(good && spy_quiet(h.spy[!from], 1),
	   "direction %d: forwarded, dropped, changed, shortened", from);
	is(calls, 50, "the filter saw each once");
	is(directions[from], 50, "and the direction");
	netring_bridge_read_stats(&br, from, &s);
	is((long long)s.filtered, 20, "filtered");
	is((long long)s.forwarded, 30, "forwarded");
	hosts_adds_up(&s, "verdicts");
	netring_bridge_close(&br);
}

/* What it does to a tagged frame is done to what the host sent. */
static enum netring_verdict next_vlan(void *user, struct netring_packet *pkt,
				      int direction)
{
	(void)user;
	if (direction || wire_get16(pkt->data + 12) != 0x8100)
		return NETRING_VERDICT_FORWARD;
	wire_put16(pkt->data + 14, (uint16_t)(wire_get16(pkt->data + 14) + 1));
	return NETRING_VERDICT_MODIFIED;
}

static void tag_changed(void)
{
	struct netring_bridge_config cfg = { .filter = next_vlan };
	uint8_t frame[104];

	wire_frame(frame + 4, 100, WIRE_TYPE, 1);
	memmove(frame, frame + 4, 12);
	wire_put32(frame + 12, 0x81000005);
	hosts_open(&br, &cfg);
	hosts_send(&h, 0, frame, sizeof(frame));
	hosts_pump(&br, 10);
	frame[15]++;
	ok(spy_is(h.spy[1], frame, sizeof(frame)), "a tag changed on its way");
	netring_bridge_close(&br);
}

static void far_mtu(uint32_t flags)
{
	struct netring_bridge_config cfg = { .flags = flags };
	struct netring_bridge_stats s;
	uint8_t frame[1514];
	int home;

	must(net_mtu("p1", 1400), "MTU of p1");
	home = must(net_enter(h.ns[1]), "go there");
	must(net_mtu("h1", 1400), "MTU of h1");
	must(net_return(home), "come back");
	hosts_open(&br, &cfg);
	is(netring_bridge_mtu(&br, 0), 1500, "flags %x: MTU of port 0", flags);
	is(netring_bridge_mtu(&br, 1), 1400, "MTU of port 1");
	wire_frame(frame, 1514, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 1514);
	wire_frame(frame, 1415, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 1415);
	wire_frame(frame, 1414, WIRE_TYPE, 2);
	hosts_send(&h, 0, frame, 1414);
	hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1414) && spy_quiet(h.spy[1], 5),
	   "only what fits arrives");
	netring_bridge_read_stats(&br, 0, &s);
	is((long long)s.too_long, 2, "the others are counted");
	is((long long)s.forwarded, 1, "forwarded");
	hosts_adds_up(&s, "MTU");
	netring_bridge_close(&br);
	must(net_mtu("p1", 1500), "MTU of p1");
	home = must(net_enter(h.ns[1]), "go there");
	must(net_mtu("h1", 1500), "MTU of h1");
	must(net_return(home), "come back");
}

static void set_mtu(const char *port, int side, uint32_t mtu)
{
	int home = must(net_enter(h.ns[side]), "go there");

	must(net_mtu(host_name[side], mtu), "MTU of %s", host_name[side]);
	must(net_return(home), "come back");
	must(net_mtu(port, mtu), "MTU of %s", port);
}

/* The near MTU grew after open: longer than a slot is cut by the kernel. */
static void truncated(void *buffer, uint32_t size, uint32_t flags)
{
	struct netring_bridge_config cfg = { .oversize = buffer,
					     .oversize_size = size,
					     .flags = flags };
	struct netring_bridge_stats s;
	static uint8_t frame[9000];

	hosts_open(&br, &cfg);
	set_mtu("p0", 0, 9000);
	if (!buffer) /* what is left of it would be short enough */
		set_mtu("p1", 1, 9000);
	wire_frame(frame, 4000, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 4000);
	wire_frame(frame, 1500, WIRE_TYPE, 2);
	hosts_send(&h, 0, frame, 1500);
	hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 1500) && spy_quiet(h.spy[1], 5),
	   "flags %x%s: a truncated frame is never sent", flags,
	   buffer ? ", with a buffer" : "");
	netring_bridge_read_stats(&br, 0, &s);
	is((long long)s.too_long, 1, "it is too long");
	hosts_adds_up(&s, "truncated");
	if (buffer) {
		set_mtu("p1", 1, 9000);
		wire_frame(frame, 4000, WIRE_TYPE, 3);
		hosts_send(&h, 0, frame, 4000);
		hosts_pump(&br, 10);
		ok(spy_is(h.spy[1], frame, 4000),
		   "and whole by the buffer, when the far end takes it");
	}
	set_mtu("p1", 1, 1500);
	set_mtu("p0", 0, 1500);
	netring_bridge_close(&br);
}

/* Jumbo frames on both sides from the beginning. */
static void jumbo(void)
{
	struct netring_bridge_config cfg = { .flags = 0 };
	static uint8_t frame[9014];

	set_mtu("p0", 0, 9000);
	set_mtu("p1", 1, 9000);
	hosts_open(&br, &cfg);
	wire_frame(frame, 9014, WIRE_TYPE, 1);
	hosts_send(&h, 0, frame, 9014);
	hosts_send(&h, 1, frame, 9014);
	hosts_pump(&br, 10);
	ok(spy_is(h.spy[1], frame, 9014), "9014 bytes one way");
	ok(spy_is(h.spy[0], frame, 9014), "and the other");
	netring_bridge_close(&br);
	set_mtu("p0", 0, 1500);
	set_mtu("p1", 1, 1500);
}

static void refused(struct netring_bridge_config cfg, int r,
		    enum netring_step step, const char *what)
{
	is(netring_bridge_open(&br, &cfg), r, "%s", what);
	is(br.step, step, "its step");
	netring_bridge_close(&br);
	netring_bridge_close(&br);
	is(net_promiscuity("p0"), 0, "and nothing is left behind");
}

static void refusals(void)
{
	struct netring_bridge_config small = { .interface = { "p0", "p1" } };

	refused((struct netring_bridge_config){ .interface = { "p0", "p0" } },
		-EINVAL, NETRING_STEP_CONFIG, "the same interface twice");
	refused((struct netring_bridge_config){ .interface = { "p0" } },
		-EINVAL, NETRING_STEP_CONFIG, "one interface");
	refused((struct netring_bridge_config){ .interface = { "p0", "no" } },
		-ENODEV, NETRING_STEP_INTERFACE, "no such interface");
	small.flags = NETRING_BRIDGE_KEEP_OFFLOADS;
	refused(small, -EINVAL, NETRING_STEP_OFFLOAD,
		"super-frames may come, and nothing holds them");
	small.flags = 0;
	small.port[0].rx_memory = 1000;
	refused(small, -EINVAL, NETRING_STEP_GEOMETRY, "little rx memory");
	is(br.port, 0, "of port 0");
	small.port[0].rx_memory = 0;
	small.port[1].tx_memory = 1000;
	refused(small, -EINVAL, NETRING_STEP_GEOMETRY, "little tx memory");
	is(br.port, 1, "of port 1");
	small.port[1].tx_memory = 0;
	small.oversize = oversize;
	small.oversize_size = NETRING_BRIDGE_OVERSIZE - 1;
	refused(small, -EINVAL, NETRING_STEP_CONFIG, "a small buffer");
	small.oversize_size = 16;
	refused(small, -EINVAL, NETRING_STEP_CONFIG, "a smaller one");
	small.oversize = (uint8_t *)oversize + 1;
	small.oversize_size = NETRING_BRIDGE_OVERSIZE;
	refused(small, -EINVAL, NETRING_STEP_CONFIG, "one not aligned");
}

int main(void)
{
	live_begin();
	hosts_begin(&h);
	verdicts(0);
	verdicts(1);
	tag_changed();
	far_mtu(0);
	far_mtu(NETRING_BRIDGE_LARGE);
	truncated(NULL, 0, 0);
	truncated(oversize, sizeof(oversize), 0);
	truncated(oversize, sizeof(oversize), NETRING_BRIDGE_KEEP_OFFLOADS);
	jumbo();
	refusals();
	hosts_end(&h);
	return done_testing();
}
