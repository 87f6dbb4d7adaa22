/* SPDX-License-Identifier: MIT */
/* peer_sendmmsg.c - sends by a packet socket without a ring, 64 a call. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "bench.h"
#include "packet.h"

#define BATCH 64
#define LONGEST 9014

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static int open_socket(const char *device)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	int on = 1;

	address.sll_ifindex = (int)if_nametoindex(device);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)) <
		    0)
		fail(device);
	return fd;
}

/* DEVICE LENGTH */
int main(int argc, char **argv)
{
	size_t length = packet_argument(argc, argv, 2, 64);
	static struct mmsghdr messages[BATCH];
	static uint8_t frame[LONGEST];
	struct iovec bytes = { .iov_base = frame, .iov_len = length };
	uint64_t packets = 0, failed = 0;
	int fd, i, r;

	bench_begin();
	if (argc < 2 || length < 14 || length > LONGEST)
		return 2;
	packet_make(frame, length);
	for (i = 0; i < BATCH; i++) {
		messages[i].msg_hdr.msg_iov = &bytes;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	fd = open_socket(argv[1]);
	bench_ready();
	while (!bench_stop) {
		r = sendmmsg(fd, messages, BATCH, 0);
		if (r > 0)
			packets += (uint64_t)r;
		else
			failed++;
		*bench_count = packets;
	}
	bench_end(packets, packets * length, failed);
	return 0;
}
