/* SPDX-License-Identifier: MIT */
/* test_xdp_cleanup.c - with the socket gone, or its program, packets go to the
 * kernel's stack again, and the queue is free. */
#include "xdp_end.h"

#include <string.h>

static int spy; /* at the receiving end: what gets past the program */
static struct xdp_end end;

/* All to the stack, none to a socket. */
static void to_stack(uint32_t first, const char *what)
{
	uint8_t got[2048];
	uint32_t i, n = 0;
	int r;

	for (i = 0; i < 30; i++) {
		xdp_wire_lot(first + i, 1, 100);
		r = spy_read(spy, got, sizeof(got), xdp_patience());
		n += r == 100 && wire_number(got, 100) == first + i;
	}
	is(n, 30, "%s: to the stack", what);
}

/* All to the socket, none to the stack: in generic mode a packet socket sees
 * them before the program, so the books of the stack are not asked there. */
static void to_socket(const struct xdp_way *way, uint32_t first)
{
	struct tally t = { 0 };

	xdp_take(&t, &end.xdp, first, 100, 100);
	tally_ok(&t, 100, way->name);
	if (way->attach == NETRING_XDP_NATIVE)
		ok(spy_quiet(spy, 5), "none to the stack");
	else
		(void)spy_flush(spy, 5);
}

static void open_it(const struct xdp_way *way)
{
	memset(&end, 0, sizeof(end));
	xdp_open(&end, way);
}

/* Closed and opened ten times, with frames in every ring. */
static void torn_down(const struct xdp_way *way)
{
	uint32_t i;

	for (i = 0; i < 10; i++) {
		open_it(way);
		to_socket(way, i * 1000);
		xdp_wire_lot(i * 1000 + 500, 20, 100); /* never read */
		xdp_queue(&end.xdp, i * 10, 10, 100);
		must(netring_xdp_tx_flush(&end.xdp.tx), "flush");
		xdp_queue(&end.xdp, 5000, 10, 100); /* never flushed */
		(void)xdp_close(&end);
		is(xdp_frames(&end.umem, NETRING_UMEM_FREE), XDP_FRAMES,
		   "all frames are free");
		(void)spy_flush(spy, 5);
	}
	to_stack(0, "ten times torn down");
}

/* One thing after the other. */
static void in_steps(const struct xdp_way *way)
{
	open_it(way);
	to_socket(way, 0);
	is(netring_xdp_close(&end.xdp), 0, "close the socket");
	to_stack(100, "the program without a socket");
	must(netring_xdp_open(&end.xdp, &end.socket), "open it again");
	to_socket(way, 200);
	netring_xdp_program_close(&end.steer);
	is(netring_xdp_program_attached(&end.steer), 0, "it is not attached");
	to_stack(300, "a socket without program");
	is(netring_xdp_rx_next(&end.xdp.rx), 0, "nothing to the socket");
	must(netring_xdp_program_open(&end.steer, &end.program), "program");
	must(netring_xdp_program_register(&end.steer, 0,
					  netring_xdp_fd(&end.xdp)),
	     "register");
	must(netring_xdp_program_attach(&end.steer), "attach");
	to_socket(way, 400);
	netring_xdp_program_close(&end.steer);
	netring_xdp_program_close(&end.steer);
	is(netring_xdp_close(&end.xdp), 0, "close");
	is(netring_xdp_close(&end.xdp), 0, "close again");
	to_stack(500, "all is closed");
}

int main(void)
{
	int i;

	xdp_wire(1);
	spy = must(spy_open(NEAR, 0), "a look at the stack");
	for (i = 0; i < XDP_WAYS; i++) {
		torn_down(&xdp_ways[i]);
		in_steps(&xdp_ways[i]);
	}
	return done_testing();
}
