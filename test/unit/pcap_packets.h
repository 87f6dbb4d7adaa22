/* SPDX-License-Identifier: MIT */
/* pcap_packets.h - packets to be written into capture files. */
#ifndef NETRING_TEST_PCAP_PACKETS_H
#define NETRING_TEST_PCAP_PACKETS_H

#include "capture_ring.h"

#define PACKETS 12u

/* Packet @i: its own length, times, direction; @cooked for LINUX_SLL2. */
void make_packet(struct netring_packet *pkt, uint32_t i, int cooked);

/* Host order, from anywhere. */
uint16_t get16(const uint8_t *at);
uint32_t get32(const uint8_t *at);
uint64_t get64(const uint8_t *at);

#endif
