/* SPDX-License-Identifier: MIT */
/* capture_status.c - a line a second on how it goes, and the totals. */
#include "capture_applet.h"

#include <stdio.h>
#include <string.h>

#include <netring/metrics.h>

void status_show(struct capture_status *status, struct feed *feed, int64_t now)
{
	uint64_t elapsed = report_due(&status->report, now);
	struct netring_capture_stats total;
	char bytes[48], rate[48], bits[48];

	if (!elapsed)
		return;
	feed_stats(feed, &total);
	human(bytes, sizeof(bytes), status->bytes);
	human(rate, sizeof(rate),
	      (status->packets - status->last_packets) * 1000 / elapsed);
	human(bits, sizeof(bits),
	      (status->bytes - status->last_bytes) * 8000 / elapsed);
	report_line(&status->report, now,
		    "%llu s: %llu packets, %sB, %llu dropped; "
		    "%spackets/s, %sbit/s",
		    (unsigned long long)(now - status->report.started) / 1000,
		    (unsigned long long)status->packets, bytes,
		    (unsigned long long)total.dropped, rate, bits);
	status->last_packets = status->packets;
	status->last_bytes = status->bytes;
}

/* What there is to tell, in a row or two. */
struct rows {
	struct netring_capture_stats total;
	struct netring_xdp_stats xdp;
	struct netring_metrics_row row[2];
};

static size_t make_rows(struct rows *rows, struct feed *feed,
			const char *interface)
{
	feed_stats(feed, &rows->total);
	memset(rows->row, 0, sizeof(rows->row));
	rows->row[0].role = NETRING_METRICS_CAPTURE;
	rows->row[0].stats = &rows->total;
	rows->row[0].interface = interface;
	rows->row[1].role = NETRING_METRICS_XDP;
	rows->row[1].stats = &rows->xdp;
	rows->row[1].interface = interface;
	return feed_xdp_stats(feed, &rows->xdp) ? 2 : 1;
}

void status_metrics(struct capture_status *status, struct feed *feed,
		    int64_t now, int last)
{
	struct rows rows;
	size_t count;

	if (!last && !metrics_due(&status->metrics, now))
		return;
	count = make_rows(&rows, feed, status->interface);
	metrics_write(&status->metrics, now, rows.row, count);
}

int status_start(struct capture_status *status, struct feed *feed,
		 const struct capture_options *options)
{
	struct rows rows;
	size_t count;

	report_init(&status->report, options->file != NULL, options->verbose);
	status->interface = options->interface;
	status->metrics.path = options->metrics;
	count = make_rows(&rows, feed, options->interface);
	return metrics_start(&status->metrics, status->report.started, rows.row,
			     count);
}

void status_total(struct capture_status *status, struct feed *feed)
{
	struct netring_capture_stats total;

	feed_stats(feed, &total);
	report_break(&status->report);
	fprintf(stderr,
		"%llu packets captured\n%llu packets received by filter\n"
		"%llu packets dropped by kernel\n",
		(unsigned long long)status->packets,
		(unsigned long long)total.received +
			(unsigned long long)total.dropped,
		(unsigned long long)total.dropped);
	if (status->truncated)
		fprintf(stderr, "%llu packets truncated\n",
			(unsigned long long)status->truncated);
}
