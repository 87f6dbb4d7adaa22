/* SPDX-License-Identifier: MIT */
/* inject_status.c - how far it is, the totals, and metrics. */
#include "inject.h"

#include <stdio.h>
#include <string.h>

#include <netring/metrics.h>

#define THOUSAND 1000

/* What there is to tell, in a row or two. */
struct rows {
	struct netring_injector_stats stats;
	struct netring_xdp_stats xdp;
	struct netring_metrics_row row[2];
	size_t count;
};

static void make_rows(struct rows *rows, const struct inject_status *status,
		      struct outlet *outlet)
{
	outlet_stats(outlet, &rows->stats);
	memset(rows->row, 0, sizeof(rows->row));
	rows->row[0].role = NETRING_METRICS_INJECTOR;
	rows->row[0].stats = &rows->stats;
	rows->row[0].interface = status->interface;
	rows->row[1].role = NETRING_METRICS_XDP;
	rows->row[1].stats = &rows->xdp;
	rows->row[1].interface = status->interface;
	rows->count = outlet_xdp_stats(outlet, &rows->xdp) ? 2 : 1;
}

int inject_start(struct inject_status *status, struct outlet *outlet,
		 const struct inject_options *options)
{
	struct rows rows;

	status->interface = options->interface;
	status->metrics.path = options->metrics;
	report_init(&status->report, 1, options->verbose);
	make_rows(&rows, status, outlet);
	return metrics_start(&status->metrics, status->report.started, rows.row,
			     rows.count);
}

/* "42%, 17 s left: " */
static void say_progress(char *text, size_t size, int done, uint64_t ms)
{
	uint64_t left;

	text[0] = 0;
	if (done < 0)
		return;
	if (!done) {
		snprintf(text, size, "0%%: ");
		return;
	}
	left = ms * (uint64_t)(THOUSAND - done) / (uint64_t)done;
	snprintf(text, size, "%d%%, %llu s left: ", done / 10,
		 (unsigned long long)(left + THOUSAND - 1) / THOUSAND);
}

static void show(struct inject_status *status,
		 const struct netring_injector_stats *stats,
		 const struct source *source, int64_t now, uint64_t elapsed)
{
	char progress[64], bytes[24], rate[24], bits[24];

	say_progress(progress, sizeof(progress), source_progress(source),
		     (uint64_t)(now - status->report.started));
	human(bytes, sizeof(bytes), status->bytes);
	human(rate, sizeof(rate),
	      (stats->accepted - status->last_frames) * THOUSAND / elapsed);
	human(bits, sizeof(bits),
	      (status->bytes - status->last_bytes) * 8 * THOUSAND / elapsed);
	report_line(&status->report, now,
		    "%s%llu frames, %sB; %sframes/s, %sbit/s", progress,
		    (unsigned long long)stats->accepted, bytes, rate, bits);
	status->last_frames = stats->accepted;
	status->last_bytes = status->bytes;
}

void inject_show(struct inject_status *status, struct outlet *outlet,
		 const struct source *source, int64_t now)
{
	uint64_t elapsed = report_due(&status->report, now);
	struct rows rows;

	if (!elapsed && !metrics_due(&status->metrics, now))
		return;
	make_rows(&rows, status, outlet);
	if (elapsed)
		show(status, &rows.stats, source, now, elapsed);
	if (metrics_due(&status->metrics, now))
		metrics_write(&status->metrics, now, rows.row, rows.count);
}

static void say_failed(const struct netring_injector_stats *stats,
		       uint64_t failed, uint64_t untried)
{
	const char *comma = "";

	fprintf(stderr, "%llu failed", (unsigned long long)failed);
#define CAUSE(count, text)                                          \
	if (count) {                                                \
		fprintf(stderr, "%s%llu %s", *comma ? comma : ": ", \
			(unsigned long long)(count), text);         \
		comma = ", ";                                       \
	}
	CAUSE(stats->too_short, "too short")
	CAUSE(stats->too_long, "too long")
	CAUSE(stats->refused.header, "refused: wrong header")
	CAUSE(stats->refused.length, "refused: too long")
	CAUSE(stats->refused.memory, "refused: no memory")
	CAUSE(stats->refused.rule, "refused by a rule")
	CAUSE(stats->refused.unsupported, "refused: not supported")
	CAUSE(stats->refused.busy, "refused again and again")
	CAUSE(stats->refused.other, "refused")
	CAUSE(untried, "not handed over")
#undef CAUSE
	fputc('\n', stderr);
}

uint64_t inject_total(struct inject_status *status, struct outlet *outlet,
		      const struct source *source, int failing)
{
	int64_t now = netring_clock_ms();
	uint64_t ms = (uint64_t)(now - status->report.started);
	struct rows rows;
	const struct netring_injector_stats *stats = &rows.stats;
	char bytes[24], rate[24], bits[24];
	uint64_t sent, failed;

	make_rows(&rows, status, outlet);
	sent = stats->queued + stats->too_short + stats->too_long;
	failed = sent - stats->accepted;
	if (failing && !sent) /* has been told why */
		return failed;
	report_break(&status->report);
	ms += !ms;
	fprintf(stderr,
		"%llu frames sent, %sB in %llu.%03llu s: %sframes/s, "
		"%sbit/s\n%llu accepted\n",
		(unsigned long long)sent,
		human(bytes, sizeof(bytes), status->bytes),
		(unsigned long long)ms / THOUSAND,
		(unsigned long long)ms % THOUSAND,
		human(rate, sizeof(rate), stats->accepted * THOUSAND / ms),
		human(bits, sizeof(bits), status->bytes * 8 * THOUSAND / ms),
		(unsigned long long)stats->accepted);
	say_failed(stats, failed,
		   failed - stats->too_short - stats->too_long -
			   netring_refused_sum(&stats->refused));
	if (source->cut)
		note("%llu frames had been cut when they were captured, and "
		     "were sent as they are",
		     (unsigned long long)source->cut);
	metrics_write(&status->metrics, now, rows.row, rows.count);
	return failed;
}
