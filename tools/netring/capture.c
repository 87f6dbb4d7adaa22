/* SPDX-License-Identifier: MIT */
/* capture.c - `netring capture`: from an interface to lines or to a file. */
#include "capture_applet.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#define TICK_MS 1000 /* longest sleep */
#define RETRY_MS 200 /* between looks for an interface that is gone */
#define GRACE_MS 500 /* for a kernel that is late with what it has */

const char capture_about[] = "print packets, or write them to files";

struct session {
	struct capture_options options;
	struct feed feed;
	struct capture_file file;
	struct capture_status status;
	int64_t end;	 /* ms; NETRING_FOREVER */
	uint64_t wanted; /* packets to take, once the end has come */
	int stopping;
	int gone; /* the interface */
};

/*
 * What came before the end may still be in a block that the kernel fills:
 * stay until it has been handed over.
 */
static void stop(struct session *s, int64_t now)
{
	s->wanted = feed_there(&s->feed);
	s->end = now + s->feed.hold_ms + GRACE_MS;
	s->stopping = 1;
}

static int finished(struct session *s, int64_t now)
{
	if (stop_signals > 1 ||
	    (s->options.count && s->status.packets >= s->options.count))
		return 1;
	if (!s->stopping &&
	    (stop_signals || (s->end != NETRING_FOREVER && now >= s->end)))
		stop(s, now);
	return s->stopping && s->feed.taken >= s->wanted;
}

/* Less than there was, and less than was asked for: it did not fit. */
static int cut_short(const struct session *s, const struct netring_packet *pkt)
{
	return s->options.file && netring_packet_truncated(pkt) &&
	       (!s->options.snaplen || pkt->len < s->options.snaplen);
}

static int take(struct session *s)
{
	struct netring_packet pkt;
	int r = 0;

	while (!r && feed_packet(&s->feed, &pkt)) {
		r = s->options.file ? file_write(&s->file, &pkt) :
				      print_packet(&pkt);
		s->status.packets++;
		s->status.bytes += pkt.wire_len;
		s->status.truncated += (uint64_t)cut_short(s, &pkt);
		if (s->status.packets == s->options.count)
			break;
	}
	return r;
}

static int flush(struct session *s)
{
	return s->options.file ? file_flush(&s->file) : print_flush();
}

/* Until the interface is there again. */
static int follow(struct session *s, int timeout)
{
	enum netring_step step = NETRING_STEP_NONE;
	int r;

	if (!s->gone) {
		report_break(&s->status.report);
		note("%s is gone; waiting for it", s->options.interface);
		s->gone = 1;
	}
	r = feed_again(&s->feed, &step);
	if (r == -ENODEV) {
		poll(NULL, 0, timeout < RETRY_MS ? timeout : RETRY_MS);
		return 0;
	}
	if (r == -EPFNOSUPPORT)
		return fail("%s is back as another kind of device",
			    s->options.interface);
	if (r < 0)
		return fail("-i %s: %s: %s", s->options.interface,
			    netring_step_name(step), strerror(-r));
	note("%s is back", s->options.interface);
	s->gone = 0;
	return 0;
}

/* Nothing to read now: what is buffered goes out, then wait. */
static int idle(struct session *s, int timeout)
{
	int r = flush(s);

	if (r)
		return r;
	r = s->gone ? -ENODEV : feed_wait(&s->feed, timeout);
	if (r == -ENODEV)
		return follow(s, timeout);
	if (r == NETRING_EVENT_LINK_DOWN) {
		report_break(&s->status.report);
		note("%s has been set down; waiting for it to be up",
		     s->options.interface);
	}
	if (r < 0 && r != -EINTR)
		return fail("%s: %s", s->options.interface, strerror(-r));
	return 0;
}

static int sleep_time(const struct session *s, int64_t now)
{
	int64_t until = now + TICK_MS;

	if (s->end != NETRING_FOREVER && s->end < until)
		until = s->end;
	if (s->options.period && !s->stopping && s->file.period_end < until)
		until = s->file.period_end;
	return until > now ? (int)(until - now) : 0;
}

static int run(struct session *s)
{
	int64_t now = netring_clock_ms();
	int last = 0;
	int r = 0;

	while (!r && !finished(s, now)) {
		if (feed_next(&s->feed)) {
			r = take(s);
			feed_release(&s->feed);
		} else if (s->stopping && now >= s->end) {
			break; /* it was too late before this last look */
		} else {
			r = idle(s, sleep_time(s, now));
		}
		now = netring_clock_ms();
		status_show(&s->status, &s->feed, now);
		if (total_asked())
			status_total(&s->status, &s->feed);
		status_metrics(&s->status, &s->feed, now, 0);
		if (!r)
			r = file_tick(&s->file, now, &last);
		if (last && !s->stopping)
			s->end = now;
	}
	return r;
}

static int start(struct session *s)
{
	if (feed_open(&s->feed, &s->options))
		return 1;
	s->file.options = &s->options;
	s->file.feed = &s->feed;
	s->file.interface.link_type = s->feed.link_type;
	s->file.interface.snaplen = s->options.snaplen;
	s->file.interface.name = s->options.interface;
	if (s->options.file && file_open(&s->file))
		return 1;
	print_init();
	if (status_start(&s->status, &s->feed, &s->options))
		return 1;
	s->end = s->options.duration ? s->status.report.started +
					       s->options.duration * 1000LL :
				       NETRING_FOREVER;
	note("listening on %s, ring of %u KiB", s->options.interface,
	     feed_kib(&s->feed));
	return 0;
}

int capture_main(int argc, char **argv)
{
	static struct session session;
	struct session *s = &session;
	int r = parse_options(&s->options, argc, argv);

	if (r >= 0)
		return r;
	catch_signals();
	r = start(s);
	if (!r) {
		r = run(s);
		if (!r)
			r = s->options.file ? file_close(&s->file) :
					      print_flush();
		status_total(&s->status, &s->feed);
		status_metrics(&s->status, &s->feed, netring_clock_ms(), 1);
	}
	feed_close(&s->feed);
	return r;
}
