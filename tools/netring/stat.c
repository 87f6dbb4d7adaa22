/* SPDX-License-Identifier: MIT */
/* stat.c - `netring stat`: rates of an interface or of a running program. */
#include "stat.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THOUSAND 1000
#define HEADER_EVERY 20
#define STALE_MS 3000 /* and the interval */

const char stat_about[] = "show the rates of an interface or a program";

static const char usage[] =
	"Usage: netring stat [-n COUNT] -i INTERFACE [SECONDS]\n"
	"   or: netring stat [-n COUNT] FILE [SECONDS]\n"
	"\n"
	"Show how much passes, every SECONDS (1; 0.5 is possible): on an\n"
	"interface, or what a program counts that writes --metrics FILE.\n"
	"\n"
	"  -i INTERFACE  packets and bits a second; errors and drops as they\n"
	"                were counted in the time\n"
	"  -n COUNT      end after COUNT reports\n";

struct session {
	const char *interface;
	const char *file;
	uint64_t count;	   /* 0: without end */
	uint64_t interval; /* ms */
	int terminal;
	unsigned int lines; /* of the table on the screen */
};

static int64_t real_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * THOUSAND + now.tv_nsec / 1000000;
}

static void wait_until(int64_t time)
{
	int64_t left;

	while ((left = time - netring_clock_ms()) > 0)
		poll(NULL, 0, left < THOUSAND ? (int)left : THOUSAND);
}

static void show_way(const uint64_t *now, const uint64_t *before, int first,
		     uint64_t ms)
{
	uint64_t more[4];
	char packets[24], bits[24];
	int i;

	for (i = 0; i < 4; i++)
		more[i] = now[first + i] < before[first + i] ?
				  now[first + i] :
				  now[first + i] - before[first + i];
	human(packets, sizeof(packets), more[0] * THOUSAND / ms);
	human(bits, sizeof(bits), more[1] * 8 * THOUSAND / ms);
	printf("%10s%10s%8llu%8llu", packets, bits, (unsigned long long)more[2],
	       (unsigned long long)more[3]);
}

static void interface_header(const struct session *s)
{
	printf("%s\n%10s%10s%8s%8s  %10s%10s%8s%8s\n", s->interface, "in pkt/s",
	       "bit/s ", "errors", "drops", "out pkt/s", "bit/s ", "errors",
	       "drops");
}

static int show_interface(const struct session *s, const uint64_t *now,
			  const uint64_t *before, uint64_t ms)
{
	static unsigned int shown;

	if (shown++ % HEADER_EVERY == 0)
		interface_header(s);
	show_way(now, before, RX_PACKETS, ms);
	fputs("  ", stdout);
	show_way(now, before, TX_PACKETS, ms);
	putchar('\n');
	return fflush(stdout) ? fail("standard output: %s", strerror(errno)) :
				0;
}

static int watch_interface(struct session *s)
{
	uint64_t now[INTERFACE_COUNTERS], before[INTERFACE_COUNTERS];
	int64_t last = netring_clock_ms(), time;
	uint64_t reports;
	int r = stat_read_interface(s->interface, before);

	if (r == -ENODEV)
		return fail_interface("-i ", s->interface);
	if (r < 0)
		return fail("/proc/net/dev: %s", strerror(-r));
	for (reports = 0; !s->count || reports < s->count; reports++) {
		wait_until(last + (int64_t)s->interval);
		r = stat_read_interface(s->interface, now);
		time = netring_clock_ms();
		if (r < 0) {
			note("%s: %s", s->interface, strerror(-r));
			memset(now, 0, sizeof(now));
		} else if (show_interface(s, now, before,
					  (uint64_t)(time - last))) {
			return 1;
		}
		last = time;
		memcpy(before, now, sizeof(before));
	}
	return 0;
}

/* On a terminal in the place of the table before. */
static void show_file(struct session *s, const struct sample *sample,
		      int64_t age)
{
	int stale = age > STALE_MS + (int64_t)s->interval;
	const char *end = s->terminal ? "\033[K\n" : "\n";
	char rate[24];
	size_t i;

	if (s->lines && s->terminal)
		printf("\033[%uA", s->lines);
	printf("%-50s %14s %12s%s", s->file, "total", "per second", end);
	s->lines = 2;
	for (i = 0; i < sample->count; i++) {
		const struct series *series = &sample->series[i];

		if (series->look != sample->look)
			continue;
		human(rate, sizeof(rate), series->rate);
		printf("%-50s %14llu %12s%s", series->name,
		       (unsigned long long)series->value, stale ? "-" : rate,
		       end);
		s->lines++;
	}
	if (stale)
		printf("not written for %lld s", (long long)age / THOUSAND);
	else if (sample->left_out)
		printf("more counters than the first %d", STAT_SERIES);
	fputs(end, stdout);
	if (s->terminal)
		fputs("\033[J", stdout);
}

static int watch_file(struct session *s)
{
	static struct sample sample;
	int64_t time = netring_clock_ms();
	uint64_t reports;
	int r = stat_read_file(s->file, &sample);

	if (r < 0)
		return fail("%s: %s", s->file, strerror(-r));
	if (!sample.count)
		return fail("%s: holds no counters", s->file);
	for (reports = 0; !s->count || reports < s->count; reports++) {
		time += (int64_t)s->interval;
		wait_until(time);
		r = stat_read_file(s->file, &sample);
		if (r < 0) {
			s->lines = 0;
			note("%s: %s", s->file, strerror(-r));
			continue;
		}
		show_file(s, &sample, real_ms() - sample.time);
		if (fflush(stdout))
			return fail("standard output: %s", strerror(errno));
	}
	return 0;
}

static int parse(struct session *s, char **left)
{
	if (!s->interface)
		s->file = *left ? *left++ : NULL;
	if (!s->interface && !s->file)
		return fail("-i INTERFACE or FILE is missing");
	s->interval = THOUSAND;
	if (*left &&
	    parse_decimal(*left, THOUSAND, INT32_MAX, &s->interval) < 0)
		return fail("%s: not a number of seconds", *left);
	if (*left && left[1])
		return fail("%s: not an option; see --help", left[1]);
	if (s->interface &&
	    strcspn(s->interface, "/: \t\n") != strlen(s->interface))
		return fail_interface("-i ", s->interface);
	return 0;
}

int stat_main(int argc, char **argv)
{
	static const struct option words[] = {
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct session s = { 0 };
	int letter;

	while ((letter = getopt_long(argc, argv, "hi:n:", words, NULL)) != -1) {
		if (letter == 'h' || letter == '?') {
			fputs(usage, letter == 'h' ? stdout : stderr);
			return letter != 'h';
		}
		if (letter == 'i')
			s.interface = optarg;
		else if (parse_number(optarg, 1, UINT64_MAX, &s.count) < 0)
			return fail("-n %s: not a number from 1", optarg);
	}
	if (parse(&s, argv + optind))
		return 1;
	s.terminal = isatty(STDOUT_FILENO);
	return s.interface ? watch_interface(&s) : watch_file(&s);
}
