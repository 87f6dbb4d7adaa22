/* SPDX-License-Identifier: MIT */
/* inject_source.c - where frames come from: a capture file, or made here. */
#include "inject.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <netring/packet.h>

#define THOUSAND 1000u
#define HEADER 14u

/* Bytes that count up, from any one of them on. */
static uint8_t pattern[GENERATE_MAX + 256u];

static void generate_open(struct source *source)
{
	uint16_t hatype;
	size_t i;

	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)i;
	memcpy(source->buffer, source->options->destination, 6);
	if (interface_address(source->options->interface, source->buffer + 6,
			      &hatype) < 0)
		memset(source->buffer + 6, 0, 6);
	source->buffer[12] = 0x88; /* local experimental EtherType 1 */
	source->buffer[13] = 0xb5;
}

static int generate(struct source *source, struct netring_pcap_packet *pkt)
{
	const struct inject_options *options = source->options;
	uint8_t *at = source->buffer + HEADER;
	uint32_t number = (uint32_t)source->frames;

	if (options->generate && source->frames == options->generate)
		return SOURCE_END;
	at[0] = (uint8_t)(number >> 24);
	at[1] = (uint8_t)(number >> 16);
	at[2] = (uint8_t)(number >> 8);
	at[3] = (uint8_t)number;
	memcpy(at + 4, pattern + (uint8_t)number, options->size - GENERATE_MIN);
	memset(pkt, 0, sizeof(*pkt));
	pkt->data = source->buffer;
	pkt->len = (uint32_t)options->size;
	source->frames++;
	return SOURCE_FRAME;
}

int source_open(struct source *source, const struct inject_options *options)
{
	struct stat facts;

	source->options = options;
	source->fd = STDIN_FILENO;
	if (!options->file) {
		generate_open(source);
		return 0;
	}
	if (strcmp(options->file, "-") != 0)
		source->fd = open(options->file, O_RDONLY | O_CLOEXEC);
	if (source->fd < 0 || fstat(source->fd, &facts) < 0)
		return fail("%s: %s", options->file, strerror(errno));
	if (S_ISREG(facts.st_mode))
		source->size = (uint64_t)facts.st_size;
	if (options->loops != 1 && lseek(source->fd, 0, SEEK_SET) < 0)
		return fail("--loop: %s cannot be read again", options->file);
	return 0;
}

static int damaged(const struct source *source, const char *how)
{
	const char *file = source->options->file;

	if (!source->round_frames)
		fail("%s: %s", file, how);
	else
		fail("%s: %s after frame %llu", file, how,
		     (unsigned long long)source->round_frames);
	return SOURCE_FAILED;
}

/* More of the file behind what is left of it; a pipe may have none yet. */
static int refill(struct source *source)
{
	struct pollfd ready = { source->fd, POLLIN, 0 };
	size_t left = source->end - source->at;
	ssize_t size;

	if (left == sizeof(source->buffer))
		return damaged(source, "damaged");
	if (poll(&ready, 1, 0) == 0)
		return SOURCE_WAIT;
	memmove(source->buffer, source->buffer + source->at, left);
	size = read(source->fd, source->buffer + left,
		    sizeof(source->buffer) - left);
	source->at = 0;
	source->end = left;
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return SOURCE_WAIT;
	if (size < 0)
		return damaged(source, strerror(errno));
	source->ended = size == 0;
	source->end += (size_t)size;
	source->bytes += (uint64_t)size;
	return SOURCE_FRAME;
}

/* The file is through: is that its end, and is it read once more? */
static int next_round(struct source *source)
{
	const struct inject_options *options = source->options;

	if (!source->bytes)
		return damaged(source, "empty, no capture file");
	if (source->at != source->end)
		return damaged(source, "cut short");
	source->rounds++;
	if (source->rounds == options->loops || !source->round_frames)
		return SOURCE_END;
	if (lseek(source->fd, 0, SEEK_SET) < 0)
		return damaged(source, strerror(errno));
	memset(&source->reader, 0, sizeof(source->reader));
	source->ended = 0;
	source->bytes = 0;
	source->round_frames = 0;
	return SOURCE_FRAME;
}

static int frame(struct source *source, const struct netring_pcap_packet *pkt)
{
	if (pkt->link_type != NETRING_LINKTYPE_ETHERNET) {
		fail("%s: frame %llu has link type %u, not Ethernet (1): "
		     "it cannot be sent as it is",
		     source->options->file,
		     (unsigned long long)source->round_frames + 1,
		     pkt->link_type);
		return SOURCE_FAILED;
	}
	source->frames++;
	source->round_frames++;
	source->cut += pkt->len < pkt->wire_len;
	return SOURCE_FRAME;
}

int source_next(struct source *source, struct netring_pcap_packet *pkt)
{
	size_t used;
	int r;

	if (!source->options->file)
		return generate(source, pkt);
	for (;;) {
		r = netring_pcap_read(&source->reader,
				      source->buffer + source->at,
				      source->end - source->at, &used, pkt);
		source->at += used;
		if (r > 0)
			return frame(source, pkt);
		if (r == -ENOSPC)
			return damaged(source, "more than 16 interfaces");
		if (r < 0)
			return damaged(source, source->round_frames ?
						       "damaged" :
						       "no capture file, or "
						       "damaged");
		r = source->ended ? next_round(source) : refill(source);
		if (r != SOURCE_FRAME)
			return r;
	}
}

int source_progress(const struct source *source)
{
	const struct inject_options *options = source->options;
	uint64_t count = options->file ? options->count : options->generate;
	uint64_t by_count = 0, by_size = 0;

	if (options->count && options->count < count)
		count = options->count;
	if (!count && (!options->file || !options->loops || !source->size))
		return -1;
	if (count)
		by_count = source->frames * THOUSAND / count;
	if (options->file && options->loops && source->size) {
		by_size = source->bytes - (source->end - source->at);
		by_size = by_size * THOUSAND / source->size;
		by_size =
			(by_size + source->rounds * THOUSAND) / options->loops;
	}
	if (by_count < by_size)
		by_count = by_size;
	return by_count < THOUSAND ? (int)by_count : (int)THOUSAND;
}

void source_close(struct source *source)
{
	if (source->fd != STDIN_FILENO)
		close(source->fd);
}
