/* SPDX-License-Identifier: MIT */
/* fuzz_metrics.c - counters as text, in buffers of any size. */
#include "fuzz.h"

#include <netring/bridge.h>
#include <netring/capture.h>
#include <netring/injector.h>
#include <netring/metrics.h>
#include <netring/xdp.h>

#define ROWS 6u

enum {
	CAPTURE,
	INJECTOR,
	BRIDGE,
	XDP,
	ESCAPED,
	CUT,
	WHOLE
};
const char *const fuzz_points[] = { "capture", "injector", "bridge", "xdp",
				    "escaped", "cut",	   "whole",  NULL };

/* Of exactly the size that the role's struct has. */
static void *make_stats(uint32_t role)
{
	static const size_t sizes[] = { sizeof(struct netring_capture_stats),
					sizeof(struct netring_injector_stats),
					sizeof(struct netring_bridge_stats),
					sizeof(struct netring_xdp_stats) };
	uint8_t *stats = exact(sizes[role]);

	take_bytes(stats, take8() % (sizes[role] + 1));
	return stats;
}

static char *make_name(void)
{
	size_t size = take8() % 40u;
	char *name = exact(size + 1);

	take_bytes(name, size);
	return name;
}

/* From the first quote: what the label's value was, without its escapes. */
static const char *check_label(const char *at, const char *value)
{
	CHECK(*at++ == '"');
	for (; *value; value++) {
		if (*value == '\n' || *value == '\\' || *value == '"') {
			CHECK(*at++ == '\\');
			REACHED(ESCAPED);
		}
		CHECK(*at++ == (*value == '\n' ? 'n' : *value));
	}
	CHECK(*at++ == '"');
	return at;
}

/* A sample's name, labels and number; returns what is behind it. */
static const char *check_sample(const char *line,
				const struct netring_metrics_row *row)
{
	const char *at = strchr(line, '{');

	CHECK(at && !strncmp(at, "{interface=", 11));
	CHECK(at - line > 8 && (!strncmp(at - 6, "_total", 6) ||
				!strncmp(at - 8, "_pending", 8)));
	at = check_label(at + 11, row->interface);
	if (row->to) {
		CHECK(!strncmp(at, ",to=", 4));
		at = check_label(at + 4, row->to);
	}
	CHECK(*at++ == '}' && *at++ == ' ' && *at >= '0' && *at <= '9');
	at += strspn(at, "0123456789");
	CHECK(*at == '\n');
	return at + 1;
}

static void check_text(const char *text, const struct netring_metrics_row *rows,
		       uint32_t count)
{
	static const char *const roles[] = { "capture", "injector", "bridge",
					     "xdp" };
	const char *at = text;
	uint32_t i, role = 0;
	char front[32];

	while (*at) {
		CHECK(!strncmp(at, "# HELP ", 7) && (at = strchr(at, '\n')));
		CHECK(!strncmp(++at, "# TYPE ", 7));
		for (;; role++) {
			CHECK(role < 4);
			snprintf(front, sizeof(front), "netring_%s_",
				 roles[role]);
			if (!strncmp(at + 7, front, strlen(front)))
				break;
		}
		REACHED(role);
		CHECK((at = strchr(at, '\n')));
		at++;
		for (i = 0; i < count; i++)
			if ((uint32_t)rows[i].role == role)
				at = check_sample(at, &rows[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct netring_metrics_row rows[ROWS];
	size_t length, room;
	char *whole, *part;
	uint32_t count, i;

	input_begin(data, size);
	room = take16();
	count = take8() % (ROWS + 1);
	memset(rows, 0, sizeof(rows));
	for (i = 0; i < count; i++) {
		uint32_t kind = take8();

		rows[i].role = (enum netring_metrics_role)(kind & 3);
		rows[i].stats = make_stats(kind & 3);
		rows[i].interface = make_name();
		rows[i].to = kind & 4 ? make_name() : NULL;
	}
	length = netring_metrics_text(NULL, 0, rows, count);
	whole = exact(length + 1);
	CHECK(netring_metrics_text(whole, length + 1, rows, count) == length);
	CHECK(strlen(whole) == length);
	check_text(whole, rows, count);
	REACHED(WHOLE);

	room %= length + 2;
	part = exact(room);
	memset(part, 'x', room);
	CHECK(netring_metrics_text(part, room, rows, count) == length);
	if (room) {
		CHECK(memchr(part, 0, room));
		CHECK(!strncmp(part, whole, room - 1));
		CHECK(room > length || strlen(part) == room - 1);
	}
	if (room <= length)
		REACHED(CUT);
	free(part);
	free(whole);
	for (i = 0; i < count; i++) {
		free((void *)(uintptr_t)rows[i].stats);
		free((void *)(uintptr_t)rows[i].interface);
		free((void *)(uintptr_t)rows[i].to);
	}
	return 0;
}
