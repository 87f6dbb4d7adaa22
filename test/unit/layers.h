/* SPDX-License-Identifier: MIT */
/* layers.h - packets of many headers, each checksum of which is right. */
#ifndef UNIT_LAYERS_H
#define UNIT_LAYERS_H

#include <stdint.h>

#define LAYERS_ROOM 3000u

/* A packet grows from its end. */
struct layers_field {
	uint32_t at;
	uint16_t left; /* in it, while it is left to a device */
	int sctp;
};

extern struct layers {
	uint8_t bytes[LAYERS_ROOM];
	uint32_t at;   /* where it begins, */
	uint32_t fill; /* and where its payload ends */
	uint16_t type; /* of what is there now */
	uint8_t protocol;
	uint32_t fields;
	struct layers_field field[8];
	char what[200];
} layers;

/* Nothing but a payload; then what is there gets one header more. Addresses,
 * options and such are random. */
void layers_begin(uint32_t payload);
void layers_transport(uint8_t protocol); /* its checksum comes with the next */
void layers_network(void);
void layers_ethernet(void);
void layers_vxlan(void);
void layers_tunnel(void); /* any, but for the header around it */

/* A frame of any kind with so many tunnels: its length. */
uint32_t layers_make(uint32_t tunnels);

/* In @data, a copy of the packet: what a field has while it is left. */
void layers_leave(uint8_t *data, const struct layers_field *field);

/* Bit by bit, byte by byte: the checksums that others are held against. */
uint32_t layers_sum(const uint8_t *data, uint32_t len, uint32_t sum);
uint32_t layers_crc(const uint8_t *data, uint32_t len);

#endif
