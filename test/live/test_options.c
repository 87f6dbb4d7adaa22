/* SPDX-License-Identifier: MIT */
/* test_options.c - promiscuous, protocol, names, presets, mapping, hash. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Frames of type @type that one more sender's frame brings. */
static int seen(struct netring_capture *cap, const void *frame, size_t length,
		uint16_t type)
{
	struct netring_packet pkt;
	int fd = must(wire_open(FAR), "a sending socket");
	int64_t end = netring_clock_ms() + live_quiet_ms(40);
	int n = 0;

	must(wire_send(fd, frame, length), "send");
	close(fd);
	while (netring_capture_receive(cap, &pkt, end) == 1)
		n += netring_packet_protocol(&pkt) == type &&
		     pkt.link->type != NETRING_TYPE_OUTGOING;
	return n;
}

/* The filter of a bridge device is the kernel's; veth has none. */
static void promiscuous(void)
{
	struct netring_capture_config cfg = { .interface = "br0",
					      .retire_ms = 1 };
	struct netring_capture cap;
	uint8_t frame[64];
	int r = net_link("bridge", "br0");

	if (r < 0) {
		skip("not in this kernel", "promiscuous on a bridge");
		return;
	}
	must(net_mac("br0", near_mac), "the bridge's address");
	must(net_master(NEAR, "br0"), "a port");
	must(net_up("br0"), "up");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	live_open(&cap, &cfg);
	is(seen(&cap, frame, sizeof(frame), WIRE_TYPE), 1,
	   "to this host: seen");
	frame[5] = 0x77;
	is(seen(&cap, frame, sizeof(frame), WIRE_TYPE), 0,
	   "to another host: not seen");
	netring_capture_close(&cap);
	cfg.flags = NETRING_CAPTURE_PROMISC;
	live_open(&cap, &cfg);
	is(seen(&cap, frame, sizeof(frame), WIRE_TYPE), 1, "promiscuous: seen");
	netring_capture_close(&cap);
	net_delete("br0");
}

static void memberships(void)
{
	struct netring_capture_config cfg = {
		.interface = NEAR,
		.flags = NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_ALLMULTI,
	};
	struct netring_capture cap;

	is(net_promiscuity(NEAR), 0, "nobody is promiscuous");
	live_open(&cap, &cfg);
	is(net_promiscuity(NEAR), 1, "the capture is");
	if (net_allmulti(NEAR) < 0)
		skip("not told by this kernel", "all multicast");
	else
		is(net_allmulti(NEAR), 1, "and takes all multicast");
	netring_capture_close(&cap);
	is(net_promiscuity(NEAR), 0, "nobody after close");
}

static void protocol(void)
{
	struct netring_capture cap;
	uint8_t frame[64];

	live_open(&cap,
		  &(struct netring_capture_config){ .interface = NEAR,
						    .retire_ms = 1,
						    .protocol = WIRE_TYPE });
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	is(seen(&cap, frame, sizeof(frame), WIRE_TYPE), 1, "this EtherType");
	wire_frame(frame, sizeof(frame), WIRE_OTHER, 0);
	is(seen(&cap, frame, sizeof(frame), WIRE_OTHER), 0, "not another");
	netring_capture_close(&cap);
}

/* Before 6.2 only what is down gets another name. */
static void rename_near(const char *from, const char *to)
{
	must(net_down(from), "%s down", from);
	must(net_rename(from, to), "rename");
	must(net_up(to), "%s up", to);
}

static void names(void)
{
	static const char longest[] = "abcdefghijklmno";
	struct netring_capture_config cfg = { .retire_ms = 1 };
	struct netring_capture cap;
	static const char *const wrong[] = { "", "nosuch", "abcdefghijklmnop",
					     "abcdefghijklmnopq",
					     "abcdefghijklmn" };
	uint8_t frame[64];
	size_t i;

	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	rename_near(NEAR, longest);
	cfg.interface = longest;
	live_open(&cap, &cfg);
	is(seen(&cap, frame, sizeof(frame), WIRE_TYPE), 1, "a name of 15");
	netring_capture_close(&cap);
	for (i = 0; i < 5; i++) {
		cfg.interface = wrong[i];
		is(netring_capture_open(&cap, &cfg), -ENODEV, "no \"%s\"",
		   wrong[i]);
		is(cap.step, NETRING_STEP_INTERFACE, "step");
	}
	rename_near(longest, NEAR);

	cfg.interface = NULL;
	cfg.ifindex = (uint32_t)net_index(NEAR);
	live_open(&cap, &cfg);
	is(netring_capture_ifindex(&cap), cfg.ifindex, "by index");
	is(netring_capture_hatype(&cap), 1, "Ethernet");
	is(netring_capture_link_type(&cap), NETRING_LINKTYPE_ETHERNET,
	   "for a file too");
	is(seen(&cap, frame, sizeof(frame), WIRE_TYPE), 1, "seen");
	netring_capture_close(&cap);
	cfg.ifindex = 9999;
	is(netring_capture_open(&cap, &cfg), -ENODEV, "no such index");
	is(cap.step, NETRING_STEP_INTERFACE, "step");
	cfg.ifindex = 0;
	is(netring_capture_open(&cap, &cfg), -EINVAL, "neither");
	is(cap.step, NETRING_STEP_CONFIG, "step");
}

static void presets(void)
{
	static const struct {
		enum netring_preset preset;
		uint32_t flags, most;
		int jumbo; /* does a frame of 9014 bytes fit? */
	} cases[] = {
		{ NETRING_PRESET_DEFAULT, 0, 512 << 10, 1 },
		{ NETRING_PRESET_DEFAULT, NETRING_CAPTURE_IMMEDIATE, 512 << 10,
		  0 },
		{ NETRING_PRESET_HIGH_THROUGHPUT, 0, 16 << 20, 1 },
		{ NETRING_PRESET_LOW_LATENCY, 0, 512 << 10, 0 },
		{ NETRING_PRESET_LOW_MEMORY, 0, 128 << 10, 1 },
		{ NETRING_PRESET_JUMBO, 0, 4 << 20, 1 },
		{ NETRING_PRESET_JUMBO, NETRING_CAPTURE_IMMEDIATE, 4 << 20, 1 },
	};
	const struct netring_geometry *g;
	struct netring_capture_config cfg;
	struct netring_capture cap;
	struct netring_packet pkt;
	uint8_t frame[9014];
	int fd = must(wire_open(FAR), "a sending socket");
	size_t i;

	must(net_mtu(NEAR, 9000), "MTU");
	must(net_mtu(FAR, 9000), "MTU");
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 5);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&cfg, 0, sizeof(cfg));
		netring_capture_preset(&cfg, cases[i].preset);
		cfg.flags |= cases[i].flags;
		cfg.interface = NEAR;
		cfg.protocol = WIRE_TYPE;
		live_open(&cap, &cfg);
		g = netring_capture_geometry(&cap);
		ok(g->block_size * g->block_count <= cases[i].most,
		   "preset %d, %s: %u blocks of %u", (int)cases[i].preset,
		   mode_name(cfg.flags), g->block_count, g->block_size);
		must(wire_send(fd, frame, sizeof(frame)), "send");
		if (!is(netring_capture_receive(&cap, &pkt,
						netring_clock_ms() + 1000),
			1, "9014 bytes come")) {
			netring_capture_close(&cap);
			continue;
		}
		is(pkt.wire_len, 9014, "it tells their number");
		is(netring_packet_truncated(&pkt), !cases[i].jumbo,
		   cases[i].jumbo ? "whole" : "truncated");
		ok(!memcmp(pkt.data, frame, pkt.len) && pkt.len > 1514,
		   "%u bytes are right", pkt.len);
		netring_capture_close(&cap);
	}
	close(fd);
}

/* A ring in a range of the caller's; close gives the range up. */
static void mapped(uint32_t flags)
{
	size_t size = 1 << 20, page = (size_t)getpagesize();
	uint8_t *range =
		mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char present;
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .memory = (uint32_t)size,
					      .protocol = WIRE_TYPE,
					      .map_address = range };
	struct netring_capture cap;
	struct netring_packet pkt;
	uint8_t frame[64];
	int fd = must(wire_open(FAR), "a sending socket");

	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	live_open(&cap, &cfg);
	must(wire_send(fd, frame, sizeof(frame)), "send");
	is(netring_capture_receive(&cap, &pkt, netring_clock_ms() + 500), 1,
	   "%s: a packet", mode_name(flags));
	ok(pkt.data > range && pkt.data < range + size, "in the range given");
	netring_capture_close(&cap);
	ok(mincore(range, page, &present) < 0 && errno == ENOMEM,
	   "close unmaps it");
	cfg.map_address = range + 1;
	is(netring_capture_open(&cap, &cfg), -EINVAL, "not aligned");
	is(cap.step, NETRING_STEP_MAP, "step");
	close(fd);
}

static void hash_and_time(uint32_t flags)
{
	struct netring_capture cap;
	struct netring_packet pkt;
	uint32_t hashes[3] = { 0, 0, 0 };
	uint8_t frame[80];
	int fd = must(wire_open(FAR), "a sending socket");
	int i;

	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.flags = flags | NETRING_CAPTURE_TIME_HARDWARE,
				.protocol = 0x0800 });
	for (i = 0; i < 3; i++) {
		wire_udp(frame, sizeof(frame), i < 2 ? 1000 : 2000, 0);
		must(wire_send(fd, frame, sizeof(frame)), "send");
		if (netring_capture_receive(&cap, &pkt,
					    netring_clock_ms() + 500) == 1)
			hashes[i] = pkt.hash;
	}
	if (!flags)
		ok(!hashes[0] && !hashes[1] && !hashes[2], "no hash");
	else
		ok(hashes[0] && hashes[0] == hashes[1] &&
			   hashes[0] != hashes[2],
		   "a hash, the same for the same flow");
	is(pkt.flags & NETRING_PACKET_TIME_HARDWARE, 0,
	   "veth has no clock, and none is told");
	between((int64_t)pkt.sec, live_real_us() / 1000000 - 2,
		live_real_us() / 1000000, "the time is the kernel's");
	close(fd);
	netring_capture_close(&cap);
}

int main(void)
{
	live_begin();
	live_wire();
	memberships();
	promiscuous();
	protocol();
	names();
	presets();
	mapped(0);
	mapped(NETRING_CAPTURE_IMMEDIATE);
	hash_and_time(0);
	hash_and_time(NETRING_CAPTURE_HASH);
	return done_testing();
}
