/* SPDX-License-Identifier: MIT */
/* veth_pairs.h - two pairs of interfaces, and programs on them. */
#ifndef NETRING_TEST_VETH_PAIRS_H
#define NETRING_TEST_VETH_PAIRS_H

#include "wrap.h"

/* Two veth pairs that are up: nra0 - nra1 and nrb0 - nrb1. Group setup. */
int ports_setup(void **state);
int ports_teardown(void **state);
void ports_add(const char *name, const char *peer);
void ports_add_queues(const char *name, const char *peer, uint32_t queues);
void ports_remove(const char *name);
void ports_up(const char *name, int up);

/* An ethtool command: its value, or -errno. */
int ports_ethtool(const char *name, uint32_t command, uint32_t value);

/* The id of the XDP program on an interface, by netlink; 0: none. */
uint32_t ports_program(const char *name);
uint32_t ports_program_mode(const char *name); /* XDP_ATTACHED_* */

/* Attach one by netlink, as anybody else might; @fd -1: take it away. */
int ports_attach(const char *name, int fd, uint32_t flags);

#endif
