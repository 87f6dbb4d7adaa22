/* SPDX-License-Identifier: MIT */
/* capture_status.c - a line a second on how it goes, and the totals. */
#include "capture.h"

#include <stdio.h>
#include <unistd.h>

#define SECOND_MS 1000

enum {
	OFF,
	LINES,
	RENEWED
};

void status_init(struct capture_status *status, int wanted, int lines)
{
	if (!wanted)
		status->on = OFF;
	else if (isatty(STDERR_FILENO))
		status->on = RENEWED;
	else
		status->on = lines ? LINES : OFF;
	status->started = netring_clock_ms();
	status->last = status->started;
}

/* 1234567 becomes "1.2 M", for a unit to follow. */
static const char *human(char *text, size_t size, uint64_t value)
{
	static const char prefixes[][2] = { "", "k", "M", "G", "T" };
	uint64_t unit = 1;
	size_t i = 0;

	while (value / unit >= 1000 && i < sizeof(prefixes) / 2 - 1) {
		unit *= 1000;
		i++;
	}
	if (i)
		snprintf(text, size, "%llu.%llu %s",
			 (unsigned long long)(value / unit),
			 (unsigned long long)(value % unit / (unit / 10)),
			 prefixes[i]);
	else
		snprintf(text, size, "%llu ", (unsigned long long)value);
	return text;
}

void status_show(struct capture_status *status, struct netring_capture *cap,
		 int64_t now)
{
	uint64_t elapsed = (uint64_t)(now - status->last);
	struct netring_capture_stats total = { 0, 0, 0 };
	char bytes[48], rate[48], bits[48];

	if (status->on == OFF || elapsed < SECOND_MS)
		return;
	netring_capture_read_stats(cap, &total, NULL);
	human(bytes, sizeof(bytes), status->bytes);
	human(rate, sizeof(rate),
	      (status->packets - status->last_packets) * 1000 / elapsed);
	human(bits, sizeof(bits),
	      (status->bytes - status->last_bytes) * 8000 / elapsed);
	fprintf(stderr,
		"%s%llu s: %llu packets, %sB, %llu dropped; "
		"%spackets/s, %sbit/s%s",
		status->on == RENEWED ? "\r" : "",
		(unsigned long long)(now - status->started) / SECOND_MS,
		(unsigned long long)status->packets, bytes,
		(unsigned long long)total.dropped, rate, bits,
		status->on == RENEWED ? "\033[K" : "\n");
	fflush(stderr);
	status->last = now;
	status->last_packets = status->packets;
	status->last_bytes = status->bytes;
}

void status_break(const struct capture_status *status)
{
	if (status->on == RENEWED && status->last != status->started)
		fputc('\n', stderr);
}

void status_total(struct capture_status *status, struct netring_capture *cap)
{
	struct netring_capture_stats total = { 0, 0, 0 };

	netring_capture_read_stats(cap, &total, NULL);
	status_break(status);
	fprintf(stderr,
		"%llu packets captured\n%llu packets received by filter\n"
		"%llu packets dropped by kernel\n",
		(unsigned long long)status->packets,
		(unsigned long long)total.received +
			(unsigned long long)total.dropped,
		(unsigned long long)total.dropped);
}
