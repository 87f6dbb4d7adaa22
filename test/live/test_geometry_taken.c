/* SPDX-License-Identifier: MIT */
/* test_geometry_taken.c - computed sizes are taken, others have a reason. */
#define _GNU_SOURCE
#include "live.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <linux/if_packet.h>

#define REQUESTS 3000
#define RINGS 40
#define MOST (4u << 20)

static uint32_t state = 1;

static uint32_t random_below(uint32_t n)
{
	state = state * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)state * n >> 32);
}

static uint32_t one_of(uint32_t a, uint32_t b, uint32_t c)
{
	uint32_t i = random_below(3);

	return i == 0 ? a : i == 1 ? b : c;
}

static struct netring_geometry_request random_request(void)
{
	uint32_t page = (uint32_t)getpagesize();
	struct netring_geometry_request r;

	memset(&r, 0, sizeof(r));
	r.fixed_slots = (int)random_below(2);
	r.memory = one_of(0, random_below(MOST), (1 + random_below(64)) * page);
	if (random_below(2))
		r.block_size = one_of(page << random_below(6),
				      page * (1 + random_below(20)),
				      random_below(100000));
	if (random_below(3) == 0)
		r.block_count = random_below(12);
	if (random_below(2))
		r.frame_size = one_of(random_below(300),
				      16 * random_below(1200),
				      128u << random_below(8));
	if (random_below(3) == 0)
		r.max_packet = random_below(70000);
	return r;
}

/* A ring of the kernel's on a socket of its own; given back at once. */
static int kernel_takes(int fixed_slots, const struct netring_geometry *g)
{
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	int version = fixed_slots ? TPACKET_V2 : TPACKET_V3, r;
	struct tpacket_req3 request;

	if (fd < 0)
		return -errno;
	memset(&request, 0, sizeof(request));
	request.tp_block_size = g->block_size;
	request.tp_block_nr = g->block_count;
	request.tp_frame_size = g->frame_size;
	request.tp_frame_nr = g->frame_count;
	r = setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version,
		       sizeof(version));
	if (r >= 0)
		r = setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request,
			       fixed_slots ? sizeof(struct tpacket_req) :
					     sizeof(request));
	r = r < 0 ? -errno : 0;
	close(fd);
	return r;
}

struct sums {
	uint32_t accepted, refused, wrong, unexplained, stingy, over;
};

static void one(struct sums *sums)
{
	struct netring_geometry_request req = random_request();
	struct netring_geometry g;
	uint32_t page = (uint32_t)getpagesize();
	int r = netring_geometry_compute(&g, &req);

	if (r < 0) {
		sums->refused++;
		sums->unexplained += g.reason == NETRING_GEOMETRY_OK ||
				     !netring_geometry_explain(g.reason)[0];
		/* with nothing to complain of it would have to be computed */
		sums->stingy += !req.block_size && !req.block_count &&
				!req.frame_size && req.max_packet < 2000 &&
				(req.memory == 0 || req.memory >= 16 * page);
		return;
	}
	sums->accepted++;
	/* the budget holds unless a number of blocks was asked for */
	sums->over += !req.block_count && req.memory &&
		      (uint64_t)g.block_size * g.block_count > req.memory;
	if ((uint64_t)g.block_size * g.block_count > MOST)
		return;
	r = kernel_takes(req.fixed_slots, &g);
	if (r < 0) {
		sums->wrong++;
		diag("%s: %d for blocks %u x %u, frames %u x %u",
		     req.fixed_slots ? "V2" : "V3", r, g.block_count,
		     g.block_size, g.frame_count, g.frame_size);
	}
}

#define MOST_WORKERS 20u /* as a ring costs a wait in the kernel */
#define WORKERS ((int)live_share(MOST_WORKERS)) /* and memory */

static struct sums fuzz(void)
{
	struct sums *all = mmap(NULL, WORKERS * sizeof(*all),
				PROT_READ | PROT_WRITE,
				MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sums sum = { 0 };
	pid_t workers[MOST_WORKERS];
	int i, k;

	for (i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		if (workers[i])
			continue;
		state = (uint32_t)i * 2654435761u;
		for (k = 0; k < REQUESTS / WORKERS; k++)
			one(&all[i]);
		_exit(0);
	}
	for (i = 0; i < WORKERS; i++) {
		must(wire_wait(workers[i]), "a worker");
		sum.accepted += all[i].accepted;
		sum.refused += all[i].refused;
		sum.wrong += all[i].wrong;
		sum.unexplained += all[i].unexplained;
		sum.stingy += all[i].stingy;
		sum.over += all[i].over;
	}
	return sum;
}

/* The same through open: rings that work, or step GEOMETRY and the reason. */
static void opened(void)
{
	struct netring_geometry_request req;
	struct netring_capture_config cfg;
	struct netring_capture cap;
	struct netring_geometry g;
	uint32_t received = 0, opens = 0, refused = 0, other = 0;
	uint8_t frame[64];
	struct netring_packet pkt;
	int fd = must(wire_open(FAR), "a sending socket"), i, r;

	wire_frame(frame, sizeof(frame), WIRE_TYPE, 0);
	for (i = 0; i < RINGS; i++) {
		req = random_request();
		req.max_packet = 0;
		memset(&cfg, 0, sizeof(cfg));
		cfg.interface = NEAR;
		cfg.protocol = WIRE_TYPE;
		cfg.retire_ms = 1;
		cfg.memory = req.memory;
		cfg.block_size = req.block_size;
		cfg.block_count = req.block_count;
		cfg.frame_size = req.frame_size;
		cfg.flags = req.fixed_slots ? NETRING_CAPTURE_IMMEDIATE : 0;
		r = netring_geometry_compute(&g, &req);
		if (netring_capture_open(&cap, &cfg) < 0) {
			refused++;
			other += r >= 0 || cap.step != NETRING_STEP_GEOMETRY ||
				 cap.reason != g.reason;
			continue;
		}
		opens++;
		other += r < 0 || netring_capture_geometry(&cap)->frame_count !=
					  g.frame_count;
		must(wire_send(fd, frame, sizeof(frame)), "send");
		received += netring_capture_receive(
				    &cap, &pkt, netring_clock_ms() + 1000) == 1;
		netring_capture_close(&cap);
	}
	close(fd);
	ok(opens > 5 && refused > 5, "%u opened, %u refused", opens, refused);
	is(other, 0, "as netring_geometry_compute() says, with its reason");
	is(received, opens, "each ring that opens receives");
}

int main(void)
{
	struct sums s;

	live_begin();
	live_wire();
	s = fuzz();
	diag("of %d requests %u accepted, %u refused", REQUESTS, s.accepted,
	     s.refused);
	ok(s.accepted > REQUESTS / 5 && s.refused > REQUESTS / 5,
	   "both happen");
	is(s.wrong, 0, "what is accepted, the kernel takes");
	is(s.over, 0, "within the budget");
	is(s.unexplained, 0, "what is refused has a reason");
	is(s.stingy, 0, "and nothing is refused without need");
	opened();
	return done_testing();
}
