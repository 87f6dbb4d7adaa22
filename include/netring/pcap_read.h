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
#define NETRING_PCAP_READ_MAX 262144u	/* bytes of a packet */

/* A buffer of so many bytes holds every record that is taken for sound. */
#define NETRING_PCAP_READ_BUFFER (NETRING_PCAP_READ_MAX + 65536u)

/* A packet of a file; data points into the buffer that was given. */
struct netring_pcap_packet {
	const uint8_t *data;
	uint32_t len;	    /* bytes at data */
	uint32_t wire_len;  /* bytes that the packet had; >= len */
	uint32_t link_type; /* NETRING_LINKTYPE_* */
	uint32_t interface; /* number in the section; pcap: 0 */
	uint64_t sec;	    /* since 1970; 0 in a simple packet block, and
			     * before 1970; at most 2^33 - 1 */
	uint32_t nsec;	    /* 0..999999999 */
};

/* Private. All zero is ready for the beginning of a file. */
struct netring_pcap_reader {
	uint8_t format_;
	uint8_t swapped_;
	uint8_t nanoseconds_; /* pcap */
	uint32_t link_type_;  /* pcap */
	uint32_t skip_;	      /* pcapng: bytes of a block not wanted, */
	uint32_t length_;     /* and its length, to stand behind them */
	uint32_t interfaces_;
	struct {
		uint32_t link_type;
		uint32_t snaplen;
		uint8_t resolution; /* if_tsresol */
		int64_t offset;	    /* if_tsoffset, s */
	} interface_[NETRING_PCAP_READ_INTERFACES];
};

/**
 * netring_pcap_read() - take the next packet from @data.
 * @data, @size: what is there from the first byte not used before; need not
 *               be aligned.
 * @used: how much of it was consumed, whatever is returned; give the rest
 *        again, with more behind.
 *
 * Reads pcap with micro- and nanoseconds and pcapng (enhanced, simple and the
 * obsolete packet blocks; others are skipped, however long they are), of
 * either byte order, also one section after another. A packet is consumed
 * whole or not at all; every length in the file is checked.
 *
 * Return: 1 and @pkt; 0: more data needed (none left: the end, or a file cut
 * short if bytes remain unused); -EBADMSG: no capture file, damaged, or a
 * record longer than NETRING_PCAP_READ_BUFFER; -ENOSPC: a packet of an
 * interface beyond NETRING_PCAP_READ_INTERFACES. After an error the reader
 * is of no more use.
 */
int netring_pcap_read(struct netring_pcap_reader *reader, const void *data,
		      size_t size, size_t *used,
		      struct netring_pcap_packet *pkt);

#ifdef __cplusplus
}
#endif
#endif
