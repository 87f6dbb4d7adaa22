/* SPDX-License-Identifier: MIT */
/* test_pace_rates.c - rates times lengths of frames, over 10 s each. */
/* netring-test: fuller */
#include "capture_ring.h"
#include "rounds.h"

#include <netring/pace.h>

#define SECOND 1000000000ll
#define TIME (10 * SECOND)
#define MOST 20000u /* frames: enough to see the rate */

static const uint64_t rates[] = {
	1,	     7,		  1000,		64000,	      500000,
	1000000,     10000000,	  99999999,	100000000,    1000000000,
	2500000000,  4294967295,  4294967296,	4294967297,   10000000000,
	25000000001, 40000000000, 100000000000, 200000000000, 400000000000,
};
static const uint32_t lengths[] = { 60,	  64,	128,  512,   1000,  1514,
				    1518, 2048, 9014, 16384, 32768, 65535 };
/* 0: the default */
static const uint32_t bursts[] = { 0, 1, 626, 1514, 65536 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * How many frames of @bytes leave in TIME, or in *@took the time in which MOST
 * left.
 */
static uint32_t frames_in(struct netring_pace *pace, uint32_t bytes,
			  int64_t start, int64_t *took)
{
	int64_t now = start;
	uint32_t frames = 0, wait, most = rounds_of(MOST);

	while (now < start + TIME && frames < most) {
		wait = netring_pace_take(pace, bytes, now);
		frames += !wait;
		now += wait;
	}
	*took = now - start;
	return frames;
}

/* Within 1 %, or one frame, beside what may leave at once. */
static void one(uint64_t rate, uint32_t bytes, uint32_t burst, int64_t start)
{
	const struct netring_pace_config cfg = { .bits_per_second = rate,
						 .burst_bytes = burst };
	double bits = bytes * 8.0, first, due, sent;
	struct netring_pace pace;
	uint32_t frames;
	int64_t took;

	netring_pace_init(&pace, &cfg, start);
	frames = frames_in(&pace, bytes, start, &took);
	first = burst ? burst : rate / 1024 < 65536 ? rate / 1024 : 65536;
	first = first * 8 > bits ? first * 8 : bits;
	sent = frames * bits - first;
	due = (double)rate * (double)took / 1e9;
	if (sent > due * 1.01 + bits || sent < due * 0.99 - bits)
		fail_msg("%llu bit/s, %u bytes, burst %u: %u frames in %f s, "
			 "%.0f bits of %.0f",
			 (unsigned long long)rate, bytes, burst, frames,
			 (double)took / 1e9, sent, due);
}

static void table(void **state)
{
	uint32_t r, l, b;

	(void)state;
	for (r = 0; r < COUNT(rates); r++)
		for (l = 0; l < COUNT(lengths); l++)
			for (b = 0; b < COUNT(bursts); b++)
				one(rates[r], lengths[l], bursts[b], 0);
}

/* By default, all that leaves in 10 s is within 1 % of the rate, or a frame. */
static void by_default(void **state)
{
	struct netring_pace_config cfg = { 0 };
	struct netring_pace pace;
	uint32_t r, l, frames;
	int64_t took;
	double sent, due;

	(void)state;
	for (r = 0; r < COUNT(rates); r++)
		for (l = 0; l < COUNT(lengths); l++) {
			cfg.bits_per_second = rates[r];
			netring_pace_init(&pace, &cfg, 0);
			frames = frames_in(&pace, lengths[l], 0, &took);
			if (took < TIME)
				continue; /* MOST: see table() */
			sent = frames * 8.0 * lengths[l];
			due = 10.0 * (double)rates[r];
			assert_true(sent <= due * 1.01 + 8.0 * lengths[l]);
			assert_true(sent >= due * 0.99 - 8.0 * lengths[l]);
		}
}

/* Any clock, to both its ends, and a pause of 292 years. */
static void any_time(void **state)
{
	static const int64_t starts[] = { INT64_MIN, -5 * SECOND,
					  INT64_MAX - 2 * TIME };
	const struct netring_pace_config most = { .bits_per_second = UINT64_MAX,
						  .burst_bytes = UINT32_MAX };
	struct netring_pace_config cfg = { .bits_per_second = 1000000 };
	struct netring_pace pace;
	uint32_t i, r;

	(void)state;
	for (i = 0; i < COUNT(starts); i++)
		one(1000000, 1514, 626, starts[i]);
	for (r = 0; r < COUNT(rates); r++) {
		cfg.bits_per_second = rates[r];
		netring_pace_init(&pace, &cfg, INT64_MIN);
		assert_int_equal(netring_pace_take(&pace, 1u << 30, INT64_MIN),
				 0);
		assert_int_not_equal(netring_pace_take(&pace, 1, INT64_MIN), 0);
		/* 1 GiB by 1 bit/s takes 272 years */
		assert_int_equal(netring_pace_take(&pace, 1u << 30, INT64_MAX),
				 0);
		assert_int_not_equal(netring_pace_take(&pace, 1, INT64_MAX), 0);
	}
	/* more than 549 Gbit/s is that */
	netring_pace_init(&pace, &most, 0);
	assert_int_equal(netring_pace_take(&pace, UINT32_MAX, 0), 0);
	assert_int_equal(netring_pace_take(&pace, 1u << 29, 0), 7812499);
	assert_int_not_equal(netring_pace_take(&pace, 1u << 30, 15624997), 0);
	assert_int_equal(netring_pace_take(&pace, 1u << 30, 15625000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(by_default),
		cmocka_unit_test(any_time),
	};

	return cmocka_run_group_tests_name("pace_rates", tests, NULL, NULL);
}
