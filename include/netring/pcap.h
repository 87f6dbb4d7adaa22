/* SPDX-License-Identifier: MIT */
/* pcap.h - capture files: pcap and pcapng records in a caller's buffer. */
#ifndef NETRING_PCAP_H
#define NETRING_PCAP_H

#include <stddef.h>
#include <stdint.h>

#include <netring/packet.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The library does no file I/O: each call writes one header or one record
 * into the caller's buffer and returns its length; the caller writes the
 * buffer out, to a file, a pipe or flash. Times are nanoseconds, numbers are
 * in host byte order, as both formats allow.
 *
 * pcap:   draft-ietf-opsawg-pcap, magic 0xa1b23c4d (nanoseconds).
 * pcapng: draft-ietf-opsawg-pcapng: one section, one interface with
 *         if_tsresol 9, enhanced packet blocks. Those of packets that this
 *         host sent bear epb_flags "outbound"; those without came in.
 *
 * Return, everywhere: the bytes written, or 0 when @size is too small
 * (nothing is written then).
 */

struct netring_pcap_interface {
	uint32_t link_type; /* NETRING_LINKTYPE_*, see netring_link_type() */
	uint32_t snaplen;   /* of packets as captured; 0: no limit */
	const char *name;   /* pcapng only; NULL allowed */
};

/* Buffer sizes that always suffice. */
#define NETRING_PCAP_HEADER_MAX 24u
#define NETRING_PCAP_RECORD_MAX(len) ((size_t)(len) + 16u + 20u)
#define NETRING_PCAPNG_HEADER_MAX 512u /* for names up to 255 bytes */
#define NETRING_PCAPNG_RECORD_MAX(len) ((size_t)(len) + 44u + 20u + 3u)
#define NETRING_PCAPNG_STATS_SIZE 64u

/* The file's beginning: pcap's file header. */
size_t netring_pcap_header(void *buffer, size_t size,
			   const struct netring_pcap_interface *interface);

/* One packet: record header and bytes; COOKED ones get a 20-byte header. */
size_t netring_pcap_record(void *buffer, size_t size,
			   const struct netring_packet *pkt);

/* The file's beginning: section header and interface description blocks. */
size_t netring_pcapng_header(void *buffer, size_t size,
			     const struct netring_pcap_interface *interface);

/* One packet: an enhanced packet block. */
size_t netring_pcapng_record(void *buffer, size_t size,
			     const struct netring_packet *pkt);

/* Optional end: an interface statistics block; counters of this file. As other
 * programs do, "received" is written with the dropped ones counted in. */
size_t netring_pcapng_stats(void *buffer, size_t size, uint64_t received,
			    uint64_t dropped, uint32_t sec, uint32_t nsec);

#ifdef __cplusplus
}
#endif
#endif
