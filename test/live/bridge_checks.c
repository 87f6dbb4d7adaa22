/* SPDX-License-Identifier: MIT */
/* bridge_checks.c - what is looked at of either bridge, between hosts.h. */
#include "bridge_checks.h"

#include "live.h"
#include "port_settings.h"
#include "spy_socket.h"

#include <string.h>

int bridge_told[2][5];

void bridge_frame(uint8_t *frame, uint32_t length, const uint32_t *tags)
{
	int i, n = 0;

	while (n < 2 && tags[n])
		n++;
	wire_frame(frame + 4 * n, length - 4 * (uint32_t)n, WIRE_TYPE, length);
	memmove(frame, frame + 4 * n, 12);
	for (i = 0; i < n; i++)
		wire_put32(frame + 12 + 4 * i, tags[i]);
}

void bridge_frame_to(uint8_t *frame, const char *mac, uint16_t type,
		     uint32_t number)
{
	wire_frame(frame, 60, type, number);
	memcpy(frame, mac, 6);
}

static void passes(const struct hosts *h, int from, const char *what)
{
	static uint32_t number;
	uint8_t frame[104];

	wire_frame(frame + 4, 100, WIRE_TYPE, ++number);
	memmove(frame, frame + 4, 12);
	wire_put32(frame + 12, 0x81000007);
	hosts_send(h, from, frame, sizeof(frame));
	ok(spy_is(h->spy[!from], frame, sizeof(frame)) &&
		   spy_quiet(h->spy[!from], 5) && spy_quiet(h->spy[from], 1),
	   "%s: a frame from %d passes, once", what, from);
}

void bridge_both_pass(const struct hosts *h, const char *what)
{
	passes(h, 0, what);
	passes(h, 1, what);
}

void bridge_set_offloads(int port, int gro, int tso)
{
	must(port_set(port_name[port], PORT_GRO, gro), "GRO");
	must(port_set(port_name[port], PORT_TSO, tso), "TSO");
}

void bridge_offloads_are(int port, int gro, int tso, const char *what)
{
	is(port_get(port_name[port], PORT_GRO) * 2 +
		   port_get(port_name[port], PORT_TSO),
	   gro * 2 + tso, "%s: GRO %d, TSO %d", what, gro, tso);
}

void bridge_event(void *user, int port, enum netring_port_event what)
{
	(void)user;
	bridge_told[port][what]++;
}

void bridge_told_is(int port, int down, int gone, int back, const char *what)
{
	int *t = bridge_told[port];
	int *other = bridge_told[!port];

	ok(t[NETRING_PORT_DOWN] == down && t[NETRING_PORT_GONE] == gone &&
		   t[NETRING_PORT_BACK] == back && !other[0] && !other[1] &&
		   !other[2],
	   "%s: told %d down, %d gone, %d back", what, down, gone, back);
	diag("  port %d: %d down, %d gone, %d back", port, t[NETRING_PORT_DOWN],
	     t[NETRING_PORT_GONE], t[NETRING_PORT_BACK]);
	memset(bridge_told, 0, sizeof(bridge_told));
}
