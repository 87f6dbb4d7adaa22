/* SPDX-License-Identifier: MIT */
/* inject_options.c - the command line of `netring inject`. */
#include "inject.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define MEGA 1000000u
#define MBPS_MAX 100000u
#define GENERATE_SIZE 60

enum {
	OPTION_BYPASS = 256,
	OPTION_GENERATE,
	OPTION_METRICS,
	OPTION_SIZE
};

static const char usage[] =
	"Usage: netring inject -i INTERFACE [OPTION...] FILE\n"
	"   or: netring inject -i INTERFACE [OPTION...] --generate COUNT\n"
	"\n"
	"Send the frames of a pcap or pcapng file (- is standard input), each\n"
	"when it was recorded, counted from the first one.\n"
	"\n"
	"  -i INTERFACE      where to send; an Ethernet device\n"
	"  -p, --pps N       so many frames a second\n"
	"  -M, --mbps N      so many million bits a second; may be 0.5\n"
	"  -t, --topspeed    as fast as it goes\n"
	"  -l, --loop N      the file so many times; 0: until interrupted\n"
	"  -c COUNT          end after COUNT frames\n"
	"  --generate COUNT  no file but COUNT frames, at top speed unless\n"
	"                    told otherwise; 0: until interrupted. EtherType\n"
	"                    0x88b5; then the frame's number, from 0, in four\n"
	"                    bytes, the highest first; then bytes that count\n"
	"                    up from its lowest.\n"
	"  --size BYTES      of a generated frame, with its header of 14 (60)\n"
	"  -e MAC            destination of generated frames\n"
	"                    (02:00:00:00:00:01)\n"
	"  -B KIB            memory of the ring\n"
	"  --qdisc-bypass    past the queueing discipline, to the driver: no\n"
	"                    tcpdump on this machine sees what is sent\n"
	"  -v                report once a second, not only on a terminal\n"
	"  --metrics FILE    write counters as Prometheus text, once a second\n"
	"  --backend KIND    packet: a packet socket, the default. xdp:\n"
	"                    AF_XDP, past the queueing discipline, too; a\n"
	"                    frame is at most a page. auto: xdp, else packet\n"
	"  --queue N         with xdp: the queue to send from (0)\n"
	"\n"
	"A frame that the interface has no room for waits: none is lost on\n"
	"this side. Fails when a frame was too short, too long, or not sent.\n";

static int number(uint64_t *result, const char *option, uint64_t least,
		  uint64_t most)
{
	if (parse_number(optarg, least, most, result) < 0)
		return fail("%s %s: not a number from %llu to %llu", option,
			    optarg, (unsigned long long)least,
			    (unsigned long long)most);
	return 0;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int address(uint8_t *to, const char *text)
{
	const char *at = text;
	int i;

	for (i = 0; i < 6; i++, at += 3) {
		if (digit(at[0]) < 0 || digit(at[1]) < 0 ||
		    at[2] != (i < 5 ? ':' : 0))
			return fail("-e %s: not an address, such as "
				    "02:00:00:00:00:01",
				    text);
		to[i] = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
	}
	return 0;
}

static int option(struct inject_options *options, int letter)
{
	switch (letter) {
	case 'B':
		return number(&options->ring_kib, "-B", 1, UINT32_MAX / 1024);
	case 'M':
		if (parse_decimal(optarg, MEGA, (uint64_t)MBPS_MAX * MEGA,
				  &options->bits) < 0)
			return fail("--mbps %s: not a number to %u", optarg,
				    MBPS_MAX);
		return 0;
	case 'c':
		return number(&options->count, "-c", 1, UINT64_MAX / 1000);
	case 'e':
		return address(options->destination, optarg);
	case 'i':
		options->interface = optarg;
		return 0;
	case 'l':
		return number(&options->loops, "--loop", 0, UINT32_MAX);
	case 'p':
		return number(&options->pps, "--pps", 1, UINT32_MAX);
	case 't':
		options->speed = SPEED_TOP;
		return 0;
	case 'v':
		options->verbose = 1;
		return 0;
	case OPTION_BYPASS:
		options->bypass = 1;
		return 0;
	case OPTION_METRICS:
		options->metrics = optarg;
		return 0;
	case OPTION_SIZE:
		return number(&options->size, "--size", GENERATE_MIN,
			      GENERATE_MAX);
	case OPTION_GENERATE:
		return number(&options->generate, "--generate", 0,
			      UINT64_MAX / 1000);
	}
	return backend_option(&options->backend, letter);
}

static int check(struct inject_options *options, char **left, int generate)
{
	options->file = left[0];
	if (!options->interface)
		return fail("-i INTERFACE is missing");
	if (!options->file && !generate)
		return fail("FILE or --generate COUNT is missing");
	if (options->file && generate)
		return fail("%s: either a file, or --generate", left[0]);
	if (options->file && left[1])
		return fail("%s: one file at a time", left[1]);
	if (generate && options->loops != 1)
		return fail("--loop needs a file");
	if (options->speed == SPEED_TOP && (options->pps || options->bits))
		return fail("--topspeed: not beside --pps and --mbps");
	if (options->pps || options->bits)
		options->speed = SPEED_PACED;
	else if (generate)
		options->speed = SPEED_TOP;
	return backend_check(&options->backend);
}

int inject_parse(struct inject_options *options, int argc, char **argv)
{
	static const struct option words[] = {
		{ "backend", required_argument, NULL, OPTION_BACKEND },
		{ "generate", required_argument, NULL, OPTION_GENERATE },
		{ "help", no_argument, NULL, 'h' },
		{ "loop", required_argument, NULL, 'l' },
		{ "mbps", required_argument, NULL, 'M' },
		{ "metrics", required_argument, NULL, OPTION_METRICS },
		{ "pps", required_argument, NULL, 'p' },
		{ "qdisc-bypass", no_argument, NULL, OPTION_BYPASS },
		{ "queue", required_argument, NULL, OPTION_QUEUE },
		{ "size", required_argument, NULL, OPTION_SIZE },
		{ "topspeed", no_argument, NULL, 't' },
		{ NULL, 0, NULL, 0 },
	};
	int generate = 0;
	int letter;

	options->loops = 1;
	options->size = GENERATE_SIZE;
	options->destination[0] = 0x02;
	options->destination[5] = 0x01;
	while ((letter = getopt_long(argc, argv, "B:M:c:e:hi:l:p:tv", words,
				     NULL)) != -1) {
		if (letter == 'h' || letter == '?') {
			fputs(usage, letter == 'h' ? stdout : stderr);
			return letter != 'h';
		}
		generate |= letter == OPTION_GENERATE;
		if (option(options, letter))
			return 1;
	}
	return check(options, argv + optind, generate);
}
