/* SPDX-License-Identifier: MIT */
/* metrics.h - counters as Prometheus text, in the caller's buffer. */
#ifndef NETRING_METRICS_H
#define NETRING_METRICS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Text exposition format 0.0.4 (prometheus.io/docs/instrumenting). Every
 * counter is named netring_ROLE_NAME_total and has the labels given.
 */

/* A role whose statistics struct is uint64_t counters and nothing else. */
enum netring_metrics_role {
	NETRING_METRICS_CAPTURE,  /* struct netring_capture_stats */
	NETRING_METRICS_INJECTOR, /* struct netring_injector_stats */
	NETRING_METRICS_BRIDGE,	  /* struct netring_bridge_stats, of both */
	NETRING_METRICS_XDP	  /* struct netring_xdp_stats */
};

/* One object. Strings may hold any UTF-8; they are escaped. */
struct netring_metrics_row {
	enum netring_metrics_role role;
	const void *stats;     /* the role's struct */
	const char *interface; /* label "interface" */
	const char *to;	       /* bridge: label "to", the far one; else NULL */
};

/**
 * netring_metrics_text() - write the counters of all rows.
 *
 * Rows of one role are grouped as the format demands, in any order given.
 * Each pair of role and labels is to be there once.
 *
 * Return: the length of the whole text, as snprintf(3): when that is @size
 * or more, what fits was written. Always ends in a NUL when @size > 0.
 */
size_t netring_metrics_text(char *buffer, size_t size,
			    const struct netring_metrics_row *rows,
			    size_t count);

#ifdef __cplusplus
}
#endif
#endif
