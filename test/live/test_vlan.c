/* SPDX-License-Identifier: MIT */
/* test_vlan.c - tags of every kind: told, and put back where they were. */
#define _GNU_SOURCE
#include "live.h"

#include <string.h>
#include <unistd.h>

#define BODY 80u

struct tag {
	uint16_t tpid, tci;
};

static const struct {
	const char *name;
	struct tag tags[2];
	int taken; /* does the kernel take the outer one out? */
} cases[] = {
	{ "no tag", { { 0, 0 } }, 0 },
	{ "802.1Q", { { 0x8100, 5 } }, 1 },
	{ "802.1ad", { { 0x88a8, 4094 } }, 1 },
	{ "QinQ", { { 0x88a8, 100 }, { 0x8100, 200 } }, 1 },
	{ "0x8100 twice", { { 0x8100, 0x6001 }, { 0x8100, 2 } }, 1 },
	{ "VID 0", { { 0x8100, 0 } }, 1 },
	{ "priority only", { { 0x8100, 0xa000 } }, 1 },
	{ "DEI and all", { { 0x8100, 0xffff } }, 1 },
	{ "0x9100", { { 0x9100, 7 } }, 0 },
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static size_t build(uint8_t *frame, size_t i)
{
	uint8_t body[BODY];
	size_t at = 12;
	int k;

	wire_frame(body, BODY, WIRE_TYPE, (uint32_t)i);
	memcpy(frame, body, 12);
	for (k = 0; k < 2 && cases[i].tags[k].tpid; k++, at += 4) {
		wire_put16(frame + at, cases[i].tags[k].tpid);
		wire_put16(frame + at + 2, cases[i].tags[k].tci);
	}
	memcpy(frame + at, body + 12, BODY - 12);
	return at + BODY - 12;
}

/* The next packet that a test sent; IPv6 has things of its own to say. */
static int take(struct netring_capture *cap, struct netring_packet *pkt)
{
	int64_t end = netring_clock_ms() + 500;
	int r;

	do
		r = netring_capture_receive(cap, pkt, end);
	while (r == 1 && pkt->data[0] == 0x33);
	return r;
}

static void incoming(uint32_t flags)
{
	uint8_t frame[BODY + 8];
	struct netring_capture cap;
	struct netring_packet pkt;
	const struct tag *tag;
	int fd = must(wire_open(FAR), "a sending socket");
	size_t i, length;

	diag("incoming, %s%s", mode_name(flags),
	     flags & NETRING_CAPTURE_VNET_HDR ? " with vnet header" : "");
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.flags = flags,
				.direction = NETRING_DIRECTION_IN,
				.retire_ms = 1 });
	for (i = 0; i < CASES; i++) {
		length = build(frame, i);
		tag = &cases[i].tags[0];
		must(wire_send(fd, frame, length), "send");
		if (!is(take(&cap, &pkt), 1, "%s came", cases[i].name))
			continue;
		is(!!(pkt.flags & NETRING_PACKET_VLAN), cases[i].taken,
		   "tag told");
		if (cases[i].taken)
			ok(pkt.vlan_tpid == tag->tpid &&
				   pkt.vlan_tci == tag->tci &&
				   pkt.len == length - 4,
			   "its numbers: %04x %04x", pkt.vlan_tpid,
			   pkt.vlan_tci);
		is(netring_packet_restore_vlan(&pkt), cases[i].taken,
		   "put back");
		ok(pkt.len == length && pkt.wire_len == length &&
			   !memcmp(pkt.data, frame, length),
		   "the bytes are those that were sent");
		is(netring_packet_restore_vlan(&pkt), 0, "and only once");
	}
	close(fd);
	netring_capture_close(&cap);
}

/* Sent here: the tag is where the sender put it. */
static void outgoing(uint32_t flags)
{
	uint8_t frame[BODY + 8];
	struct netring_capture cap;
	struct netring_packet pkt;
	int fd = must(wire_open(NEAR), "a sending socket");
	size_t i, length;

	diag("outgoing, %s", mode_name(flags));
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.flags = flags,
				.direction = NETRING_DIRECTION_OUT,
				.retire_ms = 1 });
	for (i = 0; i < CASES; i++) {
		length = build(frame, i);
		must(wire_send(fd, frame, length), "send");
		if (!is(take(&cap, &pkt), 1, "%s came", cases[i].name))
			continue;
		netring_packet_restore_vlan(&pkt);
		ok(pkt.len == length && !memcmp(pkt.data, frame, length),
		   "the bytes are those that were sent");
	}
	close(fd);
	netring_capture_close(&cap);
}

/* Through a VLAN device the tag is beside the bytes on the way out too. */
static void vlan_device(uint32_t flags, uint16_t tpid)
{
	uint8_t frame[BODY], wanted[BODY + 4];
	struct netring_capture cap;
	struct netring_packet pkt;
	int fd, r = net_vlan("nr0v", NEAR, 77, tpid);

	if (r < 0) {
		skip("not in this kernel", "a VLAN device, %04x", tpid);
		return;
	}
	must(net_up("nr0v"), "up");
	fd = must(wire_open("nr0v"), "a sending socket");
	live_open(&cap, &(struct netring_capture_config){
				.interface = NEAR,
				.flags = flags,
				.direction = NETRING_DIRECTION_OUT,
				.retire_ms = 1 });
	wire_frame(frame, BODY, WIRE_TYPE, 1);
	memcpy(wanted, frame, 12);
	wire_put16(wanted + 12, tpid);
	wire_put16(wanted + 14, 77);
	memcpy(wanted + 16, frame + 12, BODY - 12);
	must(wire_send(fd, frame, BODY), "send");
	if (is(take(&cap, &pkt), 1, "%s, VLAN device %04x: came",
	       mode_name(flags), tpid)) {
		diag("tag %s",
		     pkt.flags & NETRING_PACKET_VLAN ? "beside" : "in place");
		netring_packet_restore_vlan(&pkt);
		ok(pkt.len == BODY + 4 && !memcmp(pkt.data, wanted, BODY + 4),
		   "the bytes with the tag put back");
	}
	netring_capture_close(&cap);
	close(fd);
	net_delete("nr0v");
}

int main(void)
{
	int i;

	live_begin();
	live_wire();
	for (i = 0; i < MODES; i++) {
		incoming(mode_flags[i]);
		incoming(mode_flags[i] | NETRING_CAPTURE_VNET_HDR);
		outgoing(mode_flags[i]);
		vlan_device(mode_flags[i], 0x8100);
		vlan_device(mode_flags[i], 0x88a8);
	}
	return done_testing();
}
