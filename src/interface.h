/* SPDX-License-Identifier: MIT */
/* interface.h - names and facts of interfaces, on a socket of any kind. */
#ifndef NETRING_SRC_INTERFACE_H
#define NETRING_SRC_INTERFACE_H

#include "sys.h"

#include <netring/base.h>

#include "kernel_abi.h"

/* Each returns >= 0 or -errno. */

/*
 * Of the interface @name[NR_IFNAMSIZ] in the socket's namespace: its index
 * (NR_SIOCGIFINDEX), its MTU (NR_SIOCGIFMTU), the first 16 of its flags
 * (NR_SIOCGIFFLAGS), or its type (NR_SIOCGIFHWADDR).
 */
int netring_interface_get_(int fd, unsigned long what, const char *name);

/* The name of an interface, given by name or by index; zeroed before.
 * A name that no interface can have is -ENODEV. */
int netring_interface_name_(int fd, const char *given, uint32_t ifindex,
			    char name[NR_IFNAMSIZ]);

/* All of that at once; it is what has the name @given, or the index. Where it
 * has a carrier, the flags have NR_IFF_RUNNING. */
int netring_interface_read_(int fd, const char *given, uint32_t ifindex,
			    struct netring_interface_facts_ *facts);

/* The same where no socket is at hand. */
int netring_interface_find_(const char *given, uint32_t ifindex,
			    struct netring_interface_facts_ *facts);

/* The same again: an interface is its index, whatever its name is now; where
 * there is none any more, the one that has its last name. */
int netring_interface_follow_(struct netring_interface_facts_ *facts);

/* How many it receives on, 1 where the driver does not tell; and how many it
 * may get, 0: not told. */
int netring_interface_queues_(const char *name, uint32_t *most);

#endif
