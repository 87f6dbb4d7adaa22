/* SPDX-License-Identifier: MIT */
/* batch_checks.h - what is the same of batches of TPACKET_V2 and V3. */
#ifndef NETRING_TEST_BATCH_CHECKS_H
#define NETRING_TEST_BATCH_CHECKS_H

#include "capture_ring.h"

/* The next batch of the ring: there has to be one. */
struct netring_batch batch_take(struct ring *ring);

/* As ring_walk(), within the whole ring. */
uint32_t batch_walk(struct ring *ring, struct netring_batch *batch);

/* The packet of a batch that has no other is @want; and it is told in @pkt. */
void batch_is(struct netring_batch *batch, const struct ring_packet *want,
	      uint32_t batch_flags, uint32_t packet_flags,
	      struct netring_packet *pkt);

/* A packet of each type, under each mask, which leaves types out. */
void batch_skips(struct ring *ring);

#endif
