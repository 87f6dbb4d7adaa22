/* SPDX-License-Identifier: MIT */
/*
 * libpcap's own work alone: its loop over blocks made by hand, in its own ring.
 *
 * usage: peer_pcap_walk DEVICE BLOCKS PACKETS LENGTH ROUNDS
 *
 * DEVICE is one without traffic. The ring is the one that libpcap opens and
 * maps; the blocks written into it are those of ours_walk, to the byte. One
 * poll() a round remains in it, by which libpcap asks whether to begin.
 */
#include "walk.h"

#include <pcap/pcap.h>

enum {
	TIMEOUT_MS = 60000
}; /* of a block: the kernel's timer stays away */

static pcap_t *pcap;
static uint8_t *ring;
static uint32_t blocks;
static uint64_t sum;

/* Where libpcap has mapped its ring: the one mapping of a socket. */
static void find_ring(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	size_t begin, end, size = (size_t)blocks * WALK_BLOCK;
	char line[512];

	while (maps && fgets(line, sizeof(line), maps))
		if (strstr(line, "socket:") &&
		    sscanf(line, "%zx-%zx", &begin, &end) == 2 &&
		    end - begin == size)
			ring = (void *)begin;
	if (maps)
		fclose(maps);
	if (!ring) {
		fputs("libpcap has no ring of this size\n", stderr);
		exit(1);
	}
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header,
		      const u_char *data)
{
	(void)user;
	sum += header->caplen + data[12];
}

static uint64_t round_pcap(void)
{
	int packets;

	walk_retire(ring, blocks);
	packets = pcap_dispatch(pcap, -1, on_packet, NULL);
	if (packets < 0) {
		pcap_perror(pcap, "pcap_dispatch");
		exit(1);
	}
	walk_sum = sum;
	return (uint64_t)packets;
}

int main(int argc, char **argv)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	uint32_t i, packets;

	if (argc != 6)
		return 2;
	blocks = (uint32_t)strtoul(argv[2], NULL, 0);
	packets = (uint32_t)strtoul(argv[3], NULL, 0);
	pcap = pcap_create(argv[1], error);
	if (!pcap || pcap_set_timeout(pcap, TIMEOUT_MS) < 0 ||
	    pcap_set_buffer_size(pcap, (int)(blocks * WALK_BLOCK)) < 0 ||
	    pcap_activate(pcap) < 0 || pcap_setnonblock(pcap, 1, error) < 0) {
		fprintf(stderr, "%s: %s\n", argv[1],
			pcap ? pcap_geterr(pcap) : error);
		return 1;
	}
	find_ring();
	for (i = 0; i < blocks; i++)
		walk_fill(ring + (size_t)i * WALK_BLOCK, packets,
			  (uint32_t)strtoul(argv[4], NULL, 0));
	return walk_run(round_pcap, (uint32_t)strtoul(argv[5], NULL, 0));
}
