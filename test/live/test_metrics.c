/* SPDX-License-Identifier: MIT */
/* test_metrics.c - the text tells what the other end of the wire counted. */
#define _GNU_SOURCE
#include "hosts.h"
#include "live.h"
#include "spy_socket.h"

#include <netring/injector.h>
#include <netring/metrics.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char text[16384];

/* The value on the line of @name and @labels; -1: there is none. */
static long long value(const char *name, const char *labels)
{
	char want[200];
	const char *at;

	snprintf(want, sizeof(want), "\n%s{%s} ", name, labels);
	at = strstr(text, want);
	return at ? atoll(at + strlen(want)) : -1;
}

static int good_name(const char *line, size_t length)
{
	return length && strspn(line, "abcdefghijklmnopqrstuvwxyz_:0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ") >= length;
}

/* Each line by the rules of the text format; each name's HELP and TYPE once
 * and in front of its values, and these together. */
static int well_formed(void)
{
	char family[100] = "", type[120];
	const char *line, *end, *space;
	int gauge = 0;
	size_t n;

	for (line = text; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			return 0;
		if (!strncmp(line, "# HELP ", 7))
			continue;
		if (!strncmp(line, "# TYPE ", 7)) {
			n = strcspn(line + 7, " ");
			gauge = strncmp(line + 7 + n, " gauge\n", 7) == 0;
			if (n >= sizeof(family) || !good_name(line + 7, n) ||
			    (!gauge &&
			     strncmp(line + 7 + n, " counter\n", 9) != 0))
				return 0;
			snprintf(family, sizeof(family), "%.*s", (int)n,
				 line + 7);
			snprintf(type, sizeof(type), "# TYPE %s ", family);
			if (strstr(end, type))
				return 0;
			continue;
		}
		n = strcspn(line, "{ ");
		space = memchr(line, ' ', (size_t)(end - line));
		if (!good_name(line, n) || n != strlen(family) ||
		    strncmp(line, family, n) != 0 || !space)
			return 0;
		if (n < 6 || (strncmp(line + n - 6, "_total", 6) == 0) == gauge)
			return 0;
	}
	return 1;
}

static size_t write_text(const struct netring_metrics_row *rows, size_t count)
{
	size_t n;

	text[0] = '\n';
	n = netring_metrics_text(text + 1, sizeof(text) - 1, rows, count);
	memmove(text, text + 1, n + 1);
	ok(n == strlen(text) && well_formed(), "a text of %zu bytes", n);
	memmove(text + 1, text, n + 1);
	text[0] = '\n';
	return n;
}

static void roles(void)
{
	static struct netring_capture cap;
	static struct netring_injector inj;
	static struct netring_bridge br;
	struct netring_capture_stats rx;
	struct netring_injector_stats tx;
	struct netring_bridge_stats across[2];
	struct netring_metrics_row rows[4];
	struct netring_bridge_config cfg = { .flags = 0 };
	static struct hosts h;
	uint8_t frame[100];
	struct tally t = { 0 };
	int i;

	hosts_begin(&h);
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR, .protocol = WIRE_TYPE });
	must(netring_injector_open(
		     &inj,
		     &(struct netring_injector_config){ .interface = FAR }),
	     "an injector");
	hosts_open(&br, &cfg);
	for (i = 0; i < 37; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, (uint32_t)i);
		must(netring_injector_send(&inj, frame, sizeof(frame), 0),
		     "send");
		if (i < 20)
			hosts_send(&h, 0, frame, sizeof(frame));
		if (i < 5)
			hosts_send(&h, 1, frame, sizeof(frame));
	}
	(void)netring_injector_send(&inj, frame, 5, 0);
	hosts_pump(&br, 10);
	tally_batches(&t, &cap, 37, 500);
	is(t.numbered, 37, "37 arrived");
	is(spy_flush(h.spy[1], 5), 20, "20 crossed the bridge");
	is(spy_flush(h.spy[0], 5), 5, "5 the other way");
	netring_capture_read_stats(&cap, &rx, NULL);
	netring_injector_read_stats(&inj, &tx);
	for (i = 0; i < 2; i++)
		netring_bridge_read_stats(&br, i, &across[i]);
	rows[0] = (struct netring_metrics_row){ NETRING_METRICS_BRIDGE,
						&across[0], "p0", "p1" };
	rows[1] = (struct netring_metrics_row){ NETRING_METRICS_CAPTURE, &rx,
						NEAR, NULL };
	rows[2] = (struct netring_metrics_row){ NETRING_METRICS_BRIDGE,
						&across[1], "p1", "p0" };
	rows[3] = (struct netring_metrics_row){ NETRING_METRICS_INJECTOR, &tx,
						FAR, NULL };
	write_text(rows, 4);
	is(value("netring_capture_received_total", "interface=\"nr0\""), 37,
	   "captured");
	is(value("netring_capture_dropped_total", "interface=\"nr0\""), 0,
	   "dropped");
	is(value("netring_injector_accepted_total", "interface=\"nr1\""), 37,
	   "accepted");
	is(value("netring_injector_too_short_total", "interface=\"nr1\""), 1,
	   "too short");
	is(value("netring_bridge_forwarded_total",
		 "interface=\"p0\",to=\"p1\""),
	   20, "forwarded");
	is(value("netring_bridge_forwarded_total",
		 "interface=\"p1\",to=\"p0\""),
	   5, "forwarded the other way");
	is(value("netring_bridge_ring_full_total",
		 "interface=\"p0\",to=\"p1\""),
	   0, "ring full");
	netring_capture_close(&cap);
	netring_injector_close(&inj);
	netring_bridge_close(&br);
	hosts_end(&h);
}

int main(void)
{
	live_begin();
	live_wire();
	roles();
	return done_testing();
}
