/* SPDX-License-Identifier: MIT */
/* inject.h - what the files of the inject applet share. */
#ifndef NETRING_TOOL_INJECT_H
#define NETRING_TOOL_INJECT_H

#include "backend.h"

#include <netring/injector.h>
#include <netring/pace.h>
#include <netring/pcap_read.h>

/* inject_options.c */
enum speed {
	SPEED_RECORDED,
	SPEED_PACED,
	SPEED_TOP
};

struct inject_options {
	const char *interface;
	const char *file;    /* NULL: generate */
	const char *metrics; /* file, or NULL */
	uint64_t generate;   /* frames; 0: without end */
	uint64_t count;	     /* frames, of all rounds; 0: all */
	uint64_t loops;	     /* times through the file; 0: without end */
	uint64_t pps;
	uint64_t bits; /* per second */
	uint64_t size; /* of a generated frame */
	uint64_t ring_kib;
	enum speed speed;
	struct backend_options backend;
	uint8_t destination[6];
	int bypass;
	int verbose;
};

/* Returns -1 to go on, else main()'s result. */
int inject_parse(struct inject_options *options, int argc, char **argv);

/* inject_open.c: returns 0, or 1 and has said why */
int inject_open(struct netring_injector *inj,
		const struct inject_options *options);

/* inject_outlet.c: what follows is as of an injector */
struct outlet {
	struct netring_injector inj;
	int xdp; /* what is not this one: inject_xdp.c */
};

/* Returns 0, or 1 and has said why. */
int outlet_open(struct outlet *outlet, const struct inject_options *options);
int outlet_queue(struct outlet *outlet, const void *frame, uint32_t len,
		 int64_t deadline);
int outlet_flush(struct outlet *outlet);
int outlet_drain(struct outlet *outlet, int64_t deadline);
int outlet_again(struct outlet *outlet, enum netring_step *step);
void outlet_stats(struct outlet *outlet, struct netring_injector_stats *stats);
/* The counters of AF_XDP: 1, or 0: it is a packet socket. */
int outlet_xdp_stats(const struct outlet *outlet,
		     struct netring_xdp_stats *stats);
uint32_t outlet_mtu(const struct outlet *outlet);
void outlet_discard(struct outlet *outlet);
void outlet_close(struct outlet *outlet);

/* inject_xdp.c: the same by AF_XDP; there is one, in static storage. Opening
 * returns 0, or -1 and the failure. */
int xdp_outlet_open(const struct inject_options *options,
		    struct backend_failure *failure);
int xdp_outlet_queue(const void *frame, uint32_t len, int64_t deadline);
int xdp_outlet_flush(void);
int xdp_outlet_drain(int64_t deadline);
int xdp_outlet_again(enum netring_step *step);
void xdp_outlet_stats(struct netring_xdp_stats *stats);
uint32_t xdp_outlet_mtu(void);
void xdp_outlet_close(void);

/* inject_source.c: frames of a file, or generated ones */
#define GENERATE_MIN 18u /* header and number */
#define GENERATE_MAX 65549u

struct source {
	const struct inject_options *options;
	struct netring_pcap_reader reader;
	int fd;
	int ended;	 /* the file, in this round */
	size_t at;	 /* bytes of the buffer that are used up, */
	size_t end;	 /* and that are there */
	uint64_t size;	 /* of the file; 0: not known */
	uint64_t bytes;	 /* read in this round */
	uint64_t frames; /* taken, in all */
	uint64_t round_frames;
	uint64_t rounds; /* complete */
	uint64_t cut;	 /* frames that the file has not whole */
	uint8_t source_address[6];
	uint8_t buffer[NETRING_PCAP_READ_BUFFER + 65536u];
};

enum {
	SOURCE_END,
	SOURCE_FRAME,
	SOURCE_WAIT, /* a pipe has nothing now */
	SOURCE_FAILED
};

/* Returns 0, or 1 and has said why. */
int source_open(struct source *source, const struct inject_options *options);
int source_next(struct source *source, struct netring_pcap_packet *pkt);
/* Thousandths of all that is to be sent, or -1: not known. */
int source_progress(const struct source *source);
void source_close(struct source *source);

/* inject_status.c */
struct inject_status {
	struct report report;
	struct metrics_file metrics;
	const char *interface;
	uint64_t last_frames;
	uint64_t last_bytes;
	uint64_t bytes; /* of frames that were queued */
};

int inject_start(struct inject_status *status, struct outlet *outlet,
		 const struct inject_options *options);
/* Both at most once a second. */
void inject_show(struct inject_status *status, struct outlet *outlet,
		 const struct source *source, int64_t now);
/* Nothing when @failing before the first frame. Returns how many failed. */
uint64_t inject_total(struct inject_status *status, struct outlet *outlet,
		      const struct source *source, int failing);

#endif
