/* SPDX-License-Identifier: MIT */
/* test_pace.c - a token bucket over simulated time. */
/* netring-test: fuller */
#include "capture_ring.h"
#include "rounds.h"

#include <netring/pace.h>

#define SECOND 1000000000ll

struct rate {
	struct netring_pace_config cfg;
	uint32_t bytes; /* of each frame */
};

static const struct rate rates[] = {
	{ { .packets_per_second = 1 }, 60 },
	{ { .packets_per_second = 2 }, 60 },
	{ { .packets_per_second = 3 }, 1514 },
	{ { .packets_per_second = 9 }, 60 },
	{ { .packets_per_second = 10 }, 60 },
	{ { .packets_per_second = 11, .burst_packets = 3 }, 60 },
	{ { .packets_per_second = 999 }, 60 },
	{ { .packets_per_second = 1000 }, 60 },
	{ { .packets_per_second = 14881 }, 60 },
	{ { .packets_per_second = 148810, .burst_packets = 32 }, 60 },
	{ { .packets_per_second = 1000000 }, 60 },
	{ { .packets_per_second = 1488095 }, 60 },
	{ { .packets_per_second = 3000000, .burst_packets = 16 }, 60 },
	{ { .packets_per_second = 7777777, .burst_packets = 64 }, 60 },
	{ { .packets_per_second = 10000000 }, 60 },
	{ { .packets_per_second = 10000000, .burst_packets = 256 }, 60 },
	{ { .packets_per_second = UINT32_MAX, .burst_packets = 1000 }, 60 },
	{ { .bits_per_second = 1000 }, 60 },
	{ { .bits_per_second = 1000 }, 1514 },
	{ { .bits_per_second = 1000, .burst_bytes = 64 }, 1514 },
	{ { .bits_per_second = 64000, .burst_bytes = 1600 }, 1514 },
	{ { .bits_per_second = 1000000 }, 1514 },
	{ { .bits_per_second = 99999999 }, 777 },
	{ { .bits_per_second = 1000000000 }, 1514 },
	{ { .bits_per_second = 1000000000, .burst_bytes = 1514 }, 1514 },
	{ { .bits_per_second = 4294967295 }, 1514 },
	{ { .bits_per_second = 4294967296 }, 1514 },
	{ { .bits_per_second = 4294967297 }, 60 },
	{ { .bits_per_second = 10000000000 }, 9014 },
	{ { .bits_per_second = 25000000000 }, 1514 },
	{ { .bits_per_second = 40000000001 }, 64 },
	{ { .bits_per_second = 100000000000 }, 60 },
	{ { .bits_per_second = 100000000000 }, 1514 },
	{ { .bits_per_second = 100000000000 }, 65535 },
	{ { .bits_per_second = 400000000000 }, 1514 },
	{ { .bits_per_second = 400000000000, .burst_bytes = 1 }, 65535 },
	/* both: now the one is less, now the other */
	{ { .packets_per_second = 1000, .bits_per_second = 1000000 }, 60 },
	{ { .packets_per_second = 1000, .bits_per_second = 1000000 }, 1514 },
	{ { .packets_per_second = 5000000,
	    .bits_per_second = 10000000000,
	    .burst_packets = 20 },
	  200 },
	{ { .packets_per_second = 1, .bits_per_second = 100000000000 }, 1514 },
	{ { .packets_per_second = 10000000, .bits_per_second = 1000 }, 60 },
};
#define RATES (sizeof(rates) / sizeof(rates[0]))

static double packet_burst(const struct netring_pace_config *cfg)
{
	return cfg->burst_packets ? cfg->burst_packets : 1;
}

static double byte_burst(const struct netring_pace_config *cfg)
{
	double few = (double)(cfg->bits_per_second / 1024);

	if (cfg->burst_bytes)
		return cfg->burst_bytes;
	return few < 65536 ? few : 65536;
}

/* A frame pays for all of itself, also one that is longer than the burst. */
static double bits_taken(const struct rate *rate)
{
	return rate->bytes * 8.0;
}

/* At once after a pause: the burst, or one frame. */
static double most_bits(const struct rate *rate)
{
	double burst = byte_burst(&rate->cfg) * 8;

	return burst > bits_taken(rate) ? burst : bits_taken(rate);
}

/* Packets of this rate in a second. */
static double exact(const struct rate *rate)
{
	double p = rate->cfg.packets_per_second;
	double b = (double)rate->cfg.bits_per_second / bits_taken(rate);

	if (!rate->cfg.bits_per_second)
		return p;
	return !rate->cfg.packets_per_second || b < p ? b : p;
}

/* Tokens that a bucket of one second holds beyond its burst: rounding. */
#define SLACK 1e-6

/*
 * Held against every window that begins at a departure: a pure bucket lets
 * through burst + rate * time. As a virtual queue that drains at the rate,
 * this is one number for all windows together.
 */
struct judge {
	double packets, bits; /* queued */
	int64_t then;
};

static void never_faster(struct judge *judge, const struct rate *rate,
			 int64_t now)
{
	double seconds = (double)(now - judge->then) / 1e9;
	const struct netring_pace_config *cfg = &rate->cfg;

	judge->then = now;
	judge->packets -= seconds * cfg->packets_per_second;
	judge->bits -= seconds * (double)cfg->bits_per_second;
	if (judge->packets < 0)
		judge->packets = 0;
	if (judge->bits < 0)
		judge->bits = 0;
	judge->packets++;
	judge->bits += bits_taken(rate);
	/* a nanosecond's tokens may be kept beside the burst, no more */
	if (cfg->packets_per_second)
		assert_true(judge->packets <=
			    packet_burst(cfg) +
				    cfg->packets_per_second / 0.999e9 + SLACK);
	if (cfg->bits_per_second)
		assert_true(judge->bits <=
			    most_bits(rate) +
				    (double)cfg->bits_per_second / 0.999e9 +
				    SLACK);
}

/* Asked exactly as told: the exact rate, to a thousandth, over any time. */
static void as_told(void **state)
{
	const struct rate *rate;
	struct netring_pace pace;
	struct judge judge;
	uint32_t i, n, wait, asked;
	int64_t now, start = 12345;
	double took, should, first;

	(void)state;
	for (i = 0; i < RATES; i++) {
		rate = &rates[i];
		now = start;
		memset(&judge, 0, sizeof(judge));
		judge.then = now;
		netring_pace_init(&pace, &rate->cfg, now);
		for (n = asked = 0; n < rounds_of(100000); asked++) {
			wait = netring_pace_take(&pace, rate->bytes, now);
			assert_true(wait <= SECOND);
			if (!wait) {
				never_faster(&judge, rate, now);
				n++;
			}
			now += wait;
		}
		/* less the first burst, which took no time */
		took = (double)(now - start) / 1e9;
		first = most_bits(rate) / bits_taken(rate);
		if (!rate->cfg.bits_per_second ||
		    exact(rate) < (double)rate->cfg.bits_per_second /
					  bits_taken(rate))
			first = packet_burst(&rate->cfg);
		should = (n - first) / exact(rate);
		if (took > should * 1.001 || took < should * 0.999)
			print_message("# rate %u: %u frames took %f s, "
				      "not %f\n",
				      i, n, took, should);
		assert_true(took <= should * 1.001 + 2e-9);
		assert_true(took >= should * 0.999 - 2e-9);
		/* a wait that was kept is enough, but for whole seconds */
		assert_true(asked <= 2 * n + took + 2);
	}
}

/* Asked at any time, also too early, late, and with pauses: never faster. */
static void at_any_time(void **state)
{
	struct netring_pace pace;
	struct judge judge;
	uint32_t i, n, wait;
	int64_t now;

	(void)state;
	for (i = 0; i < RATES; i++) {
		now = (int64_t)random_u32() << 20;
		memset(&judge, 0, sizeof(judge));
		judge.then = now;
		netring_pace_init(&pace, &rates[i].cfg, now);
		for (n = 0; n < rounds_of(30000); n++) {
			wait = netring_pace_take(&pace, rates[i].bytes, now);
			assert_true(wait <= SECOND);
			if (!wait)
				never_faster(&judge, &rates[i], now);
			switch (random_below(8)) {
			case 0:
				now += random_below(100);
				break;
			case 1:
				now += wait / 2;
				break;
			case 2:
				now += wait + random_below(1000000);
				break;
			case 3:
				if (random_below(100) == 0)
					now += (int64_t)random_u32() << 12;
				break;
			case 4:
				break;
			default:
				now += wait;
			}
		}
	}
}

static uint32_t take_all(struct netring_pace *pace, uint32_t bytes, int64_t now)
{
	uint32_t n = 0;

	while (n < 200000 && !netring_pace_take(pace, bytes, now))
		n++;
	return n;
}

/* The bucket begins full, and is full again after any pause, not fuller. */
static void bursts(void **state)
{
	static const int64_t pauses[] = { SECOND,	 10 * SECOND,
					  3600 * SECOND, 86400 * SECOND,
					  INT64_MAX / 2, INT64_MAX / 4 };
	const struct netring_pace_config packets = { .packets_per_second = 1000,
						     .burst_packets = 50 };
	const struct netring_pace_config bytes = { .bits_per_second = 8000000,
						   .burst_bytes = 10000 };
	const struct netring_pace_config defaults = { .bits_per_second =
							      8000000 };
	const struct netring_pace_config fast = { .bits_per_second =
							  1000000000 };
	struct netring_pace pace;
	int64_t now = 0;
	uint32_t i;

	(void)state;
	netring_pace_init(&pace, &packets, now);
	assert_int_equal(take_all(&pace, 60, now), 50);
	for (i = 0; i < sizeof(pauses) / sizeof(pauses[0]); i++) {
		now += pauses[i];
		assert_int_equal(take_all(&pace, 60, now), 50);
		assert_int_equal(take_all(&pace, 60, now), 0);
	}
	netring_pace_init(&pace, &bytes, 0);
	assert_int_equal(take_all(&pace, 1000, 0), 10);
	assert_int_equal(take_all(&pace, 1000, SECOND / 1000), 1);
	assert_int_equal(take_all(&pace, 1000, 3 * SECOND), 10);
	netring_pace_init(&pace, &defaults, 0);
	assert_int_equal(take_all(&pace, 1000, 0), 7); /* 7812 bytes */
	netring_pace_init(&pace, &fast, 0);
	assert_int_equal(take_all(&pace, 1024, 0), 64);
	netring_pace_init(
		&pace, &(struct netring_pace_config){ .packets_per_second = 7 },
		0);
	assert_int_equal(take_all(&pace, 1024, 0), 1);
}

/* No limit at all: always at once, whatever the clock says. */
static void unlimited(void **state)
{
	const struct netring_pace_config none = { 0 };
	struct netring_pace pace;

	(void)state;
	netring_pace_init(&pace, &none, 5);
	assert_int_equal(take_all(&pace, 65535, 5), 200000);
	assert_int_equal(take_all(&pace, UINT32_MAX, -7), 200000);
	/* what does not limit does not become empty either */
	netring_pace_init(
		&pace,
		&(struct netring_pace_config){ .bits_per_second = 8000,
					       .burst_bytes = 100000 },
		0);
	assert_int_equal(take_all(&pace, 1, 0), 100000);
}

/* Back in time: nothing for free, and as before when it is on time again. */
static void clock_backwards(void **state)
{
	const struct netring_pace_config cfg = { .packets_per_second = 1000,
						 .burst_packets = 5 };
	const struct rate rate = {
		{ .packets_per_second = 1000, .burst_packets = 5 }, 60
	};
	struct netring_pace pace;
	struct judge judge = { 0, 0, 10 * SECOND };
	int64_t now = 10 * SECOND;
	uint32_t i, n = 0;

	(void)state;
	netring_pace_init(&pace, &cfg, now);
	assert_int_equal(take_all(&pace, 60, now), 5);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(take_all(&pace, 60, now - (int64_t)i * 1000),
				 0);
		assert_int_equal(take_all(&pace, 60, -now), 0);
	}
	assert_int_equal(take_all(&pace, 60, now), 0);
	assert_int_equal(take_all(&pace, 60, now + 1000000), 1);
	/* to and fro: over the whole, not more than the time allows */
	netring_pace_init(&pace, &cfg, now);
	for (i = 0; i < 100000; i++) {
		n += !netring_pace_take(&pace, 60,
					now - (int64_t)random_below(2000000));
		now += 10000;
	}
	assert_true(n <= 5 + 1000);
	assert_true(n >= 990);
	netring_pace_init(&pace, &cfg, judge.then);
	for (i = 0; i < 5; i++)
		if (!netring_pace_take(&pace, 60, judge.then))
			never_faster(&judge, &rate, judge.then);
}

/* Longer than the burst: leaves after a pause, the next waits for all of it. */
static void long_frame(void **state)
{
	const struct netring_pace_config cfg = { .bits_per_second = 8000000,
						 .burst_bytes = 1000 };
	struct netring_pace pace;

	(void)state;
	netring_pace_init(&pace, &cfg, 0);
	assert_int_equal(netring_pace_take(&pace, 1001, 0), 0);
	assert_in_range(netring_pace_take(&pace, 1, 0), 1999, 2001);
	assert_in_range(netring_pace_take(&pace, 9000, 0), 1000999, 1001001);
	assert_in_range(netring_pace_take(&pace, 9000, 1000000), 999, 1001);
	assert_int_equal(netring_pace_take(&pace, 9000, 1001001), 0);
	/* 9 ms for those, of which the burst's 1 ms is not waited for */
	assert_in_range(netring_pace_take(&pace, 1000, 1001001), 8999000,
			9001000);
	assert_in_range(netring_pace_take(&pace, 1, 1001001), 8000000, 8002000);
	assert_in_range(netring_pace_take(&pace, UINT32_MAX, 1001001), 8999000,
			9001000);
	/* the longest that is counted takes 1074 s */
	assert_int_equal(netring_pace_take(&pace, UINT32_MAX, 10002000), 0);
	assert_int_equal(netring_pace_take(&pace, 1, 10002000), SECOND);
	assert_int_not_equal(
		netring_pace_take(&pace, 1000, 10002000 + 1073741823000), 0);
	assert_int_equal(
		netring_pace_take(&pace, 1000, 10002000 + 1073741824000), 0);
}

/* Bursts do not overflow into small ones: up to 2^32 packets, and to 1 GiB. */
#define GIB (1u << 30)

static void largest(void **state)
{
	const struct netring_pace_config bytes = { .bits_per_second = 1000,
						   .burst_bytes = UINT32_MAX };
	const struct netring_pace_config packets = {
		.packets_per_second = 1, .burst_packets = UINT32_MAX
	};
	const struct netring_pace_config fast = {
		.bits_per_second = 100000000000, .burst_bytes = UINT32_MAX
	};
	struct netring_pace pace;

	(void)state;
	netring_pace_init(&pace, &packets, 0);
	assert_int_equal(take_all(&pace, 60, 0), 200000);
	netring_pace_init(&pace, &bytes, 0);
	assert_int_equal(netring_pace_take(&pace, GIB - 1000, 0), 0);
	assert_int_equal(netring_pace_take(&pace, 1000, 0), 0);
	assert_true(netring_pace_take(&pace, 1, 0) > 0);
	netring_pace_init(&pace, &fast, 0);
	assert_int_equal(netring_pace_take(&pace, GIB, 0), 0);
	assert_in_range(netring_pace_take(&pace, GIB, 0), 85899345, 85899346);
	assert_int_equal(netring_pace_take(&pace, UINT32_MAX, 85899346), 0);
	assert_true(netring_pace_take(&pace, 60, 85899346) > 0);
}

/* Full after a pause in which the product of rate and time wraps to little. */
static void wrapping(void **state)
{
	static const struct {
		struct netring_pace_config cfg;
		int64_t pause;
	} cases[] = {
		{ { .bits_per_second = 100000000000 }, 184467441 },
		{ { .bits_per_second = 99999999999 }, 184467441 },
		{ { .bits_per_second = 4294967296 }, 4294967296 },
		{ { .bits_per_second = 4294967295 }, 4294967298 },
		{ { .packets_per_second = UINT32_MAX, .burst_packets = 1000 },
		  4294967298 },
	};
	struct netring_pace pace;
	uint32_t i, full;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		netring_pace_init(&pace, &cases[i].cfg, 0);
		full = take_all(&pace, 64, 0);
		assert_true(full >= 1000);
		assert_int_equal(take_all(&pace, 64, cases[i].pause), full);
	}
}

/* What is told is not too long either: a nanosecond before, it is too early. */
static void shortest_wait(void **state)
{
	struct netring_pace pace, early;
	uint32_t i, n, wait;
	int64_t now;

	(void)state;
	for (i = 0; i < RATES; i++) {
		if (rates[i].cfg.bits_per_second > UINT32_MAX)
			continue; /* near enough */
		now = 0;
		netring_pace_init(&pace, &rates[i].cfg, now);
		for (n = 0; n < 3000; n++) {
			wait = netring_pace_take(&pace, rates[i].bytes, now);
			if (wait > 1) {
				early = pace;
				assert_int_not_equal(
					netring_pace_take(&early,
							  rates[i].bytes,
							  now + wait - 1),
					0);
			}
			now += wait;
		}
	}
}

/* A refused frame takes nothing, whichever of the limits refused it. */
static void refused_takes_nothing(void **state)
{
	const struct netring_pace_config cfg = { .packets_per_second = 1000,
						 .bits_per_second = 8000000,
						 .burst_packets = 10,
						 .burst_bytes = 1000 };
	struct netring_pace pace;
	uint32_t i;

	(void)state;
	netring_pace_init(&pace, &cfg, 0);
	assert_int_equal(netring_pace_take(&pace, 600, 0), 0);
	for (i = 0; i < 100; i++)
		assert_in_range(netring_pace_take(&pace, 600, 0), 199999,
				200001);
	/* nine packets are left, and 400 bytes */
	for (i = 0; i < 9; i++)
		assert_int_equal(netring_pace_take(&pace, 10, 0), 0);
	for (i = 0; i < 100; i++)
		assert_in_range(netring_pace_take(&pace, 10, 0), 999999,
				1000001);
	/* a packet's time is 1000 bytes' time: full again */
	assert_int_equal(netring_pace_take(&pace, 1000, 1000001), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bursts),
		cmocka_unit_test(unlimited),
		cmocka_unit_test(clock_backwards),
		cmocka_unit_test(long_frame),
		cmocka_unit_test(largest),
		cmocka_unit_test(refused_takes_nothing),
		cmocka_unit_test(wrapping),
		cmocka_unit_test(shortest_wait),
		cmocka_unit_test(at_any_time),
		cmocka_unit_test(as_told),
	};

	seed_print();
	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
