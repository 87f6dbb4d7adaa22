/* SPDX-License-Identifier: MIT */
/* port_settings.h - an interface's offloads, counters, queue, IPv6 address. */
#ifndef LIVE_PORT_SETTINGS_H
#define LIVE_PORT_SETTINGS_H

#include <stdint.h>

/* As ethtool(8) sees them; -errno when there is no such thing. */
enum port_offload {
	PORT_RX_SUM, /* of checksums */
	PORT_TX_SUM,
	PORT_SCATTER,
	PORT_TSO,
	PORT_GSO,
	PORT_GRO
};
int port_get(const char *name, enum port_offload what);
int port_set(const char *name, enum port_offload what, int on);
/* Any command of a value: told in it, or from it. */
int port_ethtool(const char *name, uint32_t command, uint32_t *value);
/* That it receives on, -EOPNOTSUPP: its driver does not tell. */
int port_queues(const char *name);
int port_set_queues(const char *name, uint32_t count);
/* All that concerns what a host sends. */
int port_set_host(const char *name, int on);

/* Of /proc/net/dev. */
struct port_counters {
	uint64_t rx_bytes, rx_packets, rx_errors, rx_dropped;
	uint64_t tx_bytes, tx_packets, tx_errors, tx_dropped;
};
int port_counters(const char *name, struct port_counters *c);
/* A number of /proc/net/snmp: "Tcp", "InCsumErrors"; -ENOENT. */
int64_t port_snmp(const char *protocol, const char *what);

/* A token bucket at the root: bytes a second, bytes at once, bytes waiting. */
int port_tbf(const char *name, uint32_t rate, uint32_t burst, uint32_t limit);
/* Another queueing discipline without parameters of its own. */
int port_qdisc(const char *name, const char *kind);
int port_no_qdisc(const char *name);

/* Interfaces that come to this namespace get no IPv6 address by themselves. */
void port_quiet(void);
/* fd09::LAST/64, at once in use. */
int port_ipv6(const char *name, uint8_t last);

#endif
