/* SPDX-License-Identifier: MIT */
/* metrics.c - counters as Prometheus text, in the caller's buffer. */
#include "sys.h"

#include <netring/metrics.h>

#include "divide.h"

/*
 * Name and meaning of each counter, in the order of the role's struct; "=" in
 * front of a name: a number that may go down, a gauge.
 * Strings in strings, not pointers: those would have to be relocated, in
 * writable memory.
 */
static const char capture[] = "capture\0"
			      "received\0Packets that went into the ring.\0"
			      "dropped\0Packets that found the ring full.\0"
			      "freezes\0Times the ring became full.\0";

/* struct netring_refused */
#define REFUSED                                                                \
	"refused_header\0Frames refused: their vnet header is wrong.\0"        \
	"refused_length\0Frames refused: too long for the device.\0"           \
	"refused_memory\0Frames refused: no memory, or not to be cut.\0"       \
	"refused_rule\0Frames refused by a rule of the host.\0"                \
	"refused_unsupported\0Frames refused: the device cannot send them.\0"  \
	"refused_busy\0Frames refused again and again: queue full, or rule.\0" \
	"refused_other\0Frames refused for another reason.\0"

static const char injector[] =
	"injector\0"
	"queued\0Frames committed to the ring.\0"
	"accepted\0Frames handed over to the device or its queue.\0" REFUSED
	"discarded\0Frames given up before they were handed over.\0"
	"too_short\0Frames refused for less than a header.\0"
	"too_long\0Frames refused for more than the MTU.\0"
	"retried\0Kicks that the kernel asked to repeat.\0"
	"link_down\0Kicks that met a downed link.\0"
	"=pending\0Frames queued whose fate is not known yet.\0";

static const char bridge[] =
	"bridge\0"
	"received\0Frames taken from the near interface.\0"
	"forwarded\0Frames handed to the far interface.\0"
	"filtered\0Frames dropped by the filter.\0"
	"link_local\0Frames dropped as link-local (802.1D).\0"
	"too_long\0Frames too long for the far MTU or a slot, or runts.\0"
	"ring_full\0Frames dropped because the far ring was full.\0"
	"link_down\0Frames dropped because the far link was down.\0" REFUSED
	"checksum\0Forwarded frames whose checksum the kernel completed.\0"
	"gso\0Forwarded super-frames.\0"
	"cut\0Frames that super-frames were cut into.\0"
	"kernel_drops\0Packets that found the near ring full.\0"
	"renewals\0Times that the near ring had to be made anew.\0"
	"=pending\0Frames received whose fate is not known yet.\0";

static const char xdp[] =
	"xdp\0"
	"received\0Descriptors taken from the rx ring.\0"
	"invalid\0Descriptors and completions that cannot be.\0"
	"queued\0Descriptors handed to the tx ring.\0"
	"sent\0Frames completed: handed to the device.\0"
	"refused\0Frames that the device dropped.\0"
	"discarded\0Frames given up when the socket was made anew.\0"
	"too_short\0Frames refused for less than a header.\0"
	"too_long\0Frames refused for more than the MTU, or a frame.\0"
	"retried\0Kicks that the kernel asked to repeat.\0"
	"link_down\0Kicks that met a downed link.\0"
	"reattached\0Times that the XDP program had been taken off.\0"
	"rx_dropped\0Packets too long, or without a frame to go to.\0"
	"rx_invalid\0Addresses in the fill ring that the kernel refused.\0"
	"tx_invalid\0Descriptors in the tx ring that the kernel refused.\0"
	"rx_ring_full\0Packets that found the rx ring full.\0"
	"fill_ring_empty\0Times that the kernel found no frame to fill.\0"
	"tx_ring_empty\0Times that the kernel found nothing to send.\0";

struct text {
	char *buffer;
	size_t size;
	size_t length; /* of the whole, also beyond size */
};

static void put(struct text *text, char c)
{
	if (text->length + 1 < text->size)
		text->buffer[text->length] = c;
	text->length++;
}

static void puts_(struct text *text, const char *s)
{
	while (*s)
		put(text, *s++);
}

/* The format's escapes in a label's value. */
static void put_label(struct text *text, const char *name, const char *s)
{
	puts_(text, name);
	puts_(text, "=\"");
	for (; *s; s++) {
		if (*s == '\n') {
			puts_(text, "\\n");
			continue;
		}
		if (*s == '\\' || *s == '"')
			put(text, '\\');
		put(text, *s);
	}
	put(text, '"');
}

static void put_number(struct text *text, uint64_t n)
{
	char digits[20];
	uint32_t digit;
	int i = 0;

	do {
		n = netring_divide_(n, 10, &digit);
		digits[i++] = (char)('0' + digit);
	} while (n);
	while (i)
		put(text, digits[--i]);
}

static void put_name(struct text *text, const char *role, const char *name)
{
	int gauge = *name == '=';

	puts_(text, "netring_");
	puts_(text, role);
	put(text, '_');
	puts_(text, name + gauge);
	if (!gauge)
		puts_(text, "_total");
}

static const char *after(const char *s)
{
	while (*s)
		s++;
	return s + 1;
}

static void put_sample(struct text *text, const char *role, const char *name,
		       const struct netring_metrics_row *row, size_t counter)
{
	uint64_t value;

	memcpy(&value, (const uint8_t *)row->stats + counter * sizeof(value),
	       sizeof(value));
	put_name(text, role, name);
	put(text, '{');
	put_label(text, "interface", row->interface);
	if (row->to) {
		put(text, ',');
		put_label(text, "to", row->to);
	}
	puts_(text, "} ");
	put_number(text, value);
	put(text, '\n');
}

static void put_role(struct text *text, const char *role,
		     enum netring_metrics_role wanted,
		     const struct netring_metrics_row *rows, size_t count)
{
	const char *name, *help;
	size_t i, counter = 0;

	for (i = 0; i < count && rows[i].role != wanted; i++)
		;
	if (i == count)
		return;
	for (name = after(role); *name; name = after(help)) {
		help = after(name);
		puts_(text, "# HELP ");
		put_name(text, role, name);
		put(text, ' ');
		puts_(text, help);
		puts_(text, "\n# TYPE ");
		put_name(text, role, name);
		puts_(text, *name == '=' ? " gauge\n" : " counter\n");
		for (i = 0; i < count; i++)
			if (rows[i].role == wanted)
				put_sample(text, role, name, &rows[i], counter);
		counter++;
	}
}

size_t netring_metrics_text(char *buffer, size_t size,
			    const struct netring_metrics_row *rows,
			    size_t count)
{
	struct text text = { buffer, size, 0 };

	put_role(&text, capture, NETRING_METRICS_CAPTURE, rows, count);
	put_role(&text, injector, NETRING_METRICS_INJECTOR, rows, count);
	put_role(&text, bridge, NETRING_METRICS_BRIDGE, rows, count);
	if (NETRING_CONFIG_XDP)
		put_role(&text, xdp, NETRING_METRICS_XDP, rows, count);
	if (size)
		buffer[text.length < size ? text.length : size - 1] = 0;
	return text.length;
}
