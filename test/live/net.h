/* SPDX-License-Identifier: MIT */
/* net.h - interfaces for a test: made, set and removed by rtnetlink. */
#ifndef LIVE_NET_H
#define LIVE_NET_H

#include <stdint.h>

/* All return >= 0 or -errno. Links are made down and without IPv6 address. */

int net_veth(const char *name, const char *peer);
int net_link(const char *kind, const char *name);
int net_vlan(const char *name, const char *under, uint16_t tag,
	     uint16_t protocol);
/* ipip, gre or sit; addresses in host order */
int net_tunnel(const char *kind, const char *name, uint32_t local,
	       uint32_t remote);
int net_delete(const char *name);

/* And until it, and the other end of a wire, let frames go. */
int net_up(const char *name);
int net_down(const char *name);
/* As whoever does 802.1X has it: until then, IFF_RUNNING is missing. */
int net_dormant(const char *name, int on);
int net_rename(const char *name, const char *to);
int net_mtu(const char *name, uint32_t mtu);
int net_mac(const char *name, const uint8_t *mac);
int net_master(const char *name, const char *master);
int net_move(const char *name, int netns);
int net_ipv4(const char *name, uint32_t address, uint8_t prefix);

int net_index(const char *name);
/* How many users want it promiscuous, or all multicast; -1: not told */
int net_promiscuity(const char *name);
int net_allmulti(const char *name);

/* A new namespace; the caller stays where it is. */
int net_namespace(void);
/* Go there; returns a descriptor to come back with. */
int net_enter(int netns);
int net_return(int home);

/* A tun device: its descriptor. */
int net_tun(const char *name);
/* A tap device whose frames have a vnet header in front, as guests' have. */
int net_tap(const char *name);

#endif
