/* SPDX-License-Identifier: MIT */
/* peer_pcap.c - receive, send and forward by libpcap, as its users would. */
#include <pcap/pcap.h>
#include <poll.h>

#include "bench.h"
#include "packet.h"

#define SNAPLEN 65535

static pcap_t *port[2];
static uint64_t packets, bytes;
static unsigned long work_ns;

/* A loop of libpcap's goes on after a signal, unless it is told not to. */
static void on_signal(int number)
{
	bench_stop = number;
	for (int i = 0; i < 2; i++)
		if (port[i])
			pcap_breakloop(port[i]);
}

static void ready(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	bench_ready();
}

static pcap_t *capture(const char *device, int immediate, int buffer,
		       int timeout_ms)
{
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_create(device, error);

	if (!pcap) {
		fprintf(stderr, "%s\n", error);
		exit(1);
	}
	pcap_set_snaplen(pcap, SNAPLEN);
	pcap_set_promisc(pcap, 1);
	pcap_set_timeout(pcap, timeout_ms);
	pcap_set_immediate_mode(pcap, immediate);
	if (buffer)
		pcap_set_buffer_size(pcap, buffer);
	if (pcap_activate(pcap) < 0) {
		pcap_perror(pcap, device);
		exit(1);
	}
	return pcap;
}

/* The last line, and all given back. */
static int finish(uint64_t drops)
{
	struct pcap_stat stat;

	for (int i = 0; i < 2; i++) {
		if (!port[i])
			continue;
		if (pcap_stats(port[i], &stat) == 0)
			drops += stat.ps_drop;
		pcap_close(port[i]);
	}
	bench_end(packets, bytes, drops);
	return 0;
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header,
		      const u_char *data)
{
	(void)user;
	(void)data;
	*bench_count = ++packets;
	bytes += header->len;
	packet_work(work_ns);
}

/* receive DEVICE [IMMEDIATE [BUFFER [TIMEOUT_MS [WORK_NS]]]] */
static int receive(int argc, char **argv)
{
	int immediate = (int)packet_argument(argc, argv, 3, 0);
	int buffer = (int)packet_argument(argc, argv, 4, 0);
	int timeout_ms = (int)packet_argument(argc, argv, 5, 1000);

	work_ns = packet_argument(argc, argv, 6, 0);
	port[0] = capture(argv[2], immediate, buffer, timeout_ms);
	ready();
	if (pcap_loop(port[0], -1, on_packet, NULL) == PCAP_ERROR)
		pcap_perror(port[0], argv[2]);
	return finish(0);
}

/* send DEVICE LENGTH */
static int send_all(int argc, char **argv)
{
	static uint8_t frame[SNAPLEN];
	size_t length = packet_argument(argc, argv, 3, 64);
	uint64_t failed = 0;

	if (length < 14 || length > sizeof(frame))
		return 2;
	packet_make(frame, length);
	port[0] = capture(argv[2], 0, 0, 1000);
	ready();
	while (!bench_stop) {
		if (pcap_inject(port[0], frame, length) < 0) {
			failed++;
			continue;
		}
		*bench_count = ++packets;
		bytes += length;
	}
	return finish(failed);
}

static void on_forward(u_char *to, const struct pcap_pkthdr *header,
		       const u_char *data)
{
	if (pcap_inject((pcap_t *)to, data, header->caplen) < 0)
		return;
	*bench_count = ++packets;
	bytes += header->caplen;
}

/* forward DEVICE DEVICE [IMMEDIATE [BUFFER [TIMEOUT_MS]]]: both ways */
static int forward(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE];
	int immediate = (int)packet_argument(argc, argv, 4, 1);
	int buffer = (int)packet_argument(argc, argv, 5, 0);
	int timeout_ms = (int)packet_argument(argc, argv, 6, 1);
	struct pollfd fds[2];

	for (int i = 0; i < 2; i++) {
		port[i] = capture(argv[2 + i], immediate, buffer, timeout_ms);
		if (pcap_setdirection(port[i], PCAP_D_IN) < 0 ||
		    pcap_setnonblock(port[i], 1, error) < 0) {
			pcap_perror(port[i], argv[2 + i]);
			return 1;
		}
		fds[i].fd = pcap_get_selectable_fd(port[i]);
		fds[i].events = POLLIN;
	}
	ready();
	while (!bench_stop) {
		poll(fds, 2, -1);
		for (int i = 0; i < 2 && !bench_stop; i++)
			if (fds[i].revents)
				pcap_dispatch(port[i], -1, on_forward,
					      (u_char *)port[1 - i]);
	}
	return finish(0);
}

int main(int argc, char **argv)
{
	bench_begin();
	if (argc > 2 && !strcmp(argv[1], "receive"))
		return receive(argc, argv);
	if (argc > 2 && !strcmp(argv[1], "send"))
		return send_all(argc, argv);
	if (argc > 3 && !strcmp(argv[1], "forward"))
		return forward(argc, argv);
	fprintf(stderr, "usage: %s receive|send|forward DEVICE ...\n", argv[0]);
	return 2;
}
