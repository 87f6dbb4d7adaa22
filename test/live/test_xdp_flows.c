/* SPDX-License-Identifier: MIT */
/* test_xdp_flows.c - only what is listed comes; all else is the stack's. */
#define _GNU_SOURCE
#include "packet_shapes.h"
#include "spy_socket.h"
#include "xdp_end.h"

#include <errno.h>
#include <string.h>

#define MOST 128 /* shapes, and then two more */

static struct {
	uint8_t bytes[SHAPE_SIZE];
	size_t length;
	int socket, stack, damaged;
} sent[MOST];
static int wire, spy;

static void send_one(int i, const struct shape *s)
{
	memset(&sent[i], 0, sizeof(sent[i]));
	sent[i].length = shape_put(sent[i].bytes, s, (uint32_t)i);
	must(wire_send(wire, sent[i].bytes, sent[i].length), "send %s",
	     s->name);
}

static void came(const uint8_t *bytes, size_t length, int socket)
{
	uint32_t i = length < 14 ? MOST : wire_get32(bytes + 8);

	if (i >= MOST) {
		diag("  %zu bytes, not of ours", length);
		return;
	}
	sent[i].socket += socket;
	sent[i].stack += !socket;
	sent[i].damaged += length != sent[i].length ||
			   memcmp(bytes, sent[i].bytes, length) != 0;
}

static void drain_socket(struct netring_xdp *xdp, int ms)
{
	struct netring_xdp_packet pkt;

	(void)netring_xdp_rx_wait(&xdp->rx, ms);
	while (netring_xdp_rx_next(&xdp->rx)) {
		while (netring_xdp_rx_packet(&xdp->rx, &pkt))
			came(pkt.data, pkt.len, 1);
		netring_xdp_rx_release(&xdp->rx);
	}
}

/* One of every shape, then one more for the socket, and one for the stack:
 * once these are there, so is all that will ever be. */
static void all_shapes(struct xdp_end *end, int list, int except)
{
	static uint8_t got[SHAPE_SIZE + 8];
	int i, n;

	for (i = 0; i < shape_count; i++)
		send_one(i, &shapes[i]);
	send_one(shape_count, except ? &shape_unlisted : &shape_listed);
	send_one(shape_count + 1, except ? &shape_listed : &shape_unlisted);
	while (!sent[shape_count + 1].stack &&
	       (n = spy_read(spy, got, sizeof(got), xdp_patience())) > 0)
		came(got, (size_t)n, 0);
	ok(sent[shape_count + 1].stack, "the last for the stack came there");
	if (list == 2)
		drain_socket(&end->xdp, 0);
	else
		while (!sent[shape_count].socket &&
		       netring_xdp_rx_wait(&end->xdp.rx, xdp_patience()) > 0)
			drain_socket(&end->xdp, 0);
	is(sent[shape_count].socket, list != 2, "the last for the socket, too");
}

static void judge(int i, int want)
{
	static const char *const names[] = { "nowhere", "the socket",
					     "the stack" };

	ok(sent[i].socket == (want == SOCKET) &&
		   sent[i].stack == (want == STACK) && !sent[i].damaged,
	   "%s: to %s", shapes[i].name, names[want]);
	if (sent[i].socket != (want == SOCKET) ||
	    sent[i].stack != (want == STACK) || sent[i].damaged)
		diag("  socket %d, stack %d, changed %d", sent[i].socket,
		     sent[i].stack, sent[i].damaged);
}

/* @except: the list says what is not for the socket. */
static void with_list(const struct xdp_way *way, int list, int except)
{
	const struct shape_flow *flow;
	static struct xdp_end end;
	int i, want;

	diag("%s, %slist %d", way->name, except ? "all but " : "", list);
	memset(&end, 0, sizeof(end));
	end.program.flows = 16;
	if (except)
		end.program.flags = NETRING_XDP_PROGRAM_EXCEPT;
	xdp_open(&end, way);
	for (flow = shape_lists[list]; flow->protocol; flow++)
		must(netring_xdp_program_add(&end.steer, flow->protocol,
					     flow->port),
		     "list");
	spy_flush(spy, 0);
	all_shapes(&end, list, except);
	for (i = 0; i < shape_count; i++) {
		want = shapes[i].want[list & 1];
		if (want && list > 1)
			want = STACK;
		if (want && except)
			want = want == STACK ? SOCKET : STACK;
		if (want || !except) /* else a mode may drop it before */
			judge(i, want);
	}
	xdp_close(&end);
}

/* Frames of one type, and then of another, with up to two tags. */
static void types(const struct xdp_way *way, int except)
{
	static const uint32_t tags[] = { 0x81000005, 0x88a80006 };
	static struct xdp_end end;
	uint8_t got[100];
	int i, n, socket;

	diag("%s, %sa type", way->name, except ? "all but " : "");
	memset(&end, 0, sizeof(end));
	memset(sent, 0, sizeof(sent));
	end.program.flows = 4;
	if (except)
		end.program.flags = NETRING_XDP_PROGRAM_EXCEPT;
	xdp_open(&end, way);
	must(netring_xdp_program_add_type(&end.steer, WIRE_TYPE), "list");
	must(netring_xdp_program_add_type(&end.steer, 0x0806), "list");
	must(netring_xdp_program_add(&end.steer, 0x88, 0xb6 << 8), "a port");
	must(netring_xdp_program_remove_type(&end.steer, 0x0806), "not it");
	is(netring_xdp_program_remove_type(&end.steer, 0x0806), -ENOENT,
	   "once is enough");
	spy_flush(spy, 0);
	for (i = 0; i < 6; i++) { /* each with 0, 1 and 2 tags */
		sent[i].length = 60;
		memset(sent[i].bytes, 0, 60);
		memcpy(sent[i].bytes, near_mac, 6);
		wire_put32(sent[i].bytes + 8, (uint32_t)i);
		for (n = 0; n < i / 2; n++)
			wire_put32(sent[i].bytes + 12 + 4 * n, tags[n]);
		wire_put16(sent[i].bytes + 12 + 4 * n,
			   i & 1 ? WIRE_OTHER : WIRE_TYPE);
		must(wire_send(wire, sent[i].bytes, 60), "send");
	}
	for (i = 0;
	     i < 3 && (n = spy_read(spy, got, sizeof(got), xdp_patience())) > 0;
	     i++)
		came(got, (size_t)n, 0);
	drain_socket(&end.xdp, xdp_patience());
	for (i = 0; i < 6; i++) {
		socket = (i & 1) == except;
		ok(sent[i].socket == socket && sent[i].stack == !socket &&
			   !sent[i].damaged,
		   "%d tags, %s: to the %s", i / 2, i & 1 ? "other" : "listed",
		   socket ? "socket" : "stack");
	}
	xdp_close(&end);
}

int main(void)
{
	int i;

	xdp_wire(1);
	between(shape_count, 60, MOST - 2, "shapes");
	wire = must(wire_open(FAR), "a packet socket at the far end");
	spy = must(spy_open(NEAR, 0), "a look at the stack");
	for (i = 0; i < SHAPE_LISTS * 2; i++)
		with_list(&xdp_ways[i / SHAPE_LISTS * 2], i % SHAPE_LISTS, 0);
	for (i = 0; i < 4; i++) {
		with_list(&xdp_ways[i & 2], i & 1, 1);
		types(&xdp_ways[i & 2], i & 1);
	}
	return done_testing();
}
