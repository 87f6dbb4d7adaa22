/* SPDX-License-Identifier: MIT */
/* pace.h - a token bucket: so many packets, so many bits a second. */
#ifndef NETRING_PACE_H
#define NETRING_PACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What may leave; a zero rate does not limit. */
struct netring_pace_config {
	uint32_t packets_per_second;
	uint64_t bits_per_second; /* of frames as sent, up to 100 Gbit/s */
	uint32_t burst_packets;	  /* at once after a pause; 0: 1 */
	uint32_t burst_bytes;	  /* at once after a pause; 0: 64 KiB */
};

/* Private. Tokens count billionths, so that no rate is rounded. */
struct netring_pace {
	struct netring_pace_config config_;
	uint64_t packets_;
	uint64_t bits_;
	int64_t then_;
};

/* Memory only; the bucket begins full. @now: ns of any monotonic clock. */
void netring_pace_init(struct netring_pace *pace,
		       const struct netring_pace_config *config, int64_t now);

/**
 * netring_pace_take() - may a frame of @bytes leave at @now?
 *
 * A frame longer than burst_bytes may leave when the bucket is full.
 *
 * Return: 0, and its tokens are taken; or the nanoseconds to wait and ask
 * again, at most a second.
 */
uint32_t netring_pace_take(struct netring_pace *pace, uint32_t bytes,
			   int64_t now);

#ifdef __cplusplus
}
#endif
#endif
