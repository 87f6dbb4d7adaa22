/* SPDX-License-Identifier: MIT */
/* test_bridge_super.c - the frames that super-frames of all kinds become. */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include "../unit/super.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static struct hosts h;
static int guest;
static struct netring_bridge br;
static _Alignas(8) uint8_t oversize[NETRING_BRIDGE_OVERSIZE];
static uint8_t room[SUPER_MOST + sizeof(struct netring_vnet)];

static struct mode {
	const char *name;
	struct netring_bridge_config cfg;
} modes[] = {
	{ "LARGE", { .flags = NETRING_BRIDGE_LARGE } },
	{ "SMALL",
	  { .oversize = oversize, .oversize_size = sizeof(oversize) } },
	{ "SMALL, offloads kept",
	  { .flags = NETRING_BRIDGE_KEEP_OFFLOADS,
	    .oversize = oversize,
	    .oversize_size = sizeof(oversize) } },
	{ "HOLD",
	  { .flags = NETRING_BRIDGE_HOLD,
	    .oversize = oversize,
	    .oversize_size = sizeof(oversize) } },
};

/* Does this kernel take UDP's super-frames from a guest? */
static int has_udp;

static struct super any(enum super_tunnel tunnel, uint32_t i)
{
	struct super s = { .tunnel = tunnel };

	s.outer6 = i & 1;
	s.inner6 = i >> 1 & 1;
	s.udp = (i >> 2 & 1) && has_udp;
	s.tags = (i + tunnel) % 3;
	s.inner_tag = i & 1;
	s.options = i % 4;
	s.tcp_options = i;
	s.tcp_flags = 0x99;
	s.id[0] = 0xfffe;
	s.id[1] = 77;
	s.size = i & 2 ? 100 : 900;
	s.payload = i & 2 ? 350 : 4321;
	return s;
}

/*
 * As a guest does whose device can cut it. @at: a byte of it is something else;
 * 0: none is.
 */
static int try_whole(const struct super *s, uint32_t at, uint8_t byte)
{
	struct netring_vnet vnet;
	uint32_t len;
	uint8_t *frame = super_build(room + sizeof(vnet), s, SUPER_WHOLE, &len);

	super_vnet(s, len, &vnet);
	vnet.header_len = (uint16_t)(len - s->payload);
	if (at)
		frame[at] = byte;
	frame -= sizeof(vnet);
	memcpy(frame, &vnet, sizeof(vnet));
	return write(guest, frame, len + sizeof(vnet)) < 0 ? -errno : 0;
}

static void send_whole(const struct super *s, uint32_t at, uint8_t byte)
{
	must(try_whole(s, at, byte), "send a super-frame of tunnel %d",
	     s->tunnel);
}

static int takes_udp(void)
{
	const struct super s = { .udp = 1, .size = 1000, .payload = 2000 };
	int r = try_whole(&s, 0, 0);

	if (r == -EINVAL)
		skip("not in this kernel (6.2)", "UDP super-frames of a guest");
	else
		must(r, "send a UDP super-frame");
	return r >= 0;
}

static void send_plain(uint32_t number)
{
	uint8_t frame[10 + 100] = { 0 };

	wire_frame(frame + 10, 100, WIRE_TYPE, number);
	must(write(guest, frame, sizeof(frame)) < 0 ? -errno : 0, "send");
}

static int arrives_plain(uint32_t number)
{
	uint8_t frame[100];

	wire_frame(frame, sizeof(frame), WIRE_TYPE, number);
	return spy_is(h.spy[1], frame, sizeof(frame));
}

/* All its frames, as they are, in order. */
static int arrives(const struct super *s)
{
	uint32_t i, len, good = 0, count = super_count(s);
	const uint8_t *want;

	for (i = 0; i < count; i++) {
		want = super_build(room, s, i, &len);
		good += spy_is(h.spy[1], want, len) != 0;
	}
	return good == count;
}

static struct netring_bridge_stats stats(const char *what)
{
	struct netring_bridge_stats s;

	must(netring_bridge_read_stats(&br, 0, &s), "stats");
	hosts_adds_up(&s, what);
	return s;
}

static void every_kind(struct mode *mode)
{
	uint32_t i, tunnel, cut = 0, whole = 0, good = 0;
	struct netring_bridge_stats now;
	struct super s;

	mode->cfg.interface[0] = "g0";
	hosts_open(&br, &mode->cfg);
	for (tunnel = 0; tunnel < SUPER_TUNNELS; tunnel++) {
		for (i = 0; i < 8; i++) {
			s = any((enum super_tunnel)tunnel, i);
			send_plain(i);
			send_whole(&s, 0, 0);
			send_plain(i + 100);
			hosts_take(&br, 3);
			good += arrives_plain(i) && arrives(&s) &&
				arrives_plain(i + 100);
			if (tunnel == SUPER_BARE)
				whole++;
			else
				cut += super_count(&s);
		}
		is(good, 8, "%s: tunnel %u: the frames of 8", mode->name,
		   tunnel);
		good = 0;
	}
	ok(spy_quiet(h.spy[1], 1), "and no others");
	now = stats(mode->name);
	is((long long)now.cut, cut, "%s: frames that were cut here",
	   mode->name);
	is((long long)now.forwarded, cut + whole + 16 * SUPER_TUNNELS,
	   "forwarded");
	is((long long)now.gso, 8 * SUPER_TUNNELS, "super-frames");
	netring_bridge_close(&br);
}

/* What nobody can cut is counted as that, and nothing else is held up. */
static void refused(struct mode *mode)
{
	struct super s = { .tunnel = SUPER_GRE, .size = 500, .payload = 2000 };
	struct netring_bridge_stats now;

	mode->cfg.interface[0] = "g0";
	hosts_open(&br, &mode->cfg);
	send_whole(&s, 34, 0x10); /* with sequence numbers */
	send_whole(&s, 23, 115);  /* L2TP */
	send_whole(&s, 47, 47);	  /* GRE in GRE */
	send_whole(&s, 20, 0x20); /* the first fragment of more */
	send_plain(1);
	hosts_take(&br, 5);
	ok(arrives_plain(1), "%s: what is behind these arrives", mode->name);
	ok(spy_quiet(h.spy[1], 1), "and nothing else");
	now = stats(mode->name);
	is((long long)now.refused.unsupported, 3, "counted by its cause");
	is((long long)now.refused.header, 1, "and so is this");
	is((long long)now.received, 5, "received");
	netring_bridge_close(&br);
}

/* Frames that are too long for the far side; the last one is not. */
static void too_long(struct mode *mode)
{
	struct super s = { .tunnel = SUPER_VXLAN,
			   .id = { 5, 6 },
			   .size = 1480,
			   .payload = 3000 };
	struct netring_bridge_stats now;
	const uint8_t *last;
	uint32_t len;

	mode->cfg.interface[0] = "g0";
	hosts_open(&br, &mode->cfg);
	send_whole(&s, 0, 0);
	send_plain(1);
	hosts_take(&br, 2);
	last = super_build(room, &s, 2, &len);
	ok(spy_is(h.spy[1], last, len), "%s: a short rest arrives", mode->name);
	ok(arrives_plain(1), "and what is behind it");
	now = stats(mode->name);
	is((long long)now.too_long, 2, "two are too long");
	is((long long)now.received, 4, "received");
	netring_bridge_close(&br);
}

/* BIG TCP: of more than 64 KiB, for which there is no room. */
static void big(struct mode *mode)
{
	struct super s = { .size = 1000, .payload = 67000 };
	struct netring_bridge_stats now;

	mode->cfg.interface[0] = "g0";
	hosts_open(&br, &mode->cfg);
	send_whole(&s, 0, 0);
	send_plain(1);
	hosts_take(&br, 2);
	ok(arrives_plain(1), "%s: what is behind BIG TCP arrives", mode->name);
	ok(spy_quiet(h.spy[1], 1), "and nothing else");
	now = stats(mode->name);
	is((long long)now.too_long, 1, "which is too long");
	is((long long)now.received, 2, "received");
	netring_bridge_close(&br);
}

/* SCTP's checksum is another one than the kernel would write there. */
static void sctp(struct mode *mode)
{
	static const struct netring_vnet left = { .flags = 1,
						  .csum_start = 34,
						  .csum_offset = 8 };
	uint8_t frame[10 + 100] = { 0 };
	struct netring_bridge_stats now;

	mode->cfg.interface[0] = "g0";
	hosts_open(&br, &mode->cfg);
	wire_frame(frame + 10, 100, 0x0800, 1);
	frame[10 + 14] = 0x45;
	frame[10 + 23] = 132;
	memcpy(frame, &left, sizeof(left));
	must(write(guest, frame, sizeof(frame)) < 0 ? -errno : 0, "send");
	send_plain(1);
	hosts_take(&br, 2);
	ok(arrives_plain(1), "%s: what is behind SCTP arrives", mode->name);
	ok(spy_quiet(h.spy[1], 1), "and nothing else");
	now = stats(mode->name);
	is((long long)now.refused.header, 1, "refused, and counted");
	is((long long)now.forwarded, 1, "forwarded");
	netring_bridge_close(&br);
}

/* Of 1522 bytes: a cable of veth takes 1518 at an MTU of 1500. */
static void two_tags(struct mode *mode)
{
	static const uint8_t tags[] = { 0x88, 0xa8, 0, 5, 0x81, 0, 0, 6 };
	uint8_t frame[10 + 1522] = { 0 };
	struct netring_bridge_stats now;
	int64_t start;

	mode->cfg.interface[0] = "g0";
	hosts_open(&br, &mode->cfg);
	wire_frame(frame + 10, 1522, WIRE_TYPE, 1);
	memmove(frame + 10 + 20, frame + 10 + 12, 1522 - 20);
	memcpy(frame + 10 + 12, tags, sizeof(tags));
	send_plain(1);
	must(write(guest, frame, sizeof(frame)) < 0 ? -errno : 0, "send");
	send_plain(2);
	hosts_take(&br, 3);
	for (start = live_start_ms(); netring_clock_ms() - start < 5000;) {
		must(netring_bridge_step(&br, 10), "step");
		now = stats(mode->name);
		if (!now.pending)
			break;
	}
	ok(arrives_plain(1) && arrives_plain(2),
	   "%s: what is beside two tags arrives", mode->name);
	ok(spy_quiet(h.spy[1], 1), "and nothing else");
	now = stats(mode->name);
	is((long long)now.refused.busy, 1, "refused, and counted");
	is((long long)now.forwarded, 2, "forwarded");
	netring_bridge_close(&br);
}

int main(void)
{
	struct mode *mode = modes, *end = modes + sizeof(modes) / sizeof(*mode);

	live_begin();
	guest = net_tap("g0");
	if (guest < 0)
		skip_all(strerror(-guest), "no tap here");
	hosts_begin(&h);
	must(net_up("g0"), "the guest's link");
	/* the far side's kernel completes what is left to it, and cuts */
	must(port_set("p1", PORT_TSO, 0), "no TSO");
	must(port_set("p1", PORT_GSO, 0), "no GSO");
	must(port_set("p1", PORT_TX_SUM, 0), "no checksums");
	has_udp = takes_udp();
	for (; mode < end; mode++) {
		every_kind(mode);
		refused(mode);
		too_long(mode);
		big(mode);
		sctp(mode);
		two_tags(mode);
	}
	hosts_end(&h);
	return done_testing();
}
