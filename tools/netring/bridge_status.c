/* SPDX-License-Identifier: MIT */
/* bridge_status.c - what passes each way: lines, totals, metrics. */
#include "bridge_applet.h"

#include <stdio.h>

#include <netring/metrics.h>

#define THOUSAND 1000

static void make_rows(const struct bridge_status *status,
		      const struct netring_bridge_stats *stats,
		      struct netring_metrics_row *rows)
{
	int i;

	for (i = 0; i < 2; i++) {
		rows[i].role = NETRING_METRICS_BRIDGE;
		rows[i].stats = &stats[i];
		rows[i].interface = status->interface[i];
		rows[i].to = status->interface[!i];
	}
}

int bridge_start(struct bridge_status *status,
		 const struct bridge_options *options)
{
	static const struct netring_bridge_stats none[2];
	struct netring_metrics_row rows[2];

	status->interface[0] = options->interface[0];
	status->interface[1] = options->interface[1];
	status->metrics.path = options->metrics;
	report_init(&status->report, !options->quiet, options->verbose);
	make_rows(status, none, rows);
	return metrics_start(&status->metrics, status->report.started, rows, 2);
}

static uint64_t dropped(const struct netring_bridge_stats *stats)
{
	return stats->too_long + stats->ring_full + stats->link_down +
	       netring_refused_sum(&stats->refused) + stats->kernel_drops;
}

/* "a > b 1234, 5.6 k/s, 0 dropped" */
static void describe(char *text, size_t size, struct bridge_status *status,
		     const struct netring_bridge_stats *stats, int i,
		     uint64_t elapsed)
{
	char total[24], rate[24];

	snprintf(text, size, "%s > %s: %sframes, %s/s, %llu dropped",
		 status->interface[i], status->interface[!i],
		 human(total, sizeof(total), stats->forwarded),
		 human(rate, sizeof(rate),
		       (stats->forwarded - status->last[i]) * THOUSAND /
			       elapsed),
		 (unsigned long long)dropped(stats));
	status->last[i] = stats->forwarded;
}

static void show(struct bridge_status *status,
		 const struct netring_bridge_stats *stats, int64_t now,
		 uint64_t elapsed)
{
	char text[2][160];

	describe(text[0], sizeof(text[0]), status, &stats[0], 0, elapsed);
	describe(text[1], sizeof(text[1]), status, &stats[1], 1, elapsed);
	report_line(&status->report, now, "%llu s: %s; %s",
		    (unsigned long long)(now - status->report.started) /
			    THOUSAND,
		    text[0], text[1]);
}

void bridge_show(struct bridge_status *status, struct joint *joint, int64_t now)
{
	uint64_t elapsed = report_due(&status->report, now);
	int metrics = metrics_due(&status->metrics, now);
	struct netring_bridge_stats stats[2];
	struct netring_metrics_row rows[2];

	if (!elapsed && !metrics)
		return;
	joint_stats(joint, stats);
	if (elapsed)
		show(status, stats, now, elapsed);
	if (metrics) {
		make_rows(status, stats, rows);
		metrics_write(&status->metrics, now, rows, 2);
	}
}

void bridge_metrics(struct bridge_status *status, struct joint *joint)
{
	struct netring_bridge_stats stats[2];
	struct netring_metrics_row rows[2];

	joint_stats(joint, stats);
	make_rows(status, stats, rows);
	metrics_write(&status->metrics, netring_clock_ms(), rows, 2);
}

static void total(const struct bridge_status *status,
		  const struct netring_bridge_stats *stats, int i)
{
	const struct {
		uint64_t count;
		const char *text;
	} causes[] = {
		{ stats->filtered, "filtered" },
		{ stats->link_local, "link-local" },
		{ stats->too_long, "too long" },
		{ stats->ring_full, "far ring full" },
		{ stats->link_down, "far link down" },
		{ stats->refused.header, "refused: wrong header" },
		{ stats->refused.length, "refused: too long" },
		{ stats->refused.memory, "refused: no memory" },
		{ stats->refused.rule, "refused by a rule" },
		{ stats->refused.unsupported, "refused: not supported" },
		{ stats->refused.busy, "refused again and again" },
		{ stats->refused.other, "refused" },
		{ stats->pending, "pending" },
		{ stats->kernel_drops, "lost before: near ring full" },
		{ stats->renewals, "rings made anew" },
		{ stats->checksum, "of the forwarded: checksum completed" },
		{ stats->gso, "of the forwarded: super-frames" },
		{ stats->cut, "frames that super-frames were cut into" },
	};
	size_t n;

	fprintf(stderr, "%s > %s: %llu received, %llu forwarded",
		status->interface[i], status->interface[!i],
		(unsigned long long)stats->received,
		(unsigned long long)stats->forwarded);
	for (n = 0; n < sizeof(causes) / sizeof(causes[0]); n++)
		if (causes[n].count)
			fprintf(stderr, ", %llu %s",
				(unsigned long long)causes[n].count,
				causes[n].text);
	fputc('\n', stderr);
}

void bridge_total(struct bridge_status *status, struct joint *joint)
{
	struct netring_bridge_stats stats[2];

	joint_stats(joint, stats);
	report_break(&status->report);
	total(status, &stats[0], 0);
	total(status, &stats[1], 1);
}
