/* SPDX-License-Identifier: MIT */
/* test_bytes.c - frames of every size arrive byte by byte, three ways. */
#define _GNU_SOURCE
#include "live.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST 14u
#define LAST 1514u
#define JUMBO 9014u
#define FRAMES (LAST - FIRST + 2) /* and one of JUMBO */
#define KEPT 3

enum way {
	BATCH,
	RECEIVE,
	DEADLINE
};
static const char *const way_names[] = { "batch by batch", "receive()",
					 "receive() until a deadline" };

struct result {
	uint32_t frames, bytes, lengths, times, links, flags, sequences;
	uint32_t order;
	int64_t before, after, last;
};

/* Copies of some packets, looked at after the capture is closed. */
static struct netring_packet kept[KEPT];
static _Alignas(8) uint8_t room[KEPT][JUMBO + NETRING_PACKET_COPY_ROOM];
static uint32_t kept_sizes[KEPT] = { FIRST, 600, JUMBO };

static uint32_t size_of(uint32_t i)
{
	return i < FRAMES - 1 ? FIRST + i : JUMBO;
}

static void send_frames(void)
{
	int fd = must(wire_open(FAR), "a sending socket");
	uint8_t frame[JUMBO];
	uint32_t i;

	for (i = 0; i < FRAMES; i++) {
		wire_frame(frame, size_of(i), WIRE_TYPE, i);
		must(wire_send(fd, frame, size_of(i)), "send %u", size_of(i));
		if (i % 256 == 255)
			live_sleep_ms(2); /* the kernel's backlog is 1000 */
	}
	close(fd);
}

static int link_is_right(const struct netring_packet *pkt)
{
	const struct netring_link *link = pkt->link;

	return link->family == AF_PACKET && link->hatype == 1 &&
	       link->type == NETRING_TYPE_HOST && link->length == 6 &&
	       !memcmp(link->address, far_mac, 6) &&
	       netring_packet_protocol(pkt) == WIRE_TYPE &&
	       link->ifindex == net_index(NEAR);
}

static void look(struct result *r, const struct netring_packet *pkt)
{
	int64_t time = (int64_t)pkt->sec * 1000000 + pkt->nsec / 1000;
	uint32_t size = size_of(r->frames), i;
	uint8_t frame[JUMBO];

	wire_frame(frame, size, WIRE_TYPE, r->frames);
	r->lengths += pkt->len == size && pkt->wire_len == size;
	r->bytes += pkt->len == size && !memcmp(pkt->data, frame, size);
	r->times += time >= r->last && time >= r->before - 1000 &&
		    time <= live_real_us() && pkt->nsec < 1000000000;
	r->last = time;
	r->links += link_is_right(pkt);
	r->flags += !(pkt->flags &
		      (NETRING_PACKET_VLAN | NETRING_PACKET_VNET |
		       NETRING_PACKET_COOKED | NETRING_PACKET_CSUM_PARTIAL)) &&
		    (uintptr_t)(pkt->data + 14) % 4 == 0 &&
		    !netring_packet_truncated(pkt);
	r->frames++;
	for (i = 0; i < KEPT; i++)
		if (kept_sizes[i] == size)
			netring_packet_copy(&kept[i], pkt, room[i],
					    sizeof(room[i]));
}

/* Batches have numbers without gap, and the times of their ends. */
static void take_batches(struct result *r, struct netring_capture *cap)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	uint32_t next = 0, n, times = 1, counts = 1, known = 0;

	while (r->frames < FRAMES &&
	       netring_capture_wait(cap, 500) == NETRING_EVENT_PACKETS) {
		if (!netring_capture_next(cap, &batch))
			continue;
		r->sequences += known && batch.sequence != next;
		known = 1;
		next = batch.sequence + 1;
		for (n = 0; netring_batch_next(&batch, &pkt); n++) {
			if (n == 0)
				times &= pkt.sec == batch.first_sec &&
					 pkt.nsec == batch.first_nsec;
			look(r, &pkt);
		}
		times &= pkt.sec == batch.last_sec &&
			 pkt.nsec == batch.last_nsec;
		counts &= n == batch.count && n > 0;
		netring_capture_release(cap);
	}
	is(r->sequences, 0, "sequence numbers go on without a gap");
	ok((int)counts, "each batch holds as many packets as it says");
	ok((int)times, "its times are those of its first and last packet");
}

static void take(struct result *r, struct netring_capture *cap, enum way way)
{
	struct netring_packet pkt;
	int64_t end = netring_clock_ms() + 2000;

	if (way == BATCH)
		take_batches(r, cap);
	while (way == RECEIVE && r->frames < FRAMES &&
	       netring_capture_receive(cap, &pkt, NETRING_FOREVER) == 1)
		look(r, &pkt);
	while (way == DEADLINE && r->frames < FRAMES &&
	       netring_capture_receive(cap, &pkt, end) == 1)
		look(r, &pkt);
}

static void check_kept(void)
{
	uint8_t frame[JUMBO];
	int i, same = 1;

	for (i = 0; i < KEPT; i++) {
		uint32_t size = kept_sizes[i];

		wire_frame(frame, size, WIRE_TYPE,
			   size == JUMBO ? FRAMES - 1 : size - FIRST);
		same &= kept[i].len == size && kept[i].wire_len == size &&
			!memcmp(kept[i].data, frame, size) &&
			link_is_right(&kept[i]) && kept[i].data >= room[i] &&
			kept[i].data + size <= room[i] + sizeof(room[i]);
	}
	ok(same, "copies tell all after the capture is closed");
}

static void every_size(uint32_t flags, enum way way)
{
	struct netring_capture_config cfg = { .interface = NEAR,
					      .flags = flags,
					      .memory = 16u << 20,
					      .protocol = WIRE_TYPE };
	struct netring_capture cap;
	struct result r;

	if (flags & NETRING_CAPTURE_IMMEDIATE)
		cfg.frame_size = 9216;
	live_open(&cap, &cfg);
	memset(&r, 0, sizeof(r));
	memset(kept, 0, sizeof(kept));
	r.before = r.last = live_real_us();
	send_frames();
	take(&r, &cap, way);
	netring_capture_close(&cap);
	diag("%s, %s", mode_name(flags), way_names[way]);
	is(r.frames, FRAMES, "frames of 14 to 1514 bytes and of 9014");
	is(r.lengths, FRAMES, "their lengths, none truncated");
	is(r.bytes, FRAMES, "their bytes");
	is(r.times, FRAMES, "times that rise, between sent and seen");
	is(r.links, FRAMES, "the link's record");
	is(r.flags, FRAMES,
	   "no flag that says otherwise, the IP header aligned");
	check_kept();
}

int main(void)
{
	enum way way;

	live_begin();
	live_wire();
	must(net_mtu(NEAR, 9000), "MTU");
	must(net_mtu(FAR, 9000), "MTU");
	for (way = BATCH; way <= DEADLINE; way++) {
		every_size(0, way);
		every_size(NETRING_CAPTURE_IMMEDIATE, way);
	}
	return done_testing();
}
