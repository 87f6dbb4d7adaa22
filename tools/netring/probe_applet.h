/* SPDX-License-Identifier: MIT */
/* probe_applet.h - what the files of the probe applet share. */
#ifndef NETRING_TOOL_PROBE_APPLET_H
#define NETRING_TOOL_PROBE_APPLET_H

#include "tool.h"

#include <netring/probe.h>

/* probe_interface.c: as a table, and as a part of a JSON object */
void print_interface(const char *name, const struct netring_interface *facts);
void json_interface(const char *name, const struct netring_interface *facts);

#endif
