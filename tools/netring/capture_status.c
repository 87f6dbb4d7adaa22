/* SPDX-License-Identifier: MIT */
/* capture_status.c - a line a second on how it goes, and the totals. */
#include "capture.h"

#include <stdio.h>

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

void status_metrics(struct capture_status *status, struct feed *feed,
		    int64_t now, int last)
{
	struct netring_capture_stats total;
	const struct netring_metrics_row row = {
		.role = NETRING_METRICS_CAPTURE,
		.stats = &total,
		.interface = status->interface,
	};

	if (!last && !metrics_due(&status->metrics, now))
		return;
	feed_stats(feed, &total);
	metrics_write(&status->metrics, now, &row, 1);
}

int status_start(struct capture_status *status,
		 const struct capture_options *options)
{
	static const struct netring_capture_stats none;
	const struct netring_metrics_row row = {
		.role = NETRING_METRICS_CAPTURE,
		.stats = &none,
		.interface = options->interface,
	};

	report_init(&status->report, options->file != NULL, options->verbose);
	status->interface = options->interface;
	status->metrics.path = options->metrics;
	return metrics_start(&status->metrics, status->report.started, &row, 1);
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
