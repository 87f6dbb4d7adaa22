/* SPDX-License-Identifier: MIT */
/* test_open_under_flood.c - open under a flood: nothing foreign is seen. */
/* netring-test: alone */
#define _GNU_SOURCE
#include "live.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>

#define WORKERS \
	10 /* opening waits for the kernel, so several do it at a time */
#define ROUNDS ((int)live_share(20)) /* of each */
#define RATE 40000u

enum way {
	PLAIN,
	FANOUT,
	FRESH,
	LISTENING
};
static const char *const way_names[] = {
	"plain", "in a fanout group", "on an adopted descriptor",
	"on an adopted descriptor that has been seeing everything"
};

/* ether proto 0x88b5 */
static const struct netring_instruction numbered[] = {
	{ 0x28, 0, 0, 12 },
	{ 0x15, 0, 1, WIRE_TYPE },
	{ 0x06, 0, 0, 0x40000 },
	{ 0x06, 0, 0, 0 },
};
static const struct netring_filter filter = { numbered, 4 };

struct seen {
	uint32_t opened, wanted, refused, elsewhere;
};

static struct seen *shared; /* one for each worker */

static void look(struct seen *seen, struct netring_capture *cap)
{
	int64_t end = netring_clock_ms() + 3 + live_slack_ms() / 10;
	struct netring_packet pkt;
	int index = net_index(NEAR);

	while (netring_capture_receive(cap, &pkt, end) == 1) {
		if (pkt.link->ifindex != index)
			seen->elsewhere++;
		else if (netring_packet_protocol(&pkt) != WIRE_TYPE)
			seen->refused++;
		else
			seen->wanted++;
	}
}

/* ETH_P_ALL of every interface, as other programs open it. */
static int open_adopted(enum way way)
{
	int type = SOCK_RAW | SOCK_CLOEXEC;

	return way == LISTENING ?
		       socket(AF_PACKET, type, __builtin_bswap16(3)) :
		       socket(AF_PACKET, type, 0);
}

static int round_of(struct seen *seen, enum way way, uint32_t flags, int group)
{
	struct netring_fanout fanout = { .id = (uint16_t)group };
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .filter = &filter,
					      .retire_ms = 1 };
	struct netring_capture cap;
	int fd = -1, r;

	if (way == FANOUT)
		cfg.fanout = &fanout;
	if (way == FRESH || way == LISTENING) {
		fd = open_adopted(way);
		cfg.socket = &fd;
	}
	if (way == LISTENING)
		live_sleep_ms(1);
	r = netring_capture_open(&cap, &cfg);
	if (r < 0)
		return r;
	look(seen, &cap);
	netring_capture_close(&cap);
	seen->opened++;
	return 0;
}

static pid_t start(struct seen *seen, enum way way, uint32_t flags, int worker)
{
	pid_t pid = fork();
	int i, r = 0;

	if (pid)
		return pid;
	for (i = 0; i < ROUNDS && r >= 0; i++)
		r = round_of(seen, way, flags, worker * ROUNDS + i + 1);
	_exit(-r);
}

static void flooded(enum way way, uint32_t flags)
{
	struct seen sum;
	pid_t workers[WORKERS];
	int i;

	memset(&sum, 0, sizeof(sum));
	memset(shared, 0, WORKERS * sizeof(*shared));
	for (i = 0; i < WORKERS; i++)
		workers[i] = start(&shared[i], way, flags, i);
	for (i = 0; i < WORKERS; i++) {
		must(wire_wait(workers[i]), "a worker");
		sum.opened += shared[i].opened;
		sum.wanted += shared[i].wanted;
		sum.refused += shared[i].refused;
		sum.elsewhere += shared[i].elsewhere;
	}
	diag("%s, %s: %u packets that the filter lets through", way_names[way],
	     mode_name(flags), sum.wanted);
	is(sum.opened, WORKERS * ROUNDS, "opened so often");
	ok(sum.wanted > 0, "traffic was there");
	is(sum.elsewhere, 0, "not one packet of another interface");
	is(sum.refused, 0, "not one that the filter refuses");
}

int main(void)
{
	struct wire_flood refused = { .interface = FAR,
				      .rate = RATE,
				      .length = 60,
				      .type = WIRE_OTHER,
				      .also = WIRE_TYPE };
	struct wire_flood elsewhere = { .interface = "ot1",
					.rate = RATE,
					.length = 60 };
	pid_t senders[2];
	enum way way;

	shared = mmap(NULL, WORKERS * sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	live_begin();
	live_wire();
	live_pair("ot0", "ot1");
	senders[0] = wire_start(&refused);
	senders[1] = wire_start(&elsewhere);
	for (way = PLAIN; way <= LISTENING; way++) {
		flooded(way, 0);
		flooded(way, NETRING_CAPTURE_IMMEDIATE);
	}
	wire_stop(senders[0]);
	wire_stop(senders[1]);
	return done_testing();
}
