/* SPDX-License-Identifier: MIT */
/* capture_file.c - write pcapng or pcap through one buffer, and rotate. */
#include "capture_applet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SECOND_MS 1000

static int is_stdout(const struct capture_file *file)
{
	return !strcmp(file->options->file, "-");
}

/*
 * As tcpdump names them: with -C the first file has no number unless -W tells
 * how many there are, which gives all as many digits as the last one needs.
 */
static int make_name(struct capture_file *file)
{
	const struct capture_options *options = file->options;
	struct timespec now = { 0, 0 };
	struct tm tm;
	size_t length;
	int number = 0;
	int width = 0;
	uint32_t most;

	/* not time(), which lags: a name would come twice */
	clock_gettime(CLOCK_REALTIME, &now);
	if (options->period && localtime_r(&now.tv_sec, &tm))
		length = strftime(file->name, sizeof(file->name), options->file,
				  &tm);
	else
		length = strnlen(options->file, sizeof(file->name));
	if (!options->period && length < sizeof(file->name))
		memcpy(file->name, options->file, length + 1);
	if (options->file_size && options->file_count)
		for (most = options->file_count - 1, width = 1; most > 9;
		     most /= 10)
			width++;
	if (length && length < sizeof(file->name) && (width || file->index))
		number = snprintf(file->name + length,
				  sizeof(file->name) - length, "%0*u", width,
				  file->index);
	if (!length || length + (size_t)number >= sizeof(file->name))
		return fail("-w %s: the name is empty or too long",
			    options->file);
	return 0;
}

static int has_suffix(const char *name, const char *suffix)
{
	size_t length = strlen(name), needed = strlen(suffix);

	return length > needed && !strcmp(name + length - needed, suffix);
}

static size_t record_size(const struct capture_file *file, const uint8_t *at)
{
	uint32_t size;

	memcpy(&size, at + (file->pcap ? 8 : 4), sizeof(size));
	return file->pcap ? size + (size_t)16 : size;
}

/*
 * The disk is full: leave what a reader takes for a whole file. Only the
 * buffer's first @written bytes got there, and they may end in a record.
 * Standard output is somebody else's and may hold more than we wrote.
 */
static void cut_to_records(struct capture_file *file, size_t written)
{
	uint64_t start = file->size - file->used;
	uint64_t packets = file->packets_written;
	size_t whole = 0, next;

	if (is_stdout(file))
		return;
	for (next = 0; start && next < file->used; packets++) {
		next += record_size(file, file->buffer + next);
		if (next > written)
			break;
		whole = next;
	}
	if (ftruncate(file->fd, (off_t)(start + whole)) == 0)
		note("%s: holds %llu packets", file->name,
		     (unsigned long long)packets);
}

int file_flush(struct capture_file *file)
{
	struct pollfd ready = { .fd = file->fd, .events = POLLOUT };
	size_t at = 0;
	ssize_t size;

	while (at < file->used) {
		size = write(file->fd, file->buffer + at, file->used - at);
		if (size > 0) {
			at += (size_t)size;
		} else if (size < 0 && errno == EAGAIN) {
			poll(&ready, 1, SECOND_MS);
		} else if (size == 0 || errno != EINTR) {
			fail("write %s: %s", file->name,
			     strerror(size ? errno : ENOSPC));
			cut_to_records(file, at);
			file->used = 0;
			return 1;
		}
	}
	file->used = 0;
	file->packets_written = file->packets;
	return 0;
}

static void added(struct capture_file *file, size_t size)
{
	file->used += size;
	file->size += size;
}

static int open_next(struct capture_file *file)
{
	if (is_stdout(file)) {
		strcpy(file->name, "standard output");
		file->fd = STDOUT_FILENO;
	} else {
		if (make_name(file))
			return 1;
		file->fd = open(file->name,
				O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	}
	if (file->fd < 0)
		return fail("-w %s: %s", file->name, strerror(errno));
	file->size = 0;
	file->packets = 0;
	file->packets_written = 0;
	added(file,
	      file->pcap ?
		      netring_pcap_header(file->buffer, sizeof(file->buffer),
					  &file->interface) :
		      netring_pcapng_header(file->buffer, sizeof(file->buffer),
					    &file->interface));
	return file_flush(file);
}

/*
 * The period is counted from here, and more than whole: names that tell the
 * second differ, however late this file was begun.
 */
static int begin_period(struct capture_file *file)
{
	int r = open_next(file);

	file->period_end = netring_clock_ms() + 1 +
			   (int64_t)file->options->period * SECOND_MS;
	return r;
}

int file_open(struct capture_file *file)
{
	if (is_stdout(file) && isatty(STDOUT_FILENO))
		return fail("-w -: packets are not written to a terminal");
	file->fd = -1;
	file->pcap = has_suffix(file->options->file, ".pcap");
	return begin_period(file);
}

static int finish(struct capture_file *file)
{
	struct netring_capture_stats total = file->before;
	struct timespec now = { 0, 0 };
	int r;

	if (!file->pcap) {
		feed_stats(file->feed, &total);
		clock_gettime(CLOCK_REALTIME, &now);
		added(file,
		      netring_pcapng_stats(
			      file->buffer + file->used,
			      sizeof(file->buffer) - file->used,
			      total.received - file->before.received,
			      total.dropped - file->before.dropped,
			      (uint32_t)now.tv_sec, (uint32_t)now.tv_nsec));
		file->before = total;
	}
	r = file_flush(file);
	if (close(file->fd) < 0 && !r)
		r = fail("close %s: %s", file->name, strerror(errno));
	file->fd = -1;
	return r;
}

int file_close(struct capture_file *file)
{
	return file->fd < 0 ? 0 : finish(file);
}

static int next_by_size(struct capture_file *file, size_t record)
{
	uint64_t size = file->size + record;

	if (!file->options->file_size || !file->packets)
		return 0;
	if (!file->pcap)
		size += NETRING_PCAPNG_STATS_SIZE;
	if (size <= file->options->file_size)
		return 0;
	if (finish(file))
		return 1;
	file->index++;
	if (file->index == file->options->file_count)
		file->index = 0;
	return open_next(file);
}

int file_write(struct capture_file *file, struct netring_packet *pkt)
{
	uint32_t most = file->interface.snaplen ? file->interface.snaplen :
						  FILE_PACKET_MAX;
	size_t size;

	if (pkt->flags & NETRING_PACKET_VLAN)
		netring_packet_restore_vlan(pkt);
	if (pkt->len > most)
		pkt->len = most;
	if (next_by_size(file, file->pcap ?
				       NETRING_PCAP_RECORD_MAX(pkt->len) :
				       NETRING_PCAPNG_RECORD_MAX(pkt->len)))
		return 1;
	size = (file->pcap ? netring_pcap_record : netring_pcapng_record)(
		file->buffer + file->used, sizeof(file->buffer) - file->used,
		pkt);
	added(file, size);
	file->packets++;
	return file->used < FILE_FLUSH_AT ? 0 : file_flush(file);
}

int file_tick(struct capture_file *file, int64_t now, int *end)
{
	const struct capture_options *options = file->options;

	if (!options->period || now < file->period_end)
		return 0;
	if (!options->file_size && file->periods + 1 == options->file_count) {
		*end = 1;
		return 0;
	}
	file->periods++;
	file->index = 0;
	return finish(file) || begin_period(file);
}
