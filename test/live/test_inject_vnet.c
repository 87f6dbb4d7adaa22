/* SPDX-License-Identifier: MIT */
/* test_inject_vnet.c - checksums and segments that are left to the kernel. */
#define _GNU_SOURCE
#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <netring/injector.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define IP 14
#define L4 34
#define TCP_HEADERS 54
#define SEGMENT 1000

static struct netring_injector inj;
static int spy;
static uint8_t got[WIRE_MAX + 64];

static uint32_t pseudo(const uint8_t *ip, uint8_t protocol, uint32_t length)
{
	uint8_t bytes[12];

	memcpy(bytes, ip + 12, 8);
	wire_put16(bytes + 8, protocol);
	wire_put16(bytes + 10, (uint16_t)length);
	return wire_sum(bytes, 12, 0);
}

/* The checksum of all behind the IPv4 header is right. */
static int sum_right(const uint8_t *frame, uint32_t length)
{
	uint32_t sum = pseudo(frame + IP, frame[IP + 9], length - L4);

	return wire_fold(wire_sum(frame + L4, length - L4, sum)) == 0 &&
	       wire_fold(wire_sum(frame + IP, 20, 0)) == 0;
}

/* The sum of the pseudo header, not inverted: the kernel adds the rest. */
static void make_partial(struct netring_frame *f, uint32_t length,
			 uint8_t protocol, uint16_t offset)
{
	uint32_t sum = pseudo(f->data + IP, protocol, length - L4);

	wire_put16(f->data + L4 + offset, (uint16_t)~wire_fold(sum));
	f->vnet->flags = 1;
	f->vnet->csum_start = L4;
	f->vnet->csum_offset = offset;
}

static void checksum(uint32_t length)
{
	struct netring_frame f;
	uint8_t plain[1514];
	int n;

	must(netring_injector_reserve(&inj, &f), "reserve");
	wire_udp(f.data, length, 4001, length);
	memcpy(plain, f.data, length);
	make_partial(&f, length, 17, 6);
	must(netring_injector_commit(&inj, &f, length), "commit");
	is(netring_injector_flush(&inj), 0, "UDP, %u bytes: flush", length);
	n = spy_read(spy, got, sizeof(got), 500);
	is(n, length, "arrives");
	ok(n > L4 && sum_right(got, (uint32_t)n), "with a right checksum");
	ok(wire_get16(got + L4 + 6) != 0, "which is not left out");
	memset(got + L4 + 6, 0, 2);
	ok(!memcmp(got, plain, length), "all else is as it was");
}

static void fill_tcp(struct netring_frame *f, uint32_t payload)
{
	uint8_t *tcp = f->data + L4;
	uint32_t i;

	wire_udp(f->data, TCP_HEADERS + payload, 0, 0);
	f->data[IP + 9] = 6;
	wire_put16(f->data + IP + 10, 0);
	wire_put16(f->data + IP + 10, wire_fold(wire_sum(f->data + IP, 20, 0)));
	memset(tcp, 0, 20);
	wire_put16(tcp, 4001);
	wire_put16(tcp + 2, 4002);
	wire_put32(tcp + 4, 1000000);
	wire_put32(tcp + 8, 2000000);
	tcp[12] = 5 << 4;
	tcp[13] = 0x18;
	wire_put16(tcp + 14, 1000);
	for (i = 0; i < payload; i++)
		tcp[20 + i] = (uint8_t)(i * 31 + i / 251);
	make_partial(f, TCP_HEADERS + payload, 6, 16);
	f->vnet->gso_type = 1;
	f->vnet->gso_size = SEGMENT;
	f->vnet->header_len = TCP_HEADERS;
}

/* Payload as sent, from @at on. */
static int payload_right(uint32_t at, uint32_t length)
{
	uint32_t i;

	for (i = 0; i < length; i++)
		if (got[TCP_HEADERS + i] !=
		    (uint8_t)((at + i) * 31 + (at + i) / 251))
			return 0;
	return 1;
}

static void segments(uint32_t payload)
{
	uint32_t at = 0, length;
	struct netring_frame f;
	int n, frames = 0, good = 1;

	must(netring_injector_reserve(&inj, &f), "reserve");
	if (f.capacity < TCP_HEADERS + payload) {
		ok(0, "a slot for %u", payload);
		return;
	}
	fill_tcp(&f, payload);
	must(netring_injector_commit(&inj, &f, TCP_HEADERS + payload),
	     "commit");
	is(netring_injector_flush(&inj), 0, "super-frame of %u: flush",
	   payload);
	for (; at < payload; at += length) {
		n = spy_read(spy, got, sizeof(got), 500);
		if (n <= TCP_HEADERS)
			break;
		length = (uint32_t)n - TCP_HEADERS;
		good = good && n <= 1514 && sum_right(got, (uint32_t)n) &&
		       payload_right(at, length) &&
		       wire_get32(got + L4 + 4) == 1000000 + at &&
		       wire_get16(got + IP + 2) == (uint32_t)n - IP;
		frames++;
	}
	is(at, payload, "all its bytes arrive");
	is(frames, (payload + SEGMENT - 1) / SEGMENT, "as segments");
	ok(good, "each whole, its checksums right, in order");
}

/* A far end that takes super-frames gets it whole. */
static void whole(uint32_t payload)
{
	struct netring_frame f;
	int n;

	must(netring_injector_reserve(&inj, &f), "reserve");
	fill_tcp(&f, payload);
	must(netring_injector_commit(&inj, &f, TCP_HEADERS + payload),
	     "commit");
	is(netring_injector_flush(&inj), 0, "super-frame of %u: flush",
	   payload);
	n = spy_read(spy, got, sizeof(got), 500);
	is(n, TCP_HEADERS + (int)payload, "arrives as one");
	ok(n > TCP_HEADERS && payload_right(0, payload), "whole");
}

/* What is refused does not stop what comes behind it; a length of headers is
 * no more than a hint, and is put right. */
static void wrong(void)
{
	struct netring_injector_stats s;
	struct netring_frame f;
	uint8_t frame[100];
	int i;

	wire_frame(frame, sizeof(frame), WIRE_TYPE, 1);
	for (i = 0; i < 3; i++) {
		must(netring_injector_reserve(&inj, &f), "reserve");
		wire_udp(f.data, 100, 1, 1);
		if (i == 0) {
			f.vnet->flags = 1;
			f.vnet->csum_start = 200;
		} else if (i == 1) {
			f.vnet->gso_type = 77;
		} else {
			f.vnet->header_len = 2000;
		}
		is(netring_injector_commit(&inj, &f, 100), i ? 0 : -EINVAL,
		   "wrong header %d: commit", i);
		must(netring_injector_reserve(&inj, &f), "reserve");
		ok(f.vnet && !f.vnet->flags && !f.vnet->gso_type &&
			   !f.vnet->header_len,
		   "the next one's header is zeroed");
		memcpy(f.data, frame, sizeof(frame));
		must(netring_injector_commit(&inj, &f, sizeof(frame)),
		     "commit");
		netring_injector_flush(&inj);
		is(netring_injector_drain(&inj, netring_clock_ms() + 100), 0,
		   "wrong header %d: drained", i);
		if (i == 2)
			is(spy_read(spy, got, sizeof(got), 500), 100,
			   "it arrives");
		wire_frame(frame, sizeof(frame), WIRE_TYPE, 1);
		ok(spy_is(spy, frame, sizeof(frame)) && spy_quiet(spy, 1),
		   "the one behind it arrives, and no more");
	}
	netring_injector_read_stats(&inj, &s);
	is((long long)s.refused.header, 1, "refused for its vnet header");
	is((long long)s.too_short, 1, "and by commit");
	is((long long)s.queued, (long long)s.accepted + 1, "accepted");
}

int main(void)
{
	struct netring_injector_config cfg = {
		.interface = FAR,
		.flags = NETRING_INJECTOR_VNET_HDR,
		.max_packet = 9000,
		.memory = 1 << 20,
	};
	int r;

	live_begin();
	live_wire();
	spy = must(spy_open(NEAR, 0), "a look at the far end");
	must(port_set_host(FAR, 0), "no offloads at the sending end");
	r = netring_injector_open(&inj, &cfg);
	must(r, "open (%s)", netring_step_name(inj.step));
	checksum(60);
	checksum(61);
	checksum(1000);
	checksum(1514);
	segments(4000);
	segments(8500);
	segments(1001);
	wrong();
	must(port_set_host(FAR, 1), "offloads at the sending end");
	whole(4000);
	whole(8500);
	netring_injector_close(&inj);
	return done_testing();
}
