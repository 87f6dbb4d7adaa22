/* SPDX-License-Identifier: MIT */
/* pace.c - two leaky buckets in integers, without a 64-bit division. */
#include "sys.h"

#include <netring/pace.h>

#include "divide.h"

#define SECOND 1000000000u
#define BURST_BYTES 65536u
#define BYTES_MAX 0x40000000u
#define BITS_MAX 0x8000000000u /* a second */
/* ns in which no rate drains more than 64 bits can count */
#define SPAN 30000000u

/*
 * A bucket holds what was sent, in billionths, and drains at its rate. Full is
 * the burst, and what drains in a nanosecond: a caller that waits as told, in
 * whole nanoseconds, loses nothing to the rounding.
 */
static void make(struct netring_bucket_ *bucket, uint64_t burst, uint64_t rate)
{
	bucket->rate_ = rate;
	bucket->full_ = burst * SECOND + rate;
	bucket->level_ = 0;
}

static uint32_t burst_bytes(const struct netring_pace_config *config)
{
	uint64_t burst = config->burst_bytes;

	if (!burst) {
		burst = config->bits_per_second >> 10; /* about 8 ms */
		return burst < BURST_BYTES ? (uint32_t)burst : BURST_BYTES;
	}
	return burst < BYTES_MAX ? (uint32_t)burst : BYTES_MAX;
}

void netring_pace_init(struct netring_pace *pace,
		       const struct netring_pace_config *config, int64_t now)
{
	uint64_t bits = config->bits_per_second;

	make(&pace->packets_, config->burst_packets ? config->burst_packets : 1,
	     config->packets_per_second);
	make(&pace->bits_, (uint64_t)burst_bytes(config) * 8,
	     bits < BITS_MAX ? bits : BITS_MAX);
	pace->then_ = now;
}

/* Nanoseconds in which @amount drains, rounded up. */
static uint64_t time_for(uint64_t amount, uint64_t rate)
{
	/* rates over 32 bits: both halved, which is near enough to wait by */
	for (; rate > UINT32_MAX; rate >>= 1)
		amount >>= 1;
	return netring_divide_(amount + (uint32_t)rate - 1, (uint32_t)rate,
			       NULL);
}

static void drain(struct netring_bucket_ *bucket, uint64_t ns)
{
	uint64_t rate = bucket->rate_, less = bucket->level_;

	if (!less)
		return;
	/* a product of more than 64 bits is one by which all is drained */
	if (ns <= SPAN || ns < time_for(less, rate))
		less = rate * ns;
	bucket->level_ -= less < bucket->level_ ? less : bucket->level_;
}

/* Nanoseconds until there is room for @amount: whatever is more than the burst
 * has room in an empty bucket. */
static uint32_t delay(const struct netring_bucket_ *bucket, uint64_t amount)
{
	uint64_t burst = bucket->full_ - bucket->rate_;
	uint64_t most = bucket->full_ - (amount < burst ? amount : burst);
	uint64_t ns;

	if (bucket->level_ <= most)
		return 0;
	ns = time_for(bucket->level_ - most, bucket->rate_);
	return ns < SECOND ? (uint32_t)ns : SECOND;
}

static void fill(struct netring_bucket_ *bucket, uint64_t amount)
{
	if (bucket->rate_)
		bucket->level_ += amount;
}

uint32_t netring_pace_take(struct netring_pace *pace, uint32_t bytes,
			   int64_t now)
{
	uint32_t for_packets, for_bits;
	uint64_t elapsed, bits;

	if (now > pace->then_) {
		elapsed = (uint64_t)now - (uint64_t)pace->then_;
		drain(&pace->packets_, elapsed);
		drain(&pace->bits_, elapsed);
		pace->then_ = now;
	}
	bits = (uint64_t)(bytes < BYTES_MAX ? bytes : BYTES_MAX) * 8 * SECOND;
	for_packets = delay(&pace->packets_, SECOND);
	for_bits = delay(&pace->bits_, bits);
	if (for_packets || for_bits)
		return for_packets > for_bits ? for_packets : for_bits;
	fill(&pace->packets_, SECOND);
	fill(&pace->bits_, bits);
	return 0;
}
