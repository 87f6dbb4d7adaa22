/* SPDX-License-Identifier: MIT */
/* spy_socket.h - what arrives at an interface, by a plain packet socket. */
#ifndef LIVE_SPY_SOCKET_H
#define LIVE_SPY_SOCKET_H

#include <stddef.h>
#include <stdint.h>

/* All that arrives, and with @outgoing what leaves; -errno. */
int spy_open(const char *interface, int outgoing);
/* The next frame as it was on the wire, tag put back: its length, 0 when none
 * came in @ms, or -errno. @buffer has room for @size bytes. */
int spy_read(int fd, void *buffer, size_t size, int ms);
/* The next is @frame, byte by byte. */
int spy_is(int fd, const void *frame, size_t length);
/* Nothing comes in @ms. */
int spy_quiet(int fd, int ms);
/* Read all there is until nothing comes for @ms: how many. */
int spy_flush(int fd, int ms);

/* What numbered frames came: by number, from 0 on. */
struct spied {
	uint32_t frames, foreign, damaged, unordered, repeated;
	int64_t last;
};
/* Read until @want are there or nothing came for @ms. */
uint32_t spy_count(int fd, struct spied *s, uint32_t want, int ms);
/* @want frames, whole, in order, nothing else. */
int spied_ok(const struct spied *s, uint32_t want, const char *what);

#endif
