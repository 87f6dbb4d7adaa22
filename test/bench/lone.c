/* SPDX-License-Identifier: MIT */
/* lone.c - send a packet now and then; receive it by a socket without a ring. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "lone.h"

#define FRAME_MOST 2048

static int open_socket(const char *device, uint16_t type)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(type),
		.sll_ifindex = (int)if_nametoindex(device),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0);

	if (fd < 0 || !address.sll_ifindex ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		perror(device);
		exit(1);
	}
	return fd;
}

/* DEVICE [US]: a frame each US to 2 * US microseconds, at random, so that it
 * meets no timer of the receiver's at a fixed phase */
static int send_some(int argc, char **argv)
{
	long us = (long)packet_argument(argc, argv, 3, 1000);
	int fd = open_socket(argv[2], 0);
	uint8_t frame[LONE_LENGTH];
	uint64_t packets = 0;
	struct timespec pause;

	packet_make(frame, sizeof(frame));
	srandom((unsigned int)packet_clock_ns());
	bench_ready();
	while (!bench_stop) {
		long wait = us + random() % us;

		pause.tv_sec = wait / 1000000;
		pause.tv_nsec = wait % 1000000 * 1000;
		if (nanosleep(&pause, NULL) < 0)
			break;
		lone_stamp(frame);
		if (send(fd, frame, sizeof(frame), 0) < 0) {
			perror("send");
			return 1;
		}
		*bench_count = ++packets;
	}
	bench_end(packets, packets * sizeof(frame), 0);
	return 0;
}

static int receive(const char *device)
{
	int fd = open_socket(device, 0x88b5);
	uint8_t frame[FRAME_MOST];

	bench_ready();
	while (!bench_stop) {
		ssize_t r = recv(fd, frame, sizeof(frame), 0);

		if (r < 0 && errno != EINTR) {
			perror("recv");
			return 1;
		}
		if (r > 0)
			lone_take(frame, (size_t)r);
	}
	lone_end();
	return 0;
}

int main(int argc, char **argv)
{
	bench_begin();
	if (argc > 2 && !strcmp(argv[1], "send"))
		return send_some(argc, argv);
	if (argc > 2 && !strcmp(argv[1], "receive"))
		return receive(argv[2]);
	fprintf(stderr, "usage: %s send DEVICE [US] | receive DEVICE\n",
		argv[0]);
	return 2;
}
