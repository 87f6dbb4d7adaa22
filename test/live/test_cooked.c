/* SPDX-License-Identifier: MIT */
/* test_cooked.c - devices that are not Ethernet: tun, ipip, gre, sit, lo. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>

#define HERE 0x0a090001u
#define THERE 0x0a090002u
#define LENGTH 100u /* of a frame; the packet is 14 shorter */
#define PACKET (LENGTH - 14)

#define ARPHRD_NONE 65534
#define ARPHRD_LOOPBACK 772

static uint8_t frame[LENGTH];
static const uint8_t *const packet = frame + 14;

static int expect(const char *interface, uint32_t flags,
		  struct netring_capture *cap)
{
	int r = netring_capture_open(
		cap, &(struct netring_capture_config){ .interface = interface,
						       .flags = flags,
						       .retire_ms = 1 });

	must(r, "%s: open (%s)", interface, netring_step_name(cap->step));
	return r;
}

/* The next IPv4 packet; tunnels have things of their own to say. */
static int take(struct netring_capture *cap, struct netring_packet *pkt)
{
	int64_t end = netring_clock_ms() + 500;
	int r;

	do
		r = netring_capture_receive(cap, pkt, end);
	while (r == 1 && netring_packet_protocol(pkt) != 0x0800);
	return r;
}

static void tun(uint32_t flags)
{
	struct netring_capture cap;
	struct netring_packet pkt;
	int cooked = !!(flags & NETRING_CAPTURE_COOKED);
	const char *how = cooked ? "cooked" : "raw";
	int fd = net_tun("tun7");

	if (fd < 0) {
		skip(lacking(fd) ? lacking(fd) : strerror(-fd), "tun, %s", how);
		return;
	}
	must(net_up("tun7"), "up");
	expect("tun7", flags, &cap);
	is(netring_capture_hatype(&cap), ARPHRD_NONE, "%s, tun, %s: kind",
	   mode_name(flags), how);
	is(netring_capture_link_type(&cap),
	   cooked ? NETRING_LINKTYPE_LINUX_SLL2 : NETRING_LINKTYPE_RAW,
	   "the file's link type");
	is(write(fd, packet, PACKET), PACKET, "a packet in");
	if (is(take(&cap, &pkt), 1, "it comes")) {
		ok(pkt.len == PACKET && !memcmp(pkt.data, packet, PACKET),
		   "its bytes, from the network header on");
		is(netring_packet_protocol(&pkt), 0x0800, "IPv4");
		is(pkt.link->hatype, ARPHRD_NONE, "the link's kind");
		is(!!(pkt.flags & NETRING_PACKET_COOKED), cooked, "the flag");
		is(pkt.link->length, 0, "no address");
	}
	netring_capture_close(&cap);
	close(fd);
}

/* Cooked packets of Ethernet and of lo have no header either. */
static void ethernet(const char *interface, uint16_t hatype, uint32_t flags)
{
	struct netring_capture cap;
	struct netring_packet pkt;
	int on_wire = !strcmp(interface, NEAR);
	int fd = must(wire_open(on_wire ? FAR : interface), "a socket");

	expect(interface, flags | NETRING_CAPTURE_COOKED, &cap);
	is(netring_capture_hatype(&cap), hatype, "%s, %s, cooked: kind",
	   mode_name(flags), interface);
	is(netring_capture_link_type(&cap), NETRING_LINKTYPE_LINUX_SLL2,
	   "the file's link type");
	must(wire_send(fd, frame, LENGTH), "send");
	if (is(take(&cap, &pkt), 1, "a packet comes")) {
		ok(pkt.len == PACKET && !memcmp(pkt.data, packet, PACKET),
		   "its bytes, from the network header on");
		is(pkt.wire_len, PACKET, "their number");
		ok(pkt.link->length == 6 &&
			   !memcmp(pkt.link->address, far_mac, 6),
		   "the sender's address is beside it");
	}
	close(fd);
	netring_capture_close(&cap);
}

/* A tag that the kernel took out is beside a cooked packet, not in it. */
static void tagged(uint32_t flags)
{
	uint8_t longer[LENGTH + 4];
	struct netring_capture cap;
	struct netring_packet pkt;
	int fd = must(wire_open(FAR), "a socket");

	memcpy(longer, frame, 12);
	wire_put32(longer + 12, 0x81002005);
	memcpy(longer + 16, frame + 12, LENGTH - 12);
	expect(NEAR, flags | NETRING_CAPTURE_COOKED, &cap);
	must(wire_send(fd, longer, sizeof(longer)), "send");
	if (is(take(&cap, &pkt), 1, "%s, tagged, cooked: comes",
	       mode_name(flags))) {
		ok(pkt.flags & NETRING_PACKET_VLAN && pkt.vlan_tci == 0x2005 &&
			   pkt.vlan_tpid == 0x8100,
		   "the tag is told");
		is(netring_packet_restore_vlan(&pkt), 0, "nowhere to put it");
		is(pkt.len, PACKET, "nothing changes");
	}
	close(fd);
	netring_capture_close(&cap);
}

/* The far end sends what the tunnel takes out of its envelope. */
static void send_enveloped(uint8_t protocol)
{
	uint8_t outer[14 + 20 + 4 + PACKET];
	uint8_t *ip = outer + 14, *inner = ip + 20;
	int fd = must(wire_open(FAR), "a socket");

	memcpy(outer, frame, 14 + 20);
	if (protocol == 47) {
		wire_put32(inner, 0x0800); /* GRE: no options, IPv4 */
		inner += 4;
	}
	memcpy(inner, packet, PACKET);
	wire_put16(ip + 2, (uint16_t)(inner + PACKET - ip));
	ip[9] = protocol;
	wire_put16(ip + 10, 0);
	wire_put16(ip + 10, wire_fold(wire_sum(ip, 20, 0)));
	must(wire_send(fd, outer, (size_t)(inner + PACKET - outer)), "send");
	close(fd);
}

static void tunnel(const char *kind, uint8_t protocol, uint16_t hatype,
		   uint32_t flags)
{
	struct netring_capture cap;
	struct netring_packet pkt;
	int r = net_tunnel(kind, "tnl7", HERE, THERE);

	if (r < 0) {
		skip(lacking(r) ? lacking(r) : strerror(-r), "%s, cooked",
		     kind);
		return;
	}
	must(net_up("tnl7"), "up");
	expect("tnl7", flags | NETRING_CAPTURE_COOKED, &cap);
	is(netring_capture_hatype(&cap), hatype, "%s, %s: kind",
	   mode_name(flags), kind);
	is(netring_capture_link_type(&cap), NETRING_LINKTYPE_LINUX_SLL2,
	   "the file's link type");
	send_enveloped(protocol);
	if (is(take(&cap, &pkt), 1, "a packet comes")) {
		ok(pkt.len == PACKET && !memcmp(pkt.data, packet, PACKET),
		   "its bytes, without any envelope");
		is(pkt.link->type, NETRING_TYPE_HOST, "to this host");
		is(pkt.link->hatype, hatype, "the link's kind");
	}
	netring_capture_close(&cap);
	must(net_delete("tnl7"), "delete");
}

int main(void)
{
	int i;

	live_begin();
	live_wire();
	must(net_ipv4(NEAR, HERE, 24), "an address");
	wire_udp(frame, LENGTH, 1000, 1);
	for (i = 0; i < MODES; i++) {
		tun(mode_flags[i]);
		tun(mode_flags[i] | NETRING_CAPTURE_COOKED);
		ethernet(NEAR, 1, mode_flags[i]);
		ethernet("lo", ARPHRD_LOOPBACK, mode_flags[i]);
		tagged(mode_flags[i]);
		tunnel("ipip", 4, 768, mode_flags[i]);
		tunnel("gre", 47, 778, mode_flags[i]);
		tunnel("sit", 4, 776, mode_flags[i]);
	}
	return done_testing();
}
