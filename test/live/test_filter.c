/* SPDX-License-Identifier: MIT */
/* test_filter.c - classic and extended filters, snapshot length, lock. */
#define _GNU_SOURCE
#include "bpf_call.h"
#include "live.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 20u
#define LENGTH 1000u

/* Numbered packets whose number & 1 is 1; the number is 18 bytes in. */
#define PARITY(even, odd)                                          \
	{                                                          \
		{ 0x28, 0, 0, 12 }, { 0x15, 0, 3, WIRE_TYPE },     \
			{ 0x20, 0, 0, 18 }, { 0x54, 0, 0, 1 },     \
			{ 0x15, 1, 2, 1 }, { 0x06, 0, 0, 0 },      \
			{ 0x06, 0, 0, odd }, { 0x06, 0, 0, even }, \
	}
static const struct netring_instruction odd_code[] = PARITY(0, 0x40000);
static const struct netring_instruction even_code[] = PARITY(0x40000, 0);
/* len >= 0; jump beyond the end */
static const struct netring_instruction bad_code[] = { { 0x15, 9, 9, 0 },
						       { 0x06, 0, 0, 1 } };
static const struct netring_filter odd = { odd_code, 8 };
static const struct netring_filter even = { even_code, 8 };
static const struct netring_filter bad = { bad_code, 2 };

struct seen {
	uint32_t even, odd, whole, length, wire;
};

static struct seen exchange(struct netring_capture *cap)
{
	struct netring_packet pkt;
	struct seen seen = { 0 };
	int64_t end;

	must(wire_burst(&(struct wire_flood){
		     .interface = FAR, .count = FRAMES, .length = LENGTH }),
	     "sending");
	end = netring_clock_ms() + live_quiet_ms(40);
	while (netring_capture_receive(cap, &pkt, end) == 1) {
		if (pkt.len < WIRE_NUMBERED ||
		    netring_packet_protocol(&pkt) != WIRE_TYPE)
			continue;
		if (wire_get32(pkt.data + 18) & 1)
			seen.odd++;
		else
			seen.even++;
		seen.whole += !netring_packet_truncated(&pkt);
		seen.length = pkt.len;
		seen.wire = pkt.wire_len;
	}
	return seen;
}

static void classic(uint32_t flags)
{
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .retire_ms = 1,
					      .filter = &odd };
	struct netring_capture cap;
	struct seen s;

	live_open(&cap, &cfg);
	s = exchange(&cap);
	ok(s.odd == FRAMES / 2 && !s.even, "%s: odd", mode_name(flags));
	is(netring_capture_set_filter(&cap, &even), 0, "replace");
	s = exchange(&cap);
	ok(!s.odd && s.even == FRAMES / 2, "even");
	is(netring_capture_set_filter(&cap, &bad), -EINVAL, "a bad program");
	is(cap.step, NETRING_STEP_FILTER, "is told as the filter's");
	s = exchange(&cap);
	ok(!s.odd && s.even == FRAMES / 2, "and the old one stays in force");
	is(netring_capture_detach_filter(&cap), 0, "detach");
	s = exchange(&cap);
	ok(s.odd == FRAMES / 2 && s.even == FRAMES / 2, "all");
	is(netring_capture_detach_filter(&cap), 0, "detach without one");
	is(netring_capture_set_filter(&cap, &odd), 0, "set again");
	is(netring_capture_lock_filter(&cap), 0, "lock");
	is(netring_capture_set_filter(&cap, &even), -EPERM, "no change");
	is(netring_capture_detach_filter(&cap), -EPERM, "no removal");
	is(cap.step, NETRING_STEP_FILTER, "the filter's again");
	s = exchange(&cap);
	ok(s.odd == FRAMES / 2 && !s.even, "odd still");
	netring_capture_close(&cap);

	cfg.flags |= NETRING_CAPTURE_LOCK_FILTER;
	live_open(&cap, &cfg);
	is(netring_capture_set_filter(&cap, &even), -EPERM, "locked by open");
	s = exchange(&cap);
	ok(s.odd == FRAMES / 2 && !s.even, "odd");
	netring_capture_close(&cap);

	cfg.filter = &bad;
	is(netring_capture_open(&cap, &cfg), -EINVAL, "open, bad program");
	is(cap.step, NETRING_STEP_FILTER, "step");
	cfg.filter = &odd;
	cfg.snaplen = 64;
	is(netring_capture_open(&cap, &cfg), -EINVAL, "filter and snaplen");
	is(cap.step, NETRING_STEP_CONFIG, "step");
}

/* How many 1000-byte packets a small ring takes. */
static uint32_t room(uint32_t flags, uint32_t snaplen)
{
	struct netring_capture_stats total = { 0 };
	struct netring_capture cap;

	live_open(&cap, &(struct netring_capture_config){ .interface = NEAR,
							  .protocol = WIRE_TYPE,
							  .flags = flags,
							  .memory = 256 * 1024,
							  .snaplen = snaplen });
	must(wire_burst(&(struct wire_flood){ .interface = FAR,
					      .count = 2000,
					      .rate = 200000,
					      .length = LENGTH }),
	     "sending");
	netring_capture_read_stats(&cap, &total, NULL);
	netring_capture_close(&cap);
	return (uint32_t)total.received;
}

static void snaplen(uint32_t flags)
{
	struct netring_instruction code[8];
	struct netring_filter short_odd = { code, 8 };
	struct netring_capture cap;
	uint32_t whole, cut;
	struct seen s;

	live_open(&cap, &(struct netring_capture_config){ .interface = NEAR,
							  .flags = flags,
							  .retire_ms = 1,
							  .snaplen = 64 });
	s = exchange(&cap);
	ok(s.length == 64 && s.wire == LENGTH && !s.whole,
	   "%s, snaplen 64: %u of %u bytes", mode_name(flags), s.length,
	   s.wire);
	is(s.even + s.odd, FRAMES, "of all packets");
	is(netring_capture_set_filter(&cap, &odd), -EINVAL,
	   "a filter that keeps more is refused");
	memcpy(code, odd_code, sizeof(code));
	is(netring_filter_snaplen(code, 8, 60), 1, "one that is cut");
	is(netring_capture_set_filter(&cap, &short_odd), 0, "is not");
	s = exchange(&cap);
	ok(s.length == 60 && s.odd == FRAMES / 2 && !s.even, "odd, 60 bytes");
	is(netring_capture_detach_filter(&cap), 0, "detach");
	s = exchange(&cap);
	ok(s.length == 64 && s.odd == FRAMES / 2 && s.even == FRAMES / 2,
	   "the snaplen is in force again");
	netring_capture_close(&cap);

	whole = room(flags, 0);
	cut = room(flags, 64);
	ok(cut > 3 * whole, "a small ring takes %u cut packets, %u whole", cut,
	   whole);
}

/* `vlan` as tcpdump compiles it for a live interface */
static void vlan_tag(void)
{
	static const struct netring_instruction code[] = {
		{ 0x30, 0, 0, 0xfffff030 }, /* SKF_AD_VLAN_TAG_PRESENT */
		{ 0x15, 0, 1, 1 },
		{ 0x06, 0, 0, 0x40000 },
		{ 0x06, 0, 0, 0 },
	};
	static const struct netring_filter vlan = { code, 4 };
	struct netring_capture cap;
	struct netring_packet pkt;
	uint8_t frame[64];
	int fd = must(wire_open(FAR), "a sending socket");
	int n = 0, tagged = 0;

	live_open(&cap, &(struct netring_capture_config){ .interface = NEAR,
							  .retire_ms = 1,
							  .filter = &vlan });
	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	must(wire_send(fd, frame, sizeof(frame)), "send");
	wire_put32(frame + 12, 0x81000003);
	must(wire_send(fd, frame, sizeof(frame)), "send");
	while (netring_capture_receive(&cap, &pkt,
				       netring_clock_ms() +
					       live_quiet_ms(40)) == 1) {
		n++;
		tagged += !!(pkt.flags & NETRING_PACKET_VLAN);
	}
	ok(n == 1 && tagged == 1, "a filter for tags by the kernel's record");
	netring_capture_close(&cap);
	close(fd);
}

static void extended(uint32_t flags)
{
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .retire_ms = 1 };
	struct netring_capture cap;
	int forty = bpf_answer(40), none = bpf_answer(0), closed = 9999;
	struct seen s;

	if (forty < 0) {
		skip(lacking(forty) ? lacking(forty) : strerror(-forty),
		     "%s: eBPF filter", mode_name(flags));
		return;
	}
	cfg.ebpf_filter = &forty;
	live_open(&cap, &cfg);
	s = exchange(&cap);
	ok(s.odd + s.even == FRAMES && s.length == 40 && s.wire == LENGTH,
	   "%s: an eBPF filter that keeps 40 bytes", mode_name(flags));
	is(netring_capture_set_ebpf_filter(&cap, none), 0, "replaced");
	s = exchange(&cap);
	is(s.odd + s.even, 0, "by one that keeps none");
	is(netring_capture_set_ebpf_filter(&cap, closed), -EBADF,
	   "a closed one");
	is(netring_capture_detach_filter(&cap), 0, "detach");
	s = exchange(&cap);
	is(s.odd + s.even, FRAMES, "all");
	netring_capture_close(&cap);
	cfg.ebpf_filter = &closed;
	is(netring_capture_open(&cap, &cfg), -EBADF, "open with a closed one");
	is(cap.step, NETRING_STEP_FILTER, "step");
	close(forty);
	close(none);
}

int main(void)
{
	int i;

	live_begin();
	live_wire();
	for (i = 0; i < MODES; i++) {
		classic(mode_flags[i]);
		snaplen(mode_flags[i]);
		extended(mode_flags[i]);
	}
	vlan_tag();
	return done_testing();
}
