/* SPDX-License-Identifier: MIT */
/* netring.h - every role that this build of the library has. */
#ifndef NETRING_H
#define NETRING_H

#include <netring/base.h>
#if NETRING_CONFIG_CAPTURE
#include <netring/capture.h>
#endif
#if NETRING_CONFIG_INJECTOR
#include <netring/injector.h>
#endif
#if NETRING_CONFIG_BRIDGE
#include <netring/bridge.h>
#endif
#if NETRING_CONFIG_SEGMENT
#include <netring/segment.h>
#endif
#if NETRING_CONFIG_XDP
#include <netring/umem_count.h>
#include <netring/xdp.h>
#endif
#if NETRING_CONFIG_XDP_PROGRAM
#include <netring/xdp_program.h>
#endif
#if NETRING_CONFIG_XDP_GROUP
#include <netring/xdp_group.h>
#endif
#if NETRING_CONFIG_XDP_BRIDGE
#include <netring/xdp_bridge.h>
#endif
#if NETRING_CONFIG_PACE
#include <netring/pace.h>
#endif
#if NETRING_CONFIG_LOOP
#include <netring/loop.h>
#endif
#if NETRING_CONFIG_METRICS
#include <netring/metrics.h>
#endif
#if NETRING_CONFIG_PCAP
#include <netring/pcap.h>
#endif
#if NETRING_CONFIG_PCAP_READ
#include <netring/pcap_read.h>
#endif
#if NETRING_CONFIG_PROBE
#include <netring/probe.h>
#endif

#endif
