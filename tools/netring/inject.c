/* SPDX-License-Identifier: MIT */
/* inject.c - `netring inject`: frames of a file, or made ones, to the wire. */
#include "inject.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#define BATCH 32	/* frames queued before a flush */
#define WAIT_MS 100	/* longest sleep */
#define RETRY_MS 200	/* between looks for an interface that is gone */
#define GIVE_UP_MS 1000 /* for what is queued, once asked to end */
#define SPIN_NS 30000	/* what a sleep takes at least */
#define SECOND_NS 1000000000
#define BURSTS 200 /* a second: how much is caught up after a late wake-up */

const char inject_about[] = "send the frames of a file, or generated ones";

struct session {
	struct inject_options options;
	struct outlet outlet;
	struct source source;
	struct inject_status status;
	struct netring_pace pace;
	int64_t now;	/* ms, as looked at last */
	int64_t origin; /* ns: when this round's first frame was sent, */
	int64_t first;	/* and its time in the file */
	uint64_t round;
	unsigned int queued;   /* since the last flush, */
	unsigned int unticked; /* and since the last tick */
	int trouble;	       /* told already: -errno */
};

static int64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_NS + now.tv_nsec;
}

/* Once a second, and whenever there is time. Returns whether to stop. */
static int tick(struct session *s)
{
	s->unticked = 0;
	s->now = netring_clock_ms();
	inject_show(&s->status, &s->outlet, &s->source, s->now);
	if (total_asked())
		(void)inject_total(&s->status, &s->outlet, &s->source, 0);
	return stop_signals != 0;
}

/* Until the interface is there again. */
static int follow(struct session *s)
{
	enum netring_step step = NETRING_STEP_NONE;
	int r = outlet_again(&s->outlet, &step);

	if (r == -ENODEV)
		poll(NULL, 0, RETRY_MS);
	else if (r < 0)
		return fail("-i %s: %s: %s", s->options.interface,
			    netring_step_name(step), strerror(-r));
	return 0;
}

/*
 * What a flush or a send returned: 0, or a state to wait in. Returns 0, or 1
 * and has said why it is the end.
 */
static int follow_up(struct session *s, int r)
{
	const char *interface = s->options.interface;
	int known = r == -ENETDOWN || r == -ENODEV;

	if (r == -EINTR) /* what a signal asks for is looked at elsewhere */
		r = -EAGAIN;
	if (r < 0 && !known && r != -EAGAIN)
		return fail("-i %s: %s", interface, strerror(-r));
	if (r != -EAGAIN && (known ? r : 0) != s->trouble) {
		report_break(&s->status.report);
		if (r == -ENETDOWN)
			note("%s: the link is down; waiting", interface);
		else if (r == -ENODEV)
			note("%s is gone; waiting for it", interface);
		else
			note(s->trouble == -ENODEV ? "%s is back" :
						     "%s: the link is up",
			     interface);
		s->trouble = known ? r : 0;
	}
	return r == -ENODEV ? follow(s) : 0;
}

static int flush(struct session *s)
{
	s->queued = 0;
	return follow_up(s, outlet_flush(&s->outlet));
}

/*
 * What is queued goes out before any sleep. No sleep is shorter than SPIN_NS:
 * pacing makes up for one that was too long; else, and for what is left after
 * a sleep, the clock is watched.
 */
static int pause_for(struct session *s, int64_t ns, int again)
{
	struct timespec time;
	int r = s->queued ? flush(s) : 0;

	if (r)
		return r;
	if (ns < SPIN_NS) {
		if (again || s->options.speed != SPEED_PACED)
			return 0;
		ns = SPIN_NS;
	}
	if (ns > (int64_t)WAIT_MS * 1000000)
		ns = (int64_t)WAIT_MS * 1000000;
	time.tv_sec = 0;
	time.tv_nsec = (long)(ns - SPIN_NS / 2);
	nanosleep(&time, NULL);
	tick(s);
	return 0;
}

/* How long until this frame may leave, in ns. */
static int64_t turn(struct session *s, const struct netring_pcap_packet *pkt)
{
	int64_t now, recorded;

	if (s->options.speed == SPEED_TOP)
		return 0;
	now = clock_ns();
	if (s->options.speed == SPEED_PACED)
		return netring_pace_take(&s->pace, pkt->len, now);
	recorded = (int64_t)(pkt->sec * SECOND_NS + pkt->nsec);
	if (s->source.round_frames == 1 || s->round != s->source.rounds) {
		s->round = s->source.rounds;
		s->origin = now;
		s->first = recorded;
	}
	/* each of the two differences fits, whatever the file says */
	return recorded - s->first - (now - s->origin);
}

/* Returns 0, also when asked to stop; 1 and has said why. */
static int send_frame(struct session *s, const struct netring_pcap_packet *pkt)
{
	int64_t wait;
	int again, r;

	for (again = 0; !stop_signals && (wait = turn(s, pkt)) > 0; again = 1) {
		r = pause_for(s, wait, again);
		if (r)
			return r;
	}
	while (!stop_signals) {
		r = outlet_queue(&s->outlet, pkt->data, pkt->len,
				 s->now + WAIT_MS);
		if (r == -EMSGSIZE && !s->options.file)
			return fail("--size %u: too long for %s, whose MTU "
				    "is %u",
				    pkt->len, s->options.interface,
				    outlet_mtu(&s->outlet));
		if (r == -EMSGSIZE || r == -EINVAL)
			return 0;
		if (r >= 0)
			break;
		r = follow_up(s, r);
		if (r)
			return r;
		tick(s);
	}
	s->status.bytes += pkt->len;
	if (++s->unticked >= BATCH)
		tick(s);
	return ++s->queued < BATCH ? 0 : flush(s);
}

/* A pipe has nothing now. */
static int idle(struct session *s)
{
	struct pollfd ready = { s->source.fd, POLLIN, 0 };
	int r = flush(s);

	poll(&ready, 1, WAIT_MS);
	tick(s);
	return r;
}

static int run(struct session *s)
{
	struct netring_pcap_packet pkt;
	int r = 0;

	while (!r && !stop_signals &&
	       (!s->options.count || s->source.frames < s->options.count)) {
		switch (source_next(&s->source, &pkt)) {
		case SOURCE_FRAME:
			r = send_frame(s, &pkt);
			break;
		case SOURCE_WAIT:
			r = idle(s);
			break;
		case SOURCE_FAILED:
			return 1;
		default:
			return 0;
		}
	}
	return r;
}

/* Wait until all is handed over; not for long once asked to end. */
static void drain(struct session *s)
{
	int64_t end = 0;
	int r;

	for (;;) {
		r = outlet_flush(&s->outlet);
		if (follow_up(s, r > 0 ? -EAGAIN : r) ||
		    !outlet_drain(&s->outlet, s->now + WAIT_MS))
			break;
		if (tick(s) && !end)
			end = s->now + GIVE_UP_MS;
		if (end && s->now >= end)
			break;
	}
	outlet_discard(&s->outlet);
}

static int start(struct session *s)
{
	const struct inject_options *options = &s->options;
	struct netring_pace_config pace = { 0 };

	if (outlet_open(&s->outlet, options))
		return 1;
	if (source_open(&s->source, options) ||
	    inject_start(&s->status, &s->outlet, options))
		return 1;
	pace.packets_per_second = (uint32_t)options->pps;
	pace.burst_packets = (uint32_t)options->pps / BURSTS;
	pace.bits_per_second = options->bits;
	pace.burst_bytes = (uint32_t)(options->bits / 8 / BURSTS) + 1;
	netring_pace_init(&s->pace, &pace, clock_ns());
	prctl(PR_SET_TIMERSLACK, 1);
	s->now = netring_clock_ms();
	return 0;
}

int inject_main(int argc, char **argv)
{
	static struct session session;
	struct session *s = &session;
	int r = inject_parse(&s->options, argc, argv);

	if (r >= 0)
		return r;
	catch_signals();
	r = start(s);
	if (!r) {
		r = run(s);
		drain(s);
		if (inject_total(&s->status, &s->outlet, &s->source, r))
			r = 1;
	}
	source_close(&s->source);
	outlet_close(&s->outlet);
	return r;
}
