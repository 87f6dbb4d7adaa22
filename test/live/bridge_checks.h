/* SPDX-License-Identifier: MIT */
/* bridge_checks.h - what is looked at of either bridge, between hosts.h. */
#ifndef LIVE_BRIDGE_CHECKS_H
#define LIVE_BRIDGE_CHECKS_H

#include "hosts.h"

/* A frame of @length bytes with up to two words behind its addresses. */
void bridge_frame(uint8_t *frame, uint32_t length, const uint32_t *tags);
/* A frame of 60 bytes to @mac. */
void bridge_frame_to(uint8_t *frame, const char *mac, uint16_t type,
		     uint32_t number);

/* A frame with a tag passes from either side, once; in another process the
 * bridge runs meanwhile. */
void bridge_both_pass(const struct hosts *h, const char *what);

/* The offloads of a port: set, and as they should be. */
void bridge_set_offloads(int port, int gro, int tso);
void bridge_offloads_are(int port, int gro, int tso, const char *what);

/* How often each event was told of each port, where bridge_event() is the
 * bridge's function; told_is forgets them. */
extern int bridge_told[2][5];
void bridge_event(void *user, int port, enum netring_port_event what);
void bridge_told_is(int port, int down, int gone, int back, const char *what);

#endif
