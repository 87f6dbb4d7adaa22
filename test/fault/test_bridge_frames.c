/* SPDX-License-Identifier: MIT */
/* test_bridge_frames.c - what becomes of each frame, over scripted kernels. */
#include "scripted_bridge.h"

static int step(int timeout)
{
	return netring_bridge_step(&b.br, timeout);
}

/* Bytes and vnet header as they came, both ways, in order. */
static void both_ways(void **state)
{
	struct arrival frame = { .len = 200,
				 .vnet = { 1, 0, 54, 0, 0, 0, 34, 0, 16, 0 } };
	int port, i;

	(void)state;
	bridging_begin(0);
	for (i = 0; i < 100; i++) {
		port = i % 3 == 0;
		frame.mark = (uint8_t)i;
		frame.len = 14 + (uint32_t)i * 3;
		frame.vnet[0] = frame.len >= 34 + 16 + 2;
		frame.vnet[2] = frame.len < 54 ? (uint8_t)frame.len : 54;
		assert_int_equal(arrive(port, &frame), 1);
		assert_int_equal(step(1000), 1);
		assert_int_equal(b.departed, i + 1);
		assert_int_equal(b.left[i].port, !port);
		assert_int_equal(b.left[i].len, frame.len);
		assert_memory_equal(b.left[i].vnet, frame.vnet, 10);
		if (i) {
			assert_int_equal(b.left[i].bytes[14], i);
			assert_int_equal(b.left[i].bytes[15], 15);
		}
		assert_memory_equal(b.left[i].bytes,
				    "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09"
				    "\x0a\x0b\x08\x00",
				    14);
	}
	assert_int_equal(bridging_stats(0).forwarded, 66);
	assert_int_equal(bridging_stats(1).forwarded, 34);
	assert_int_equal(bridging_stats(1).checksum, 29);
	assert_int_equal(bridging_stats(0).gso, 0);
	bridging_end();
}

/* Tags go back in, whichever; the checksum's place moves with them. */
static void tags(void **state)
{
	static const uint16_t tpids[] = { 0x8100, 0x88a8 };
	static const uint16_t tcis[] = { 0, 1, 0x0fff, 0xe064 };
	struct arrival frame = { .len = 100,
				 .vnet = { 1, 0, 54, 0, 0, 0, 34, 0, 16, 0 } };
	struct departure *d;
	uint32_t i, n = 0;

	(void)state;
	bridging_begin(0);
	for (i = 0; i < 8; i++, n++) {
		frame.tpid = tpids[i % 2];
		frame.tci = tcis[i / 2];
		frame.type = i == 3 ? 0x8100 : 0x86dd; /* QinQ, too */
		arrive(0, &frame);
		assert_int_equal(step(1000), 1);
		d = &b.left[n];
		assert_int_equal(d->len, 104);
		assert_int_equal(d->bytes[12] << 8 | d->bytes[13], frame.tpid);
		assert_int_equal(d->bytes[14] << 8 | d->bytes[15], frame.tci);
		assert_int_equal(d->bytes[16] << 8 | d->bytes[17], frame.type);
		assert_int_equal(d->bytes[11], 11);
		assert_int_equal(d->bytes[103], 99);
		assert_int_equal(d->vnet[6], 38);
		assert_int_equal(d->vnet[2], 58);
	}
	bridging_end();
}

static enum netring_verdict verdict;
static int asked;

static enum netring_verdict filter(void *user, struct netring_packet *pkt,
				   int direction)
{
	assert_ptr_equal(user, &b);
	assert_int_equal(direction, asked % 2);
	assert_int_equal(pkt->len, 60);
	asked++;
	if (verdict == NETRING_VERDICT_MODIFIED) {
		pkt->data[20] = 0x77;
		pkt->len = 50;
	}
	return verdict;
}

static void verdicts(void **state)
{
	int i, n = 0;

	(void)state;
	bridging_begin(0);
	b.br.config_.filter = filter;
	asked = 0;
	for (i = 0; i < 12; i++) {
		verdict = (enum netring_verdict)(i / 4);
		arrive_plain(i % 2, 1);
		assert_int_equal(step(1000), 1);
		assert_int_equal(asked, i + 1);
		if (verdict == NETRING_VERDICT_DROP)
			continue;
		assert_int_equal(b.left[n].len, i < 4 ? 60 : 50);
		assert_int_equal(b.left[n++].bytes[20], i < 4 ? 20 : 0x77);
	}
	assert_int_equal(bridging_stats(0).filtered, 2);
	assert_int_equal(bridging_stats(1).filtered, 2);
	bridging_end();
}

/* 01:80:c2:00:00:00 to 0f, by option; 10 and others always. */
static void link_local(void **state)
{
	struct arrival frame = { 0 };
	uint32_t pass, last;

	(void)state;
	for (pass = 0; pass < 2; pass++) {
		bridging_begin(pass ? NETRING_BRIDGE_LINK_LOCAL : 0);
		for (last = 0; last < 0x14; last++) {
			frame.link_local = (uint8_t)(last + 1);
			arrive(0, &frame);
			assert_int_equal(step(1000), 1);
		}
		for (frame.odd = 1; frame.odd <= 5; frame.odd++) {
			frame.link_local = 1;
			arrive(0, &frame);
			assert_int_equal(step(1000), 1);
		}
		frame.odd = 0;
		assert_int_equal(bridging_stats(0).link_local, pass ? 0 : 16);
		assert_int_equal(bridging_stats(0).forwarded, pass ? 25 : 9);
		bridging_end();
	}
}

/* For the far MTU, for the slot, cut short, or no Ethernet frame at all. */
static void lengths(void **state)
{
	static const struct {
		struct arrival frame;
		int passes;
	} cases[] = {
		{ { .len = 13 }, 0 },
		{ { .len = 1 }, 0 },
		{ { .len = 14 }, 1 },
		{ { .len = 314 }, 1 },
		{ { .len = 315 }, 0 },
		{ { .len = 318, .type = 0x8100 }, 1 },
		{ { .len = 319, .type = 0x8100 }, 0 },
		{ { .len = 314, .tpid = 0x8100, .tci = 5 }, 1 },
		{ { .len = 315, .tpid = 0x8100, .tci = 5 }, 0 },
		{ { .len = 60, .wire_len = 61 }, 0 },
		{ { .len = 400, .vnet = SUPER_FRAME }, 1 }, /* a super-frame */
		{ { .len = 400, .wire_len = 900, .vnet = SUPER_FRAME }, 0 },
	};
	struct netring_bridge_stats stats;
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bridging_begin(0);
		arrive(0, &cases[i].frame);
		assert_int_equal(step(1000), 1);
		stats = bridging_stats(0);
		if (stats.forwarded != (uint64_t)cases[i].passes)
			print_message("# case %u\n", i);
		assert_int_equal(stats.forwarded, cases[i].passes);
		assert_int_equal(stats.too_long, !cases[i].passes);
		assert_int_equal(stats.gso,
				 cases[i].passes && cases[i].frame.vnet[1]);
		bridging_end();
	}
}

/* A flood one way: the budget each step, then at once again; the other too. */
static void budget(void **state)
{
	int i;

	(void)state;
	bridging_begin(0);
	for (i = 0; i < 16; i++)
		arrive_plain(0, (uint8_t)i);
	arrive_plain(1, 0);
	assert_int_equal(netring_bridge_timeout(&b.br), 200);
	b.br.config_.budget = 3; /* what fits into the far ring at once */
	assert_int_equal(step(1000), 4);
	assert_int_equal(bridging_stats(1).forwarded, 1);
	/* the batch is not at its end: no waiting, also without an event */
	assert_int_equal(netring_bridge_timeout(&b.br), 0);
	for (i = 1; i < 5; i++) {
		assert_int_equal(step(1000), 3);
		assert_int_equal(b.timeout, 0);
	}
	assert_int_equal(step(1000), 1);
	assert_int_equal(bridging_stats(0).forwarded, 16);
	assert_int_equal(netring_bridge_timeout(&b.br), 200);
	for (i = 0; i < 15; i++)
		if (b.left[i].port == 1 && b.left[i + 1].port == 1)
			assert_int_equal(b.left[i + 1].bytes[14],
					 b.left[i].bytes[14] + 1);
	bridging_end();
}

/* Full far ring: dropped and counted; the other direction goes on. */
static void ring_full(void **state)
{
	int i;

	(void)state;
	bridging_begin(0);
	b.stuck[1] = 1;
	for (i = 0; i < 8; i++) {
		arrive_plain(0, (uint8_t)i);
		arrive_plain(1, (uint8_t)i);
	}
	assert_int_equal(step(1000), 16);
	assert_int_equal(bridging_stats(0).forwarded, 0);
	assert_int_equal(bridging_stats(0).pending, 4);
	assert_int_equal(bridging_stats(0).ring_full, 4);
	assert_int_equal(bridging_stats(1).forwarded, 8);
	unstick(1);
	arrive_plain(0, 9);
	assert_int_equal(step(1000), 1);
	assert_int_equal(bridging_stats(0).forwarded, 5);
	bridging_end();
}

/* HOLD: nothing is lost, all in order; not woken for what must wait. */
static void hold(void **state)
{
	int i;

	(void)state;
	bridging_begin(NETRING_BRIDGE_HOLD);
	b.stuck[1] = 1;
	for (i = 0; i < 12; i++)
		arrive_plain(0, (uint8_t)i);
	assert_int_equal(step(1000), 4);
	assert_int_equal(netring_bridge_timeout(&b.br), 1);
	for (i = 0; i < 5; i++) {
		arrive_plain(1, (uint8_t)i);
		assert_int_equal(step(1000), 1);
		assert_int_equal(b.timeout, 1);
		assert_int_equal(b.events[0], 0);
		assert_int_equal(b.events[1], POLLIN);
	}
	assert_int_equal(bridging_stats(0).received, 4);
	unstick(1);
	assert_true(step(1000) > 0);
	assert_true(step(1000) >= 0);
	assert_int_equal(bridging_stats(0).forwarded, 12);
	assert_int_equal(bridging_stats(0).ring_full, 0);
	assert_int_equal(step(10), 0);
	assert_int_equal(b.events[0], POLLIN);
	for (i = 0; i < 17; i++)
		if (b.left[i].port == 1 && i > 8)
			assert_int_equal(b.left[i].bytes[14], i - 5);
	/* to a port that is down nothing is held */
	b.stuck[1] = 1;
	for (i = 0; i < 5; i++)
		arrive_plain(0, (uint8_t)i);
	assert_int_equal(step(1000), 4);
	assert_int_equal(step(1000), 0);
	b.up[1] = 0;
	b.so_error[1] = ENETDOWN;
	for (i = 0; i < 8; i++)
		arrive_plain(0, (uint8_t)i);
	assert_int_equal(step(1000), 8);
	assert_int_equal(step(1000), 1);
	assert_int_equal(bridging_stats(0).link_down, 9);
	bridging_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways), cmocka_unit_test(tags),
		cmocka_unit_test(verdicts),  cmocka_unit_test(link_local),
		cmocka_unit_test(lengths),   cmocka_unit_test(budget),
		cmocka_unit_test(ring_full), cmocka_unit_test(hold),
	};

	return cmocka_run_group_tests_name("bridge_frames", tests, NULL, NULL);
}
