/* SPDX-License-Identifier: MIT */
/* fuzz_pcap.c - capture files, whole and in pieces. */
#include "fuzz.h"

#include <netring/pcap_read.h>

#include <errno.h>

enum {
	PCAP,
	PCAPNG,
	SWAPPED,
	DAMAGED,
	MANY,
	PIECES
};
const char *const fuzz_points[] = { "pcap", "pcapng", "swapped", "damaged",
				    "many", "pieces", NULL };

#define PACKETS 64u

/* What came of reading a file. */
struct outcome {
	struct netring_pcap_packet packets[PACKETS];
	const uint8_t *at[PACKETS]; /* data in the file */
	uint32_t count;
	int error;
	size_t used;
};

/* @there bytes more with each try, 0: all at once; always from a copy of just
 * what is there. */
static void read_file(struct outcome *out, const uint8_t *file, size_t size,
		      size_t piece)
{
	struct netring_pcap_reader reader;
	struct netring_pcap_packet pkt;
	size_t there = piece ? 0 : size, used;
	uint8_t *copy;
	int r;

	memset(&reader, 0, sizeof(reader));
	memset(out, 0, sizeof(*out));
	for (;;) {
		copy = exact(there - out->used + 1);
		memcpy(copy + 1, file + out->used, there - out->used);
		r = netring_pcap_read(&reader, copy + 1, there - out->used,
				      &used, &pkt);
		CHECK(used <= there - out->used);
		if (r == 1) {
			CHECK(pkt.data > copy &&
			      pkt.len <= NETRING_PCAP_READ_MAX);
			CHECK(pkt.data + pkt.len <= copy + 1 + used);
			CHECK(pkt.nsec < 1000000000 && pkt.wire_len >= pkt.len);
			CHECK(pkt.interface < NETRING_PCAP_READ_INTERFACES);
			touch(pkt.data, pkt.len);
			if (out->count < PACKETS) {
				out->at[out->count] = file + out->used +
						      (pkt.data - copy - 1);
				pkt.data = NULL;
				out->packets[out->count++] = pkt;
			}
			REACHED(reader.format_ == 1 ? PCAP : PCAPNG);
			if (reader.swapped_)
				REACHED(SWAPPED);
		}
		free(copy);
		out->used += used;
		if (r < 0 || (r == 0 && there == size))
			break;
		if (r == 0)
			there += piece < size - there ? piece : size - there;
	}
	out->error = r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct outcome whole, parts;
	size_t piece;
	uint32_t i;

	if (!size)
		return 0;
	piece = *data++ + 1u;
	size--;
	read_file(&whole, data, size, 0);
	read_file(&parts, data, size, piece);
	/* the same in whatever pieces it comes */
	CHECK(whole.error == parts.error && whole.count == parts.count);
	for (i = 0; i < whole.count; i++) {
		CHECK(whole.at[i] == parts.at[i]);
		CHECK(whole.packets[i].len == parts.packets[i].len);
		CHECK(whole.packets[i].wire_len == parts.packets[i].wire_len);
		CHECK(whole.packets[i].sec == parts.packets[i].sec);
		CHECK(whole.packets[i].nsec == parts.packets[i].nsec);
		CHECK(whole.packets[i].link_type == parts.packets[i].link_type);
		CHECK(whole.packets[i].interface == parts.packets[i].interface);
	}
	if (whole.error == -EBADMSG)
		REACHED(DAMAGED);
	else if (whole.error == -ENOSPC)
		REACHED(MANY);
	else if (whole.count && piece < size)
		REACHED(PIECES);
	return 0;
}
