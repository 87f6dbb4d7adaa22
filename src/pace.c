/* SPDX-License-Identifier: MIT */
/* pace.c - a token bucket in integers, without a 64-bit division. */
#include "sys.h"

#include <netring/pace.h>

#include "divide.h"

#define SECOND 1000000000u
#define ELAPSED_MAX 100000000 /* ns that count; 100 Gbit/s stay in 64 bits */
#define BURST_BYTES 65536u

static uint64_t packets_full(const struct netring_pace *pace)
{
	uint32_t burst = pace->config_.burst_packets;

	return (uint64_t)(burst ? burst : 1) * SECOND;
}

static uint64_t bits_full(const struct netring_pace *pace)
{
	uint32_t burst = pace->config_.burst_bytes;

	return (uint64_t)(burst ? burst : BURST_BYTES) * 8 * SECOND;
}

void netring_pace_init(struct netring_pace *pace,
		       const struct netring_pace_config *config, int64_t now)
{
	pace->config_ = *config;
	pace->packets_ = packets_full(pace);
	pace->bits_ = bits_full(pace);
	pace->then_ = now;
}

static void fill(uint64_t *tokens, uint64_t rate, uint64_t full, uint64_t ns)
{
	uint64_t more = rate * ns;

	*tokens = full - *tokens < more ? full : *tokens + more;
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
	ns = netring_divide_(need, (uint32_t)rate, NULL) + 1;
	return ns < SECOND ? (uint32_t)ns : SECOND;
}

uint32_t netring_pace_take(struct netring_pace *pace, uint32_t bytes,
			   int64_t now)
{
	const struct netring_pace_config *config = &pace->config_;
	uint64_t bits = (uint64_t)bytes * 8 * SECOND;
	int64_t elapsed = now - pace->then_;
	uint32_t for_packets, for_bits;

	if (elapsed > 0) {
		if (elapsed > ELAPSED_MAX)
			elapsed = ELAPSED_MAX;
		fill(&pace->packets_, config->packets_per_second,
		     packets_full(pace), (uint64_t)elapsed);
		fill(&pace->bits_, config->bits_per_second, bits_full(pace),
		     (uint64_t)elapsed);
		pace->then_ = now;
	}
	if (bits > bits_full(pace))
		bits = bits_full(pace);
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
