/* SPDX-License-Identifier: MIT */
/* capture_applet.h - what the files of the capture applet share. */
#ifndef NETRING_TOOL_CAPTURE_APPLET_H
#define NETRING_TOOL_CAPTURE_APPLET_H

#include "backend.h"

#include <netring/capture.h>
#include <netring/pcap.h>
#include <netring/xdp_group.h>

/* Functions that return int have said themselves why, when it is not 0. */

/* capture_options.c */
struct capture_options {
	const char *interface;
	const char *file;    /* NULL: print lines */
	const char *metrics; /* file of counters, or NULL */
	const char *filter;  /* file of `tcpdump -ddd` */
	int raw_filter;	     /* which begins at the IP header */
	uint64_t count;	     /* packets; 0: without end */
	uint64_t file_size;  /* bytes; 0: any */
	uint32_t file_count; /* 0: any */
	uint32_t period;     /* seconds; 0: one file */
	uint32_t duration;   /* seconds; 0: without end */
	uint32_t snaplen;    /* 0: whole packets */
	uint32_t ring_kib;   /* 0: the configuration's */
	enum netring_direction direction;
	int direction_said;
	struct backend_options backend;
	int no_promiscuous;
	int immediate;
	int live; /* somebody looks on */
	int verbose;
};

/* Returns -1 to go on, else main()'s result. */
int parse_options(struct capture_options *options, int argc, char **argv);

/* capture_open.c; *hold_ms: how long the kernel may keep a packet back */
int open_capture(struct netring_capture *cap,
		 const struct capture_options *options, uint32_t *hold_ms);

/* capture_feed.c: a batch of packets at a time, of one backend or the other */
struct feed {
	struct netring_capture cap;
	struct netring_batch batch;
	int xdp;	  /* what is not this one: capture_xdp.h */
	uint64_t taken;	  /* packets, out of the ring */
	uint32_t hold_ms; /* how long the kernel may keep one back */
	uint32_t link_type;
};

int feed_open(struct feed *feed, const struct capture_options *options);
void feed_close(struct feed *feed);
uint32_t feed_kib(const struct feed *feed);
/* As those of a capture: 1, or 0 and there is none now. */
int feed_next(struct feed *feed);
int feed_packet(struct feed *feed, struct netring_packet *pkt);
void feed_release(struct feed *feed);
int feed_wait(struct feed *feed, int timeout);
/* The interface was made anew: 0; or -ENODEV: not yet, -EPFNOSUPPORT: as
 * another kind of device, or -errno of a step. */
int feed_again(struct feed *feed, enum netring_step *step);
void feed_stats(struct feed *feed, struct netring_capture_stats *total);
/* The counters of AF_XDP: 1, or 0: it is a packet socket. */
int feed_xdp_stats(const struct feed *feed, struct netring_xdp_stats *total);
/* Packets taken and to be taken: what came until now. */
uint64_t feed_there(struct feed *feed);

/* capture_print.c: one line; buffered until print_flush() */
void print_init(void);
int print_packet(struct netring_packet *pkt);
int print_flush(void);

/* capture_status.c */
struct capture_status {
	struct report report;
	struct metrics_file metrics;
	const char *interface;
	uint64_t last_packets;
	uint64_t last_bytes;
	uint64_t packets; /* captured: written or printed */
	uint64_t bytes;
	uint64_t truncated; /* not by -s */
};

int status_start(struct capture_status *status, struct feed *feed,
		 const struct capture_options *options);
/* Both at most once a second; metrics also at the @last moment. */
void status_show(struct capture_status *status, struct feed *feed, int64_t now);
void status_metrics(struct capture_status *status, struct feed *feed,
		    int64_t now, int last);
void status_total(struct capture_status *status, struct feed *feed);

/* capture_file.c */
#define FILE_PACKET_MAX 262124u /* with a cooked header, what readers take */
#define FILE_FLUSH_AT 65536u

struct capture_file {
	const struct capture_options *options;
	struct feed *feed;		     /* for the statistics, */
	struct netring_capture_stats before; /* at the file's beginning */
	struct netring_pcap_interface interface;
	int pcap; /* the old format */
	int fd;
	uint32_t index;		  /* number in the name */
	uint32_t periods;	  /* that have ended */
	int64_t period_end;	  /* ms */
	uint64_t size;		  /* bytes of records, buffered ones too */
	uint64_t packets;	  /* records, */
	uint64_t packets_written; /* without the buffered ones */
	size_t used;
	char name[PATH_MAX];
	uint8_t buffer[FILE_FLUSH_AT + NETRING_PCAPNG_RECORD_MAX(262144)];
};

int file_open(struct capture_file *file);
int file_write(struct capture_file *file, struct netring_packet *pkt);
int file_flush(struct capture_file *file);
int file_close(struct capture_file *file);
/* Begin the next file when its time has come. *end: all periods are over. */
int file_tick(struct capture_file *file, int64_t now, int *end);

#endif
