/* SPDX-License-Identifier: MIT */
/* tcp.h - transfers between two hosts by their kernels' TCP and UDP. */
#ifndef LIVE_TCP_H
#define LIVE_TCP_H

#include "hosts.h"

/* Addresses of both hosts: 10.9.0.1 and .2, fd09::1 and ::2. With @tag on a
 * VLAN of that number, by a device or by eBPF; -errno: the kernel has neither.
 */
int tcp_addresses(struct hosts *h, uint16_t tag);

/* @bytes of a stream that both ends compute, each way, both at once: 0, or
 * -errno: -EBADMSG for other bytes, -ETIMEDOUT after @seconds. */
int tcp_both_ways(const struct hosts *h, int ipv6, uint32_t bytes, int seconds);

/* A datagram of one byte there, and one back: 0 or -errno. */
int udp_one_byte(const struct hosts *h, int ipv6);

/* TcpInCsumErrors and UdpInCsumErrors of both hosts. */
int64_t tcp_sum_errors(const struct hosts *h);

#endif
