/* SPDX-License-Identifier: MIT */
/* test_xdp_umem_again.c - AF_XDP: a UMEM without sockets is as new; modes. */
#define _GNU_SOURCE
#include "live.h"
#include "net.h"
#include "spy_socket.h"
#include "xdp_end.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 64u
#define LOT 200u /* more than there are frames, */
#define SOME 10u /* and these at once */

NETRING_UMEM_AREA(area, FRAMES, 2048);
static struct netring_umem umem;
static struct netring_xdp_program program;
static struct netring_xdp xdp;
static uint32_t kept; /* frames that the caller has */
static int spy;

static const char *const word[] = {
	[NETRING_XDP_BOTH] = "both",
	[NETRING_XDP_RX] = "receive",
	[NETRING_XDP_TX] = "send",
};

static void begin(uint32_t rx_frames)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(area),
					      .frame_size = 2048,
					      .rx_frames = rx_frames };

	must(netring_umem_init(&umem, &memory), "memory");
	kept = 0;
}

static int try(enum netring_xdp_mode mode, uint32_t queue)
{
	struct netring_xdp_config cfg = {
		.interface = NEAR,
		.queue = queue,
		.umem = &umem,
		.mode = mode,
		.bind = { NETRING_XDP_COPY },
		.retry_ms = (uint32_t)xdp_patience(),
		.program = mode == NETRING_XDP_TX ? NULL : &program,
	};

	return netring_xdp_open(&xdp, &cfg);
}

/* More packets than frames: each frame is used more than once. */
static void receives(uint32_t frames)
{
	struct tally t = { 0 };
	uint32_t i;

	is(xdp.rx.posted_, frames, "frames to receive into");
	for (i = 0; i < LOT; i += SOME)
		xdp_take(&t, &xdp, i, SOME, 100);
	tally_ok(&t, LOT, "received");
	is((long long)xdp_stats(&xdp).received, LOT, "counted");
}

static void sends(uint32_t frames)
{
	struct spied seen = { 0 };

	is(xdp_queue(&xdp, 0, LOT, 100), frames, "frames to send from");
	must(netring_xdp_tx_drain(&xdp.tx, netring_clock_ms() + xdp_patience()),
	     "drain");
	spy_count(spy, &seen, frames, xdp_patience());
	spied_ok(&seen, frames, "sent");
	is((long long)xdp_stats(&xdp).sent, frames, "counted");
}

/* One packet is kept beyond the socket's end. */
static void keep(void)
{
	struct netring_xdp_packet pkt;

	xdp_wire_lot(LOT, 1, 100);
	must(netring_xdp_rx_wait(&xdp.rx, xdp_patience()), "a packet");
	(void)netring_xdp_rx_next(&xdp.rx);
	must(netring_xdp_rx_packet(&xdp.rx, &pkt) == 1 ? 0 : -ENODATA, "it");
	must(netring_xdp_rx_keep(&xdp.rx, &pkt), "kept");
	netring_xdp_rx_release(&xdp.rx);
	kept++;
}

/* The halves of @mode, as of a UMEM that no socket ever had, but for what was
 * kept. */
static void life(enum netring_xdp_mode mode, uint32_t rx, int keeping)
{
	uint32_t all = FRAMES - kept;

	diag("%s, %u of %u frames kept", word[mode], kept, FRAMES);
	must(try(mode, 0), "open (%s)", netring_step_name(xdp.step));
	if (mode != NETRING_XDP_TX) {
		must(netring_xdp_program_attach(&program), "attach");
		receives(rx);
	}
	if (mode != NETRING_XDP_RX)
		sends(all - rx);
	xdp_books(&umem, word[mode]);
	if (keeping)
		keep();
	netring_xdp_close(&xdp);
	is(xdp_frames(&umem, NETRING_UMEM_FREE), FRAMES - kept,
	   "closed: all are free but those that were kept");
}

/* Its first socket said what for: the next one's word is as good. */
static void one_after_the_other(void)
{
	begin(0);
	life(NETRING_XDP_RX, FRAMES, 0);
	life(NETRING_XDP_TX, 0, 0);
	life(NETRING_XDP_BOTH, FRAMES / 2, 0);
	is(try(NETRING_XDP_RX, 7), -EINVAL, "no such queue");
	life(NETRING_XDP_TX, 0, 0);
	life(NETRING_XDP_RX, FRAMES, 1);
	life(NETRING_XDP_TX, 0, 0);
	life(NETRING_XDP_RX, FRAMES - 1, 1);
	life(NETRING_XDP_TX, 0, 0);
	begin(16);
	life(NETRING_XDP_BOTH, 16, 0);
	life(NETRING_XDP_TX, 16, 0);
	life(NETRING_XDP_RX, 16, 0);
}

/* While there is a socket, its word counts. */
static void shared(void)
{
	struct netring_xdp_config cfg = { .interface = FAR,
					  .umem = &umem,
					  .mode = NETRING_XDP_TX };
	static struct netring_xdp second;

	begin(0);
	must(try(NETRING_XDP_RX, 0), "a socket has all");
	is(netring_xdp_open(&second, &cfg), -EINVAL, "none left to send");
	is(second.step, NETRING_STEP_GEOMETRY, "its step");
	is(umem.reason, NETRING_GEOMETRY_FRAMES, "and the reason");
	netring_xdp_close(&xdp);
	must(netring_xdp_open(&second, &cfg), "then it opens");
	netring_xdp_close(&second);
}

/*
 * A program would hand packets to a socket that takes none: nobody would get
 * them. It is refused, and the packets are the stack's, as before.
 */
static void program_and_no_reception(void)
{
	struct netring_xdp_config cfg = { .interface = NEAR,
					  .umem = &umem,
					  .mode = NETRING_XDP_TX };
	int map = netring_xdp_program_map(&program);
	int stack = must(spy_open(NEAR, 0), "what the stack has");
	struct spied seen = { 0 };
	int i;

	begin(0);
	must(netring_xdp_program_attach(&program), "attach");
	for (i = 0; i < 2; i++) {
		cfg.program = i ? NULL : &program;
		cfg.map = i ? &map : NULL;
		is(netring_xdp_open(&xdp, &cfg), -EINVAL, "mode TX with a %s",
		   i ? "map" : "program");
		is(xdp.step, NETRING_STEP_CONFIG, "its step");
		is(netring_xdp_close(&xdp), 0, "may be closed");
	}
	xdp_wire_lot(0, 10, 100);
	spy_count(stack, &seen, 10, xdp_patience());
	spied_ok(&seen, 10, "the stack has the packets");
	life(NETRING_XDP_TX, 0, 0);
	close(stack);
}

int main(void)
{
	struct netring_xdp_program_config cfg = { .interface = NEAR };

	xdp_wire(1);
	spy = must(spy_open(FAR, 0), "a look at the far end");
	must(netring_xdp_program_open(&program, &cfg), "program");
	one_after_the_other();
	shared();
	program_and_no_reception();
	netring_xdp_program_close(&program);
	return done_testing();
}
