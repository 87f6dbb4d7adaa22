/* SPDX-License-Identifier: MIT */
/* wire.h - the sending side: plain packet sockets, no part of the library. */
#ifndef LIVE_WIRE_H
#define LIVE_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_TYPE 0x88b5  /* EtherType for experiments: numbered packets */
#define WIRE_OTHER 0x88b6 /* another of these: what a test does not want */
#define WIRE_NUMBERED 22  /* least length that has room for a number */
#define WIRE_MAX 65600

extern const uint8_t near_mac[6], far_mac[6];

/* A frame of @length bytes that are all determined by @number, @length. */
void wire_frame(void *frame, size_t length, uint16_t type, uint32_t number);
/* An IPv4 UDP datagram in a frame; the number stands in its payload. */
void wire_udp(void *frame, size_t length, uint16_t source_port,
	      uint32_t number);
/* The number, -1: not such a frame, -2: its bytes are not as they were sent */
int64_t wire_number(const void *frame, size_t length);
int64_t wire_udp_number(const void *frame, size_t length);

void wire_put16(void *at, uint16_t value);
void wire_put32(void *at, uint32_t value);
uint32_t wire_get16(const void *at);
uint32_t wire_get32(const void *at);
/* The Internet checksum's sum, not yet folded: start with 0. */
uint32_t wire_sum(const void *bytes, size_t length, uint32_t sum);
uint16_t wire_fold(uint32_t sum);

int wire_open(const char *interface);
/* Until it is accepted; -errno. */
int wire_send(int fd, const void *frame, size_t length);

/* Numbered frames from a process of their own. */
struct wire_flood {
	const char *interface;
	uint32_t first;
	uint32_t count; /* 0: until wire_stop() */
	uint32_t rate;	/* packets a second, a live_share(); 0: no limit */
	size_t length;
	uint16_t type; /* 0: WIRE_TYPE */
	uint16_t also; /* every 16th of this type instead */
	int direct;    /* past the queue, which wakes up late after a link is
			* up; other sockets do not see it as outgoing then */
};
pid_t wire_start(const struct wire_flood *flood);
/* Numbered frames now, from this process. */
int wire_burst(const struct wire_flood *flood);
int wire_wait(pid_t pid);
void wire_stop(pid_t pid);

#endif
