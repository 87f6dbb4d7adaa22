/* SPDX-License-Identifier: MIT */
/* test_bridge_guest.c - a guest behind a tap writes what vnet headers it likes. */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GUEST "g0"
#define FUZZ_SECONDS 5 /* or NETRING_GUEST_SECONDS */
#define LONGEST 9000u
#define UDP_GSO 3 /* UFO: what the ring cannot describe */

static struct hosts h;
static struct netring_bridge br;
static _Alignas(8) uint8_t oversize[NETRING_BRIDGE_OVERSIZE];
static int guest;

/* One write of a guest; whether its own kernel took it. */
static int guest_write(const struct netring_vnet *vnet, const void *frame,
		       size_t length)
{
	uint8_t bytes[10 + LONGEST];

	memcpy(bytes, vnet, 10);
	memcpy(bytes + 10, frame, length);
	return write(guest, bytes, 10 + length) == (ssize_t)(10 + length);
}

static void guest_plain(uint32_t number)
{
	static const struct netring_vnet none;
	uint8_t frame[100];

	wire_frame(frame, sizeof(frame), WIRE_TYPE, number);
	ok(guest_write(&none, frame, sizeof(frame)), "the guest sends");
}

static struct netring_bridge_stats stats_of(int direction, const char *what)
{
	struct netring_bridge_stats s;

	must(netring_bridge_read_stats(&br, direction, &s), "stats");
	hosts_adds_up(&s, what);
	return s;
}

static void open_it(uint32_t flags)
{
	struct netring_bridge_config cfg = {
		.interface = { GUEST, "p1" },
		.flags = flags,
		.oversize = flags & NETRING_BRIDGE_LARGE ? NULL : oversize,
		.oversize_size = flags & NETRING_BRIDGE_LARGE ?
					 0 :
					 (uint32_t)sizeof(oversize),
	};
	int r = netring_bridge_open(&br, &cfg);

	must(r, "open (%s)", netring_step_name(br.step));
}

/* A datagram for the kernel to cut into fragments. */
static int guest_ufo(void)
{
	static const uint8_t headers[] = {
		0x45, 0,  3000 >> 8, 3000 & 255, 0, 1,	0, 0, 64, 17, 0,
		0,    10, 9,	     0,		 1, 10, 9, 0, 2,  0,  7,
		0,    7,  2980 >> 8, 2980 & 255, 0, 0
	};
	const struct netring_vnet ufo = { .gso_type = UDP_GSO,
					  .gso_size = 1448,
					  .header_len = 14 };
	uint8_t frame[3014];

	wire_frame(frame, sizeof(frame), 0x0800, 7);
	memcpy(frame + 14, headers, sizeof(headers));
	return guest_write(&ufo, frame, sizeof(frame));
}

/* UFO stops a ring of TPACKET_V2 for good, before Linux 7.2. */
static void wedge(uint32_t flags)
{
	struct netring_bridge_stats s = { 0 };
	uint8_t frame[100];
	uint64_t renewals;
	int64_t start;
	uint32_t i;

	open_it(flags);
	guest_plain(0);
	hosts_pump(&br, 20);
	ok(guest_ufo(), "flags %x: UFO", flags);
	/* drops tell it, so there have to be some */
	start = live_start_ms();
	for (i = 1; netring_clock_ms() - start < 5000; i++) {
		guest_plain(i);
		hosts_pump(&br, 50);
		s = stats_of(0, "wedged");
		if (s.forwarded > 1)
			break;
	}
	renewals = s.renewals;
	ok(renewals <= 1, "the ring was made anew once, or not: %llu",
	   (unsigned long long)renewals);
	between(netring_clock_ms() - start, 0, 1000 + live_late_ms(),
		"ms until it was");
	ok(s.kernel_drops > 0, "what was lost is counted");
	wire_frame(frame, 100, WIRE_TYPE, 0);
	ok(spy_is(h.spy[1], frame, 100), "before it");
	wire_frame(frame, 100, WIRE_TYPE, i);
	ok(spy_is(h.spy[1], frame, 100), "after it");
	for (i = 100; i < 150; i++) {
		wire_frame(frame, 100, WIRE_TYPE, i);
		guest_plain(i);
		hosts_pump(&br, 1);
		if (!spy_is(h.spy[1], frame, 100))
			break;
	}
	is(i, 150, "and all that follow");
	s = stats_of(0, "renewed");
	is((long long)s.renewals, (long long)renewals, "no other renewal");
	is(netring_bridge_step(&br, 0), 0, "idle");
	netring_bridge_close(&br);
}

/* In blocks (TPACKET_V3) such a packet is left out, and no other. */
static void in_blocks(void)
{
	struct netring_capture_config cfg = {
		.interface = GUEST,
		.flags = NETRING_CAPTURE_VNET_HDR,
		.memory = 1 << 20,
		.direction = NETRING_DIRECTION_IN,
	};
	struct netring_capture cap;
	struct tally t = { 0 };
	uint32_t i;

	live_open(&cap, &cfg);
	for (i = 0; i < 30; i++) {
		if (i % 5 == 0)
			ok(guest_ufo(), "UFO");
		guest_plain(i);
	}
	tally_batches(&t, &cap, 30, 500);
	tally_ok(&t, 30, "blocks with UFO in them");
	netring_capture_close(&cap);
}

static uint32_t below(uint32_t n)
{
	static uint64_t state = 0x6e657472696e6721;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(state >> 33) % n;
}

/* A number that may fit, or is at an edge, or is anything. */
static uint16_t odd_number(uint32_t length)
{
	static const uint16_t some[] = { 0,  1,	 6,    8,    14,   16,	  20,
					 34, 54, 1448, 1500, 4096, 0xffff };

	switch (below(4)) {
	case 0:
		return some[below(13)];
	case 1:
		return (uint16_t)(length - below(20));
	case 2:
		return (uint16_t)below(0x10000);
	default:
		return (uint16_t)below(100);
	}
}

/* Fields of one kind of frame, and often one of them wrong. */
static void odd_vnet(struct netring_vnet *v, uint32_t length)
{
	static const uint8_t kinds[] = { 0, 1, 4, 5, 0x81, 0x84, 2, 7, 0x80 };

	memset(v, 0, sizeof(*v));
	v->flags = (uint8_t)(below(8) ? 1 : below(8));
	v->gso_type = below(2) ? 0 : kinds[below(9)];
	if (below(3000) == 0)
		v->gso_type = UDP_GSO;
	v->gso_size = v->gso_type ? (uint16_t)(1 + below(1400)) : 0;
	v->csum_start = v->gso_type == 4 ? 54 : 34;
	v->csum_offset = v->gso_type == 1 || v->gso_type == 4 ? 16 : 6;
	v->header_len = (uint16_t)(v->csum_start + 20);
	switch (below(8)) {
	case 0:
		v->gso_size = odd_number(length);
		break;
	case 1:
		v->csum_start = odd_number(length);
		break;
	case 2:
		v->csum_offset = odd_number(length);
		break;
	case 3:
		v->header_len = odd_number(length);
		break;
	}
}

static uint32_t odd_frame(uint8_t *frame, uint32_t number)
{
	static const uint16_t types[] = { 0x0800, 0x86dd, 0x0806,
					  0x8100, 0x88a8, 0x1234 };
	static const uint8_t protocols[] = { 6, 17, 4, 41, 47, 132, 58, 0 };
	uint32_t length = 14 + below(below(4) ? 1500 : LONGEST - 14);

	wire_frame(frame, LONGEST, WIRE_OTHER, number);
	wire_put16(frame + 12, types[below(6)]);
	frame[14] = below(2) ? 0x45 : 0x60;
	wire_put16(frame + 16, (uint16_t)(length - 14));
	frame[20] = protocols[below(8)];
	frame[23] = protocols[below(8)];
	frame[46] = (uint8_t)(below(16) << 4);
	return length;
}

static uint64_t arrived(void)
{
	return hosts_arrived(&h, 1);
}

static void fuzz(uint32_t flags, int seconds)
{
	struct netring_bridge_stats s, last = { 0 };
	static uint8_t frame[LONGEST];
	struct netring_vnet vnet;
	uint64_t before = arrived(), written = 0;
	int64_t start = live_start_ms();
	uint32_t number = 0, length;
	int r = 0, good = 1;

	open_it(flags);
	while (r >= 0 && netring_clock_ms() - start < seconds * 1000) {
		length = odd_frame(frame, number++);
		odd_vnet(&vnet, length);
		if (!guest_write(&vnet, frame, length))
			continue;
		if (++written % 4 == 0)
			r = netring_bridge_step(&br, 0);
		if (r >= 0 && written % 500 == 0) {
			must(netring_bridge_read_stats(&br, 0, &s), "stats");
			good &= s.received >= last.received &&
				s.forwarded >= last.forwarded &&
				s.kernel_drops >= last.kernel_drops;
			last = s;
		}
	}
	ok(r >= 0, "flags %x: step goes on (%d)", flags, r);
	hosts_pump(&br, 400);
	ok(good, "no counter went down");
	s = stats_of(0, "fuzzed");
	hosts_print(&s, "fuzzed");
	diag("%llu written, %llu renewals, refused: %llu header, %llu memory, "
	     "%llu busy, %llu other",
	     (unsigned long long)written, (unsigned long long)s.renewals,
	     (unsigned long long)s.refused.header,
	     (unsigned long long)s.refused.memory,
	     (unsigned long long)s.refused.busy,
	     (unsigned long long)s.refused.other);
	is((long long)s.pending, 0, "nothing waits");
	ok(s.forwarded > 100, "some were forwarded");
	is((long long)(arrived() - before), (long long)s.forwarded,
	   "what was forwarded has arrived, and nothing else");
	netring_bridge_close(&br);
}

int main(void)
{
	const char *seconds = getenv("NETRING_GUEST_SECONDS");

	live_begin();
	guest = net_tap(GUEST);
	if (guest < 0)
		skip_all(strerror(-guest), "no tap here");
	hosts_begin(&h);
	must(net_up(GUEST), "the guest's link");
	in_blocks();
	wedge(0);
	wedge(NETRING_BRIDGE_LARGE);
	/* with TSO left on, each super-frame arrives as one */
	fuzz(NETRING_BRIDGE_KEEP_OFFLOADS,
	     seconds ? atoi(seconds) : FUZZ_SECONDS);
	spy_flush(h.spy[1], 10);
	fuzz(NETRING_BRIDGE_LARGE, seconds ? atoi(seconds) : FUZZ_SECONDS);
	hosts_end(&h);
	return done_testing();
}
