/* SPDX-License-Identifier: MIT */
/* test_metrics_text.c - counters as Prometheus text, byte by byte. */
/* netring-test: fuller */
#include "capture_ring.h"

#include <netring/bridge.h>
#include <netring/metrics.h>

#include <stdio.h>
#include <stdlib.h>

static const struct netring_capture_stats capture = { 1, UINT64_MAX, 0 };
static const struct netring_injector_stats injector = {
	10, 9, { 31, 32, 33, 34, 35, 36, 37 }, 8, 7, 6, 5, 4, 3
};
static const struct netring_bridge_stats bridge = {
	21, 20, 19, 18, 17, 16, 15, { 41, 42, 43, 44, 45, 46, 47 },
	14, 13, 8,  12, 11, 10
};
static const struct netring_bridge_stats back = { .received = 0 };

#define CAPTURE(name)                                         \
	{                                                     \
		NETRING_METRICS_CAPTURE, &capture, name, NULL \
	}
#define INJECTOR(name)                                          \
	{                                                       \
		NETRING_METRICS_INJECTOR, &injector, name, NULL \
	}

/* Not sorted by role: grouped all the same, in the order given. */
static const struct netring_metrics_row all[] = {
	{ NETRING_METRICS_BRIDGE, &bridge, "lan", "wan" },
	INJECTOR("eth0"),
	CAPTURE("eth0"),
	{ NETRING_METRICS_BRIDGE, &back, "wan", "lan" },
	CAPTURE("wlan1"),
};

#define HEAD(name, help)                     \
	"# HELP netring_" name " " help "\n" \
	"# TYPE netring_" name " counter\n"
#define ONE(name, value) \
	"netring_" name "_total{interface=\"eth0\"} " value "\n"
#define TWO(name, value)                                         \
	"netring_" name "_total{interface=\"eth0\"} " value "\n" \
	"netring_" name "_total{interface=\"wlan1\"} " value "\n"
#define WAYS(name, value)                                                    \
	"netring_bridge_" name "_total{interface=\"lan\",to=\"wan\"} " value \
	"\n"                                                                 \
	"netring_bridge_" name "_total{interface=\"wan\",to=\"lan\"} 0\n"

#define INJECTED(name, value) ONE("injector_" name, value)
/* Of both roles; @values: the first digit of each. */
#define REFUSED(role, samples, values)                                        \
	HEAD(role "_refused_header_total",                                    \
	     "Frames refused: their vnet header is wrong."),                  \
		samples("refused_header", values "1"),                        \
		HEAD(role "_refused_length_total",                            \
		     "Frames refused: too long for the device."),             \
		samples("refused_length", values "2"),                        \
		HEAD(role "_refused_memory_total",                            \
		     "Frames refused: no memory, or not to be cut."),         \
		samples("refused_memory", values "3"),                        \
		HEAD(role "_refused_rule_total",                              \
		     "Frames refused by a rule of the host."),                \
		samples("refused_rule", values "4"),                          \
		HEAD(role "_refused_unsupported_total",                       \
		     "Frames refused: the device cannot send them."),         \
		samples("refused_unsupported", values "5"),                   \
		HEAD(role "_refused_busy_total",                              \
		     "Frames refused again and again: queue full, or rule."), \
		samples("refused_busy", values "6"),                          \
		HEAD(role "_refused_other_total",                             \
		     "Frames refused for another reason."),                   \
		samples("refused_other", values "7")

static const char *const lines[] = {
	HEAD("capture_received_total", "Packets that went into the ring."),
	TWO("capture_received", "1"),
	HEAD("capture_dropped_total", "Packets that found the ring full."),
	TWO("capture_dropped", "18446744073709551615"),
	HEAD("capture_freezes_total", "Times the ring became full."),
	TWO("capture_freezes", "0"),
	HEAD("injector_queued_total", "Frames committed to the ring."),
	ONE("injector_queued", "10"),
	HEAD("injector_accepted_total",
	     "Frames handed over to the device or its queue."),
	ONE("injector_accepted", "9"),
	REFUSED("injector", INJECTED, "3"),
	HEAD("injector_discarded_total",
	     "Frames given up before they were handed over."),
	ONE("injector_discarded", "8"),
	HEAD("injector_too_short_total",
	     "Frames refused for less than a header."),
	ONE("injector_too_short", "7"),
	HEAD("injector_too_long_total",
	     "Frames refused for more than the MTU."),
	ONE("injector_too_long", "6"),
	HEAD("injector_retried_total",
	     "Kicks that the kernel asked to repeat."),
	ONE("injector_retried", "5"),
	HEAD("injector_link_down_total", "Kicks that met a downed link."),
	ONE("injector_link_down", "4"),
	"# HELP netring_injector_pending "
	"Frames queued whose fate is not known yet.\n"
	"# TYPE netring_injector_pending gauge\n"
	"netring_injector_pending{interface=\"eth0\"} 3\n",
	HEAD("bridge_received_total", "Frames taken from the near interface."),
	WAYS("received", "21"),
	HEAD("bridge_forwarded_total", "Frames handed to the far interface."),
	WAYS("forwarded", "20"),
	HEAD("bridge_filtered_total", "Frames dropped by the filter."),
	WAYS("filtered", "19"),
	HEAD("bridge_link_local_total",
	     "Frames dropped as link-local (802.1D)."),
	WAYS("link_local", "18"),
	HEAD("bridge_too_long_total",
	     "Frames too long for the far MTU or a slot, or runts."),
	WAYS("too_long", "17"),
	HEAD("bridge_ring_full_total",
	     "Frames dropped because the far ring was full."),
	WAYS("ring_full", "16"),
	HEAD("bridge_link_down_total",
	     "Frames dropped because the far link was down."),
	WAYS("link_down", "15"),
	REFUSED("bridge", WAYS, "4"),
	HEAD("bridge_checksum_total",
	     "Forwarded frames whose checksum the kernel completed."),
	WAYS("checksum", "14"),
	HEAD("bridge_gso_total", "Forwarded super-frames."),
	WAYS("gso", "13"),
	HEAD("bridge_cut_total", "Frames that super-frames were cut into."),
	WAYS("cut", "8"),
	HEAD("bridge_kernel_drops_total",
	     "Packets that found the near ring full."),
	WAYS("kernel_drops", "12"),
	HEAD("bridge_renewals_total",
	     "Times that the near ring had to be made anew."),
	WAYS("renewals", "11"),
	"# HELP netring_bridge_pending "
	"Frames received whose fate is not known yet.\n"
	"# TYPE netring_bridge_pending gauge\n"
	"netring_bridge_pending{interface=\"lan\",to=\"wan\"} 10\n"
	"netring_bridge_pending{interface=\"wan\",to=\"lan\"} 0\n",
};

static char expected[16384], text[16384];

static size_t expect_all(void)
{
	uint32_t i;
	size_t length = 0;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		memcpy(expected + length, lines[i], strlen(lines[i]));
		length += strlen(lines[i]);
	}
	expected[length] = 0;
	return length;
}

/* The structs are counters and nothing else, each of them told. */
static void every_counter(void **state)
{
	const char *at = text;
	uint32_t samples = 0;

	(void)state;
	netring_metrics_text(text, sizeof(text), all, 5);
	for (; (at = strstr(at, "\nnetring_")) != NULL; at++)
		samples++;
	assert_int_equal(samples, (2 * sizeof(capture) + sizeof(injector) +
				   2 * sizeof(bridge)) /
					  sizeof(uint64_t));
}

static void exact(void **state)
{
	size_t length = expect_all();

	(void)state;
	memset(text, 0x5a, sizeof(text));
	assert_int_equal(netring_metrics_text(text, sizeof(text), all, 5),
			 length);
	assert_string_equal(text, expected);
	assert_int_equal(text[length + 1], 0x5a);
}

/* What fits is written, never more, and a NUL; in guarded memory. */
static void every_size(void **state)
{
	size_t length = expect_all(), size, i;
	size_t step = getenv("NETRING_FULL") ? 1 : 5;
	char *buffer;

	(void)state;
	/* both ends, and in check-full what is between */
	for (size = 0; size <= length + 2;
	     size += size < 100 || size + 100 > length ? 1 : step) {
		buffer = malloc(size + 16);
		assert_non_null(buffer);
		memset(buffer, 0x5a, size + 16);
		assert_int_equal(netring_metrics_text(buffer + 8, size, all, 5),
				 length);
		for (i = 0; i < 8; i++) {
			assert_int_equal(buffer[i], 0x5a);
			assert_int_equal(buffer[8 + size + i], 0x5a);
		}
		i = size <= length ? size - 1 : length;
		if (size) {
			assert_memory_equal(buffer + 8, expected, i);
			assert_int_equal(buffer[8 + i], 0);
		}
		free(buffer);
	}
	assert_int_equal(netring_metrics_text(NULL, 0, all, 5), length);
}

static void nothing(void **state)
{
	(void)state;
	text[0] = text[1] = 'x';
	assert_int_equal(netring_metrics_text(text, sizeof(text), NULL, 0), 0);
	assert_int_equal(text[0], 0);
	assert_int_equal(text[1], 'x');
	assert_int_equal(netring_metrics_text(NULL, 0, NULL, 0), 0);
}

/* A role without rows leaves no header behind. */
static void one_role(void **state)
{
	const struct netring_metrics_row row = INJECTOR("eth0");

	(void)state;
	netring_metrics_text(text, sizeof(text), &row, 1);
	assert_null(strstr(text, "capture"));
	assert_null(strstr(text, "bridge"));
	assert_ptr_equal(strstr(text, "# HELP netring_injector_queued_total "),
			 text);
}

static void labels(void **state)
{
	static const struct {
		const char *name;
		const char *escaped;
	} cases[] = {
		{ "", "" },
		{ "a\"b", "a\\\"b" },
		{ "\\", "\\\\" },
		{ "\n", "\\n" },
		{ "\\n\n\"\\\"", "\\\\n\\n\\\"\\\\\\\"" },
		{ "tab\tand\rcr", "tab\tand\rcr" },
		{ "br\303\274cke}, {", "br\303\274cke}, {" },
	};
	struct netring_metrics_row row = { NETRING_METRICS_BRIDGE, &bridge,
					   NULL, NULL };
	char sample[256];
	uint32_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
			row.interface = cases[i].name;
			row.to = cases[j].name;
			netring_metrics_text(text, sizeof(text), &row, 1);
			snprintf(sample, sizeof(sample),
				 "\nnetring_bridge_gso_total{interface=\"%s\","
				 "to=\"%s\"} 13\n",
				 cases[i].escaped, cases[j].escaped);
			assert_non_null(strstr(text, sample));
		}
}

static void numbers(void **state)
{
	struct netring_capture_stats stats = { 0 };
	const struct netring_metrics_row row = { NETRING_METRICS_CAPTURE,
						 &stats, "lo", NULL };
	char sample[128];
	uint32_t i;
	int add;

	(void)state;
	for (i = 0; i < 64; i++)
		for (add = -2; add <= 2; add++) {
			stats.dropped = (UINT64_C(1) << i) + (uint64_t)add;
			netring_metrics_text(text, sizeof(text), &row, 1);
			snprintf(sample, sizeof(sample),
				 "\nnetring_capture_dropped_total{interface="
				 "\"lo\"} %llu\n",
				 (unsigned long long)stats.dropped);
			assert_non_null(strstr(text, sample));
		}
	for (stats.dropped = 1; stats.dropped; stats.dropped *= 10) {
		netring_metrics_text(text, sizeof(text), &row, 1);
		snprintf(sample, sizeof(sample), "} %llu\n",
			 (unsigned long long)stats.dropped);
		assert_non_null(strstr(text, sample));
		if (stats.dropped == UINT64_C(10000000000000000000))
			break;
	}
}

/* Debian's own checker has nothing to say. */
static void promtool(void **state)
{
	const struct netring_metrics_row odd = { NETRING_METRICS_BRIDGE,
						 &bridge, "a\"\\\n\303\274",
						 "\\" };
	size_t length;
	FILE *pipe;

	(void)state;
	if (system("command -v promtool >/dev/null") != 0) {
		print_message("# SKIP: no promtool\n");
		skip();
	}
	pipe = popen("promtool check metrics", "w");
	assert_non_null(pipe);
	length = netring_metrics_text(text, sizeof(text), all, 5);
	assert_int_equal(fwrite(text, 1, length, pipe), length);
	assert_int_equal(pclose(pipe), 0);
	pipe = popen("promtool check metrics", "w");
	assert_non_null(pipe);
	length = netring_metrics_text(text, sizeof(text), &odd, 1);
	assert_int_equal(fwrite(text, 1, length, pipe), length);
	assert_int_equal(pclose(pipe), 0);
	/* it can complain */
	pipe = popen("promtool check metrics 2>/dev/null", "w");
	assert_non_null(pipe);
	assert_int_equal(fwrite(text, 1, length - 3, pipe), length - 3);
	assert_int_not_equal(pclose(pipe), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_counter), cmocka_unit_test(exact),
		cmocka_unit_test(every_size),	 cmocka_unit_test(nothing),
		cmocka_unit_test(one_role),	 cmocka_unit_test(labels),
		cmocka_unit_test(numbers),	 cmocka_unit_test(promtool),
	};

	return cmocka_run_group_tests_name("metrics_text", tests, NULL, NULL);
}
