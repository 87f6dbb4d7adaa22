/* SPDX-License-Identifier: MIT */
/* packet_shapes.h - packets of many shapes; which are of a listed flow. */
#ifndef LIVE_PACKET_SHAPES_H
#define LIVE_PACKET_SHAPES_H

#include <stddef.h>
#include <stdint.h>

#define SHAPE_SIZE 256 /* bytes at most */

#define ICMP 1
#define TCP 6
#define UDP 17
#define ICMP6 58
#define OSPF 89
#define SCTP 132

/* A list of flows that ends with protocol 0; the last list is empty. */
struct shape_flow {
	uint8_t protocol;
	uint16_t port;
};
#define SHAPE_LISTS 3
extern const struct shape_flow shape_lists[SHAPE_LISTS][8];

enum where {
	NOWHERE, /* the kernel drops it, whichever way it goes */
	SOCKET,
	STACK
};

struct shape {
	const char *name;
	uint8_t version; /* of IP; 0: the type is @from */
	uint8_t protocol;
	uint16_t from, to; /* ports, or what is there in place of them */
	uint8_t want[2];   /* enum where, by the first lists */
	uint8_t options;   /* IPv4: words; IPv6: a header of this number + 1 */
	uint16_t fragment; /* IPv4 */
	uint16_t tags[3];
	uint8_t cut;	/* length of the frame without its tags */
	uint8_t length; /* IPv4: words of the header, a lie; 16: none */
};
extern const struct shape shapes[];
extern const int shape_count;

/* One that the first two lists have, and one that no list has. */
extern const struct shape shape_listed, shape_unlisted;

/* A frame of that shape; its length. The number stands at byte 8. */
size_t shape_put(uint8_t *frame, const struct shape *s, uint32_t number);

#endif
