/* SPDX-License-Identifier: MIT */
/* probe.h - what the files of the probe share. */
#ifndef NETRING_SRC_PROBE_H
#define NETRING_SRC_PROBE_H

#include "sys.h"

#include <netring/probe.h>

#include "kernel_abi_xdp.h"

/* Try a feature on an AF_XDP socket that is not bound. 0 or -errno. */
int netring_probe_xdp_socket_(int fd, enum netring_feature feature);

/* What rtnetlink and the driver tell of XDP; ifindex is set. */
void netring_probe_xdp_(struct netring_interface *facts);

#endif
