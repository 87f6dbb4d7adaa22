/* SPDX-License-Identifier: MIT */
/* pcap_read.h - packets out of pcap and pcapng data in a caller's buffer. */
#ifndef NETRING_PCAP_READ_H
#define NETRING_PCAP_READ_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NETRING_PCAP_READ_INTERFACES 16 /* of a pcapng section */

/* A packet of a file; data points into the buffer that was given. */
struct netring_pcap_packet {
	const uint8_t *data;
	uint32_t len;	    /* bytes at data */
	uint32_t wire_len;  /* bytes that the packet had */
	uint32_t link_type; /* NETRING_LINKTYPE_* */
	uint32_t interface; /* number in the section; pcap: 0 */
	uint64_t sec;	    /* since 1970 */
	uint32_t nsec;
};

/* Private. All zero is ready for the beginning of a file. */
struct netring_pcap_reader {
	uint8_t format_;
	uint8_t swapped_;
	uint8_t nanoseconds_; /* pcap */
	uint32_t interfaces_;
	struct {
		uint32_t link_type;
		uint8_t resolution; /* if_tsresol */
		int64_t offset;	    /* if_tsoffset, s */
	} interface_[NETRING_PCAP_READ_INTERFACES];
	uint32_t link_type_; /* pcap */
};

/**
 * netring_pcap_read() - take the next packet from @data.
 * @data, @size: what is there from the first byte not used before.
 * @used: how much of it was consumed; give the rest again, with more behind.
 *
 * Reads pcap with micro- and nanoseconds and pcapng (enhanced and simple
 * packet blocks; other blocks are skipped), of either byte order. A record
 * is consumed whole or not at all; every length in it is checked.
 *
 * Return: 1 and @pkt; 0: more data needed (none left: the end, or a file cut
 * short if @size > 0); -EBADMSG: no capture file, or damaged.
 */
int netring_pcap_read(struct netring_pcap_reader *reader, const void *data,
		      size_t size, size_t *used,
		      struct netring_pcap_packet *pkt);

#ifdef __cplusplus
}
#endif
#endif
