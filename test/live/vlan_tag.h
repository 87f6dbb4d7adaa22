/* SPDX-License-Identifier: MIT */
/* vlan_tag.h - VLAN tags of a host whose kernel has no VLAN devices. */
#ifndef LIVE_VLAN_TAG_H
#define LIVE_VLAN_TAG_H

#include <stdint.h>

/* All that leaves @name gets a tag 0x8100, and what arrives loses one, until
 * this process and its children end. By eBPF (Linux 6.6); -errno. */
int tag_all(const char *name, uint16_t tci);

#endif
