/* SPDX-License-Identifier: MIT */
/* peer_pcap_lone.c - how late a lone packet is seen, by libpcap. */
#include <pcap/pcap.h>

#include "lone.h"

#define SNAPLEN 65535
#define TIMEOUT_MS 1000 /* tcpdump's */

static pcap_t *pcap;

static void on_signal(int number)
{
	bench_stop = number;
	pcap_breakloop(pcap);
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header,
		      const u_char *data)
{
	(void)user;
	lone_take(data, header->caplen);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	char error[PCAP_ERRBUF_SIZE];

	bench_begin();
	if (argc < 3) {
		fprintf(stderr, "usage: %s immediate|default DEVICE\n",
			argv[0]);
		return 2;
	}
	pcap = pcap_create(argv[2], error);
	if (!pcap) {
		fprintf(stderr, "%s\n", error);
		return 1;
	}
	pcap_set_snaplen(pcap, SNAPLEN);
	pcap_set_promisc(pcap, 1);
	pcap_set_timeout(pcap, TIMEOUT_MS);
	pcap_set_immediate_mode(pcap, !strcmp(argv[1], "immediate"));
	if (pcap_activate(pcap) < 0) {
		pcap_perror(pcap, argv[2]);
		return 1;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	bench_ready();
	if (pcap_loop(pcap, -1, on_packet, NULL) == PCAP_ERROR)
		pcap_perror(pcap, argv[2]);
	pcap_close(pcap);
	lone_end();
	return 0;
}
