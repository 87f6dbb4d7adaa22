/* SPDX-License-Identifier: MIT */
/* capture_options.c - the command line of `netring capture`. */
#include "capture_applet.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define MILLION 1000000u
#define SLOT NETRING_STRING_(NETRING_CONFIG_CAPTURE_FRAME_SIZE)

static const char usage[] =
	"Usage: netring capture -i INTERFACE [OPTION...]\n"
	"\n"
	"Print the packets of an interface, or write them to a file.\n"
	"\n"
	"  -i INTERFACE  where to capture\n"
	"  -c COUNT      end after COUNT packets\n"
	"  -d SECONDS    end after SECONDS\n"
	"  -w FILE       write pcapng, or pcap if FILE ends in .pcap; - is\n"
	"                standard output\n"
	"  -C SIZE       begin a new file before one grows over SIZE million\n"
	"                bytes, or SIZE with k, M or G (of 1024)\n"
	"  -G SECONDS    begin a new file every SECONDS; FILE may hold the\n"
	"                conversions of strftime\n"
	"  -W COUNT      with -C: overwrite the oldest of COUNT files; with\n"
	"                -G: end after COUNT files\n"
	"  -s BYTES      keep so much of every packet; 0: all, to 64 KiB\n"
	"  -Q DIRECTION  in, out or inout\n"
	"  -F FILE       only packets that pass a filter: the output of\n"
	"                tcpdump -i INTERFACE -ddd EXPRESSION; - is standard "
	"input\n"
	"  -y RAW        the filter is for packets from the IP header on:\n"
	"                tcpdump -y RAW -ddd; must be on ppp, gre and others\n"
	"                that have a header of their own\n"
	"  -p            do not make the interface promiscuous\n"
	"  -B KIB        memory of the ring: for bursts, and at least for two\n"
	"                of the longest packets, which -s makes shorter\n"
	"  --immediate-mode  see every packet at once, not in blocks; what\n"
	"                does not fit in " SLOT
	" bytes is cut unless -s asks for more\n"
	"  -v            report once a second with -w, not only on a terminal\n"
	"  --metrics FILE  write counters as Prometheus text, once a second\n"
	"  --backend KIND  packet: a packet socket, the default, which sees\n"
	"                what the host's own stack sees, too. xdp: AF_XDP,\n"
	"                faster; it TAKES the packets AWAY from the stack\n"
	"                (not over the connection by which you work here),\n"
	"                sees only what comes in, has no -F, and stamps when\n"
	"                a batch is taken. auto: xdp in native mode, where no\n"
	"                other XDP program is; else packet\n"
	"  --queue N     with xdp: only this queue, not all\n"
	"  --xdp-mode MODE  with xdp: native (in the driver) or generic only;\n"
	"                the first that works\n"
	"\n"
	"Packets come in blocks, up to a quarter of a second late; up to a\n"
	"tenth with -U, with -w - and without -w. What came is written out as\n"
	"soon as nothing more is there. -e, -l and -n are taken, always so.\n";

static int bad(const char *option, const char *value, const char *want)
{
	return fail("-%s %s: %s", option, value, want);
}

static int number(uint32_t *result, char option, uint64_t least, uint64_t most)
{
	char name[2] = { option, 0 };
	uint64_t value;

	if (parse_number(optarg, least, most, &value) < 0)
		return fail("-%s %s: not a number from %llu to %llu", name,
			    optarg, (unsigned long long)least,
			    (unsigned long long)most);
	*result = (uint32_t)value;
	return 0;
}

static int direction(struct capture_options *options, const char *value)
{
	if (!strcmp(value, "in"))
		options->direction = NETRING_DIRECTION_IN;
	else if (!strcmp(value, "out"))
		options->direction = NETRING_DIRECTION_OUT;
	else if (!strcmp(value, "inout"))
		options->direction = NETRING_DIRECTION_BOTH;
	else
		return bad("Q", value, "not in, out or inout");
	return 0;
}

static int option(struct capture_options *options, int letter)
{
	switch (letter) {
	case 'B':
		return number(&options->ring_kib, 'B', 1, UINT32_MAX / 1024);
	case 'C':
		if (parse_size(optarg, MILLION, &options->file_size) < 0)
			return bad("C", optarg,
				   "not a size, such as 10 or 512k");
		return 0;
	case 'F':
		options->filter = optarg;
		return 0;
	case 'G':
		return number(&options->period, 'G', 1, INT32_MAX);
	case 'M':
		options->metrics = optarg;
		return 0;
	case 'Q':
		options->direction_said = 1;
		return direction(options, optarg);
	case 'W':
		return number(&options->file_count, 'W', 1, MILLION);
	case 'c':
		if (parse_number(optarg, 1, UINT64_MAX, &options->count) < 0)
			return bad("c", optarg, "not a number from 1");
		return 0;
	case 'd':
		return number(&options->duration, 'd', 1, INT32_MAX);
	case 'i':
		options->interface = optarg;
		return 0;
	case 's':
		if (number(&options->snaplen, 's', 0, UINT32_MAX))
			return 1;
		if (options->snaplen > FILE_PACKET_MAX)
			options->snaplen = 0;
		return 0;
	case 'w':
		options->file = optarg;
		return 0;
	case 'y':
		options->raw_filter = 1;
		return strcmp(optarg, "RAW") ? bad("y", optarg, "not RAW") : 0;
	}
	return backend_option(&options->backend, letter);
}

static int flag(struct capture_options *options, int letter)
{
	switch (letter) {
	case 'I':
		options->immediate = 1;
		return 1;
	case 'U':
		options->live = 1;
		return 1;
	case 'p':
		options->no_promiscuous = 1;
		return 1;
	case 'v':
		options->verbose = 1;
		return 1;
	}
	return letter == 'e' || letter == 'l' || letter == 'n';
}

static int check(const struct capture_options *options, char **left)
{
	if (*left)
		return fail("%s: expressions are not compiled here; try\n"
			    "  tcpdump -i INTERFACE -ddd EXPRESSION >FILE\n"
			    "where there is a tcpdump, and -F FILE here",
			    *left);
	if (!options->interface)
		return fail("-i INTERFACE is missing");
	if (!options->file &&
	    (options->file_size || options->period || options->file_count))
		return fail("-C, -G and -W need -w FILE");
	if (options->raw_filter && !options->filter)
		return fail("-y needs -F FILE");
	if (options->file_count && !options->file_size && !options->period)
		return fail("-W needs -C or -G");
	if (options->file && !strcmp(options->file, "-") &&
	    (options->file_size || options->period))
		return fail("-C and -G need a FILE of a name, not -w -");
	return backend_check(&options->backend);
}

int parse_options(struct capture_options *options, int argc, char **argv)
{
	static const struct option words[] = {
		{ "backend", required_argument, NULL, OPTION_BACKEND },
		{ "immediate-mode", no_argument, NULL, 'I' },
		{ "metrics", required_argument, NULL, 'M' },
		{ "help", no_argument, NULL, 'h' },
		{ "queue", required_argument, NULL, OPTION_QUEUE },
		{ "xdp-mode", required_argument, NULL, OPTION_XDP_MODE },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv,
				     "B:C:F:G:Q:W:c:d:ehi:lnps:Uvw:y:", words,
				     NULL)) != -1) {
		if (letter == 'h') {
			fputs(usage, stdout);
			return 0;
		}
		if (letter == '?') {
			fprintf(stderr, "%s", usage);
			return 1;
		}
		if (!flag(options, letter) && option(options, letter))
			return 1;
	}
	return check(options, argv + optind);
}
