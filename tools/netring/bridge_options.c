/* SPDX-License-Identifier: MIT */
/* bridge_options.c - the command line of `netring bridge`. */
#include "bridge_applet.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum {
	OPTION_HOLD = 256,
	OPTION_LINK_LOCAL,
	OPTION_METRICS,
	OPTION_MODE
};

static const char usage[] =
	"Usage: netring bridge INTERFACE INTERFACE [OPTION...]\n"
	"\n"
	"Join two Ethernet interfaces: what one receives, the other sends, as\n"
	"it came. They should have no addresses, since this host's own stack\n"
	"sees what arrives, too. There is no learning and no spanning tree.\n"
	"\n"
	"  --mode MODE  small: slots for the MTU; receive offloads are turned\n"
	"               off, and on again at the end (CAP_NET_ADMIN).\n"
	"               large: slots for 64 KiB, offloads stay as they are.\n"
	"               auto, the default: small, but large where offloads\n"
	"               stay on\n"
	"  -F FILE      forward only what passes a filter, both ways: the\n"
	"               output of tcpdump -i INTERFACE -ddd EXPRESSION; - is\n"
	"               standard input. Tagged frames need \"vlan and ...\"\n"
	"               in it, and tcpdump its -i; IPv4 needs ARP to pass.\n"
	"  --link-local  forward 01:80:c2:00:00:00 to 0f, too: spanning\n"
	"               tree, LLDP, 802.1X, LACP\n"
	"  --hold       wait for a full far side, instead of dropping\n"
	"  -B KIB       memory of each of the four rings\n"
	"  -d SECONDS   end after SECONDS\n"
	"  -q           say nothing but what goes wrong\n"
	"  -v           report once a second, not only on a terminal\n"
	"  --metrics FILE  write counters as Prometheus text, once a second\n"
	"  --backend KIND  packet: packet sockets, the default. xdp: AF_XDP,\n"
	"               faster; it takes the frames away from this host's\n"
	"               stack, joins one queue of each interface (ethtool -L\n"
	"               INTERFACE combined 1), and has no -F and no --mode.\n"
	"               auto: xdp in native mode, where there is one queue\n"
	"               and no other XDP program; else packet\n"
	"  --xdp-mode MODE  with xdp: native (in the driver) or generic only;\n"
	"               the first that works\n"
	"\n"
	"The signal USR1 prints the totals so far; INT and TERM print them\n"
	"and end. A link that is down is waited for, and so is an interface\n"
	"that is gone.\n";

static int mode(struct bridge_options *options, const char *name)
{
	options->mode_said = 1;
	if (!strcmp(name, "auto"))
		options->mode = MODE_AUTO;
	else if (!strcmp(name, "small"))
		options->mode = MODE_SMALL;
	else if (!strcmp(name, "large"))
		options->mode = MODE_LARGE;
	else
		return fail("--mode %s: not small, large or auto", name);
	return 0;
}

static int option(struct bridge_options *options, int letter)
{
	switch (letter) {
	case 'B':
		if (parse_number(optarg, 1, UINT32_MAX / 1024,
				 &options->ring_kib) < 0)
			return fail("-B %s: not a number of KiB", optarg);
		return 0;
	case 'F':
		options->filter = optarg;
		return 0;
	case 'd':
		if (parse_number(optarg, 1, INT32_MAX, &options->duration) < 0)
			return fail("-d %s: not a number of seconds", optarg);
		return 0;
	case 'q':
		options->quiet = 1;
		return 0;
	case 'v':
		options->verbose = 1;
		return 0;
	case OPTION_HOLD:
		options->hold = 1;
		return 0;
	case OPTION_LINK_LOCAL:
		options->link_local = 1;
		return 0;
	case OPTION_METRICS:
		options->metrics = optarg;
		return 0;
	case OPTION_MODE:
		return mode(options, optarg);
	}
	return backend_option(&options->backend, letter);
}

int bridge_parse(struct bridge_options *options, int argc, char **argv)
{
	static const struct option words[] = {
		{ "backend", required_argument, NULL, OPTION_BACKEND },
		{ "help", no_argument, NULL, 'h' },
		{ "hold", no_argument, NULL, OPTION_HOLD },
		{ "link-local", no_argument, NULL, OPTION_LINK_LOCAL },
		{ "metrics", required_argument, NULL, OPTION_METRICS },
		{ "mode", required_argument, NULL, OPTION_MODE },
		{ "xdp-mode", required_argument, NULL, OPTION_XDP_MODE },
		{ NULL, 0, NULL, 0 },
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "B:F:d:hqv", words, NULL)) !=
	       -1) {
		if (letter == 'h' || letter == '?') {
			fputs(usage, letter == 'h' ? stdout : stderr);
			return letter != 'h';
		}
		if (option(options, letter))
			return 1;
	}
	if (argc - optind != 2)
		return fail("two interfaces are to be named; see --help");
	options->interface[0] = argv[optind];
	options->interface[1] = argv[optind + 1];
	return backend_check(&options->backend);
}
