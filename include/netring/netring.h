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
#if NETRING_CONFIG_PCAP
#include <netring/pcap.h>
#endif
#if NETRING_CONFIG_PROBE
#include <netring/probe.h>
#endif

#endif
