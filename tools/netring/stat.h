/* SPDX-License-Identifier: MIT */
/* stat.h - what the files of the stat applet share. */
#ifndef NETRING_TOOL_STAT_H
#define NETRING_TOOL_STAT_H

#include "tool.h"

#define STAT_SERIES 256
#define STAT_NAME 128

/* A counter that is watched. */
struct series {
	char name[STAT_NAME];
	uint64_t value;
	uint64_t rate; /* per second */
	uint64_t look; /* number of the look that saw it last */
};

/* A file of metrics. */
struct sample {
	struct series series[STAT_SERIES];
	size_t count;
	uint64_t look;
	int64_t time; /* ms: when the file was written */
	int64_t span; /* ms since it had been written before; 0: not since */
	int left_out; /* more counters than there is room for */
};

/* An interface's counters, in the order of this program. */
enum {
	RX_PACKETS,
	RX_BYTES,
	RX_ERRORS,
	RX_DROPPED,
	TX_PACKETS,
	TX_BYTES,
	TX_ERRORS,
	TX_DROPPED,
	INTERFACE_COUNTERS
};

/* stat_read.c: both return 0 or -errno */
int stat_read_interface(const char *name,
			uint64_t counters[INTERFACE_COUNTERS]);
int stat_read_file(const char *path, struct sample *sample);

#endif
