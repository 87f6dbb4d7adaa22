/* SPDX-License-Identifier: MIT */
/* pace.h - so many packets, so many bits a second, and bursts of so many. */
#ifndef NETRING_PACE_H
#define NETRING_PACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What may leave; a zero rate does not limit. */
struct netring_pace_config {
	uint32_t packets_per_second;
	uint64_t bits_per_second; /* of frames as sent, to 2^39: 549 Gbit/s */
	uint32_t burst_packets;	  /* at once after a pause; 0: 1 */
	uint32_t burst_bytes;	  /* at once after a pause, to 1 GiB; 0: those
				   * of about 8 ms, at most 64 KiB */
};

/* Private. What was sent, in billionths, so that no rate is rounded. */
struct netring_bucket_ {
	uint64_t rate_; /* what drains in a nanosecond */
	uint64_t full_;
	uint64_t level_;
};

struct netring_pace {
	struct netring_bucket_ packets_;
	struct netring_bucket_ bits_;
	int64_t then_;
};

/* Memory only; begins as after a pause. @now: ns of any monotonic clock. */
void netring_pace_init(struct netring_pace *pace,
		       const struct netring_pace_config *config, int64_t now);

/**
 * netring_pace_take() - may a frame of @bytes leave at @now?
 *
 * A frame longer than burst_bytes may leave after a pause, and the next one
 * waits for all of its bytes: the rate holds for frames of any length, counted
 * to 1 GiB.
 *
 * Return: 0, and it counts as sent; or the nanoseconds to wait and ask again,
 * at most a second.
 */
uint32_t netring_pace_take(struct netring_pace *pace, uint32_t bytes,
			   int64_t now);

#ifdef __cplusplus
}
#endif
#endif
