/* SPDX-License-Identifier: MIT */
/* pace.c - a token bucket in integers, without a 64-bit division. */
#include "sys.h"

#include <netring/pace.h>

#include "divide.h"

#define SECOND 1000000000u
#define BURST_BYTES 65536u
#define BURST_BYTES_MAX 0x40000000u
/* ns by which 64 bits are filled at once: rates of 32 bits, and of 100 G */
#define SPAN_SLOW 0x7fffffff
#define SPAN_FAST 100000000

/*
 * Full is the burst, and what comes in a nanosecond: a caller that waits as
 * told, in whole nanoseconds, loses nothing to the rounding.
 */
static uint64_t packets_full(const struct netring_pace *pace)
{
	uint32_t burst = pace->config_.burst_packets;

	return (uint64_t)(burst ? burst : 1) * SECOND +
	       pace->config_.packets_per_second;
}

static uint32_t burst_bytes(const struct netring_pace *pace)
{
	uint32_t burst = pace->config_.burst_bytes;

	if (!burst)
		burst = BURST_BYTES;
	return burst < BURST_BYTES_MAX ? burst : BURST_BYTES_MAX;
}

static uint64_t bits_full(const struct netring_pace *pace)
{
	return (uint64_t)burst_bytes(pace) * 8 * SECOND +
	       pace->config_.bits_per_second;
}

void netring_pace_init(struct netring_pace *pace,
		       const struct netring_pace_config *config, int64_t now)
{
	pace->config_ = *config;
	pace->packets_ = packets_full(pace);
	pace->bits_ = bits_full(pace);
	pace->then_ = now;
}

static void fill(uint64_t *tokens, uint64_t rate, uint64_t full, int64_t ns)
{
	int64_t span = rate > UINT32_MAX ? SPAN_FAST : SPAN_SLOW;
	uint64_t more;

	for (; rate && ns > 0 && *tokens < full; ns -= span) {
		more = rate * (uint64_t)(ns < span ? ns : span);
		*tokens = full - *tokens < more ? full : *tokens + more;
	}
}

/* Nanoseconds until @tokens has become @need. */
static uint32_t missing(uint64_t tokens, uint64_t need, uint64_t rate)
{
	uint64_t ns;

	if (!rate || tokens >= need)
		return 0;
	/* rates over 32 bits: both halved, which is near enough to wait by */
	need -= tokens;
	for (; rate > UINT32_MAX; rate >>= 1)
		need >>= 1;
	ns = netring_divide_(need + (uint32_t)rate - 1, (uint32_t)rate, NULL);
	return ns < SECOND ? (uint32_t)ns : SECOND;
}

uint32_t netring_pace_take(struct netring_pace *pace, uint32_t bytes,
			   int64_t now)
{
	const struct netring_pace_config *config = &pace->config_;
	int64_t elapsed = now - pace->then_;
	uint32_t for_packets, for_bits;
	uint64_t bits;

	if (elapsed > 0) {
		fill(&pace->packets_, config->packets_per_second,
		     packets_full(pace), elapsed);
		fill(&pace->bits_, config->bits_per_second, bits_full(pace),
		     elapsed);
		pace->then_ = now;
	}
	if (bytes > burst_bytes(pace))
		bytes = burst_bytes(pace);
	bits = (uint64_t)bytes * 8 * SECOND;
	for_packets =
		missing(pace->packets_, SECOND, config->packets_per_second);
	for_bits = missing(pace->bits_, bits, config->bits_per_second);
	if (for_packets || for_bits)
		return for_packets > for_bits ? for_packets : for_bits;
	if (config->packets_per_second)
		pace->packets_ -= SECOND;
	if (config->bits_per_second)
		pace->bits_ -= bits;
	return 0;
}
