/* SPDX-License-Identifier: MIT */
/* probe.h - what the files of the probe share. */
#ifndef NETRING_SRC_PROBE_H
#define NETRING_SRC_PROBE_H

#include "packet_socket.h"

#include <netring/probe.h>

/* Into @to[NR_IFNAMSIZ], zero-filled. -ENODEV: longer than any name. */
int netring_interface_copy_name_(char *to, const char *name);

#endif
