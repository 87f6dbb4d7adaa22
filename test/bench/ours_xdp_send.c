/* SPDX-License-Identifier: MIT */
/* ours_xdp_send.c - sends one frame for ever by AF_XDP, in copy mode. */
#include <errno.h>
#include <netring/netring.h>

#include "bench.h"
#include "packet.h"

#define FRAMES_MAX 8192
#define FRAME_SIZE 2048

NETRING_UMEM_AREA(area, FRAMES_MAX, FRAME_SIZE);

static struct netring_umem umem;
static struct netring_xdp xdp;
static uint64_t packets;

static int open_all(const char *device, uint32_t frames, uint32_t ring,
		    uint32_t budget)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(area),
					      .frame_size = FRAME_SIZE };
	struct netring_xdp_config config = { .interface = device };
	int r;

	if (frames)
		memory.size = (size_t)frames * FRAME_SIZE;
	config.umem = &umem;
	config.mode = NETRING_XDP_TX;
	config.bind[0] = NETRING_XDP_COPY;
	config.tx_ring = config.completion_ring = ring;
	config.tx_budget = budget;
	r = netring_umem_init(&umem, &memory);
	if (r >= 0)
		r = netring_xdp_open(&xdp, &config);
	if (r < 0)
		fprintf(stderr, "%s: %s\n", netring_step_name(xdp.step),
			strerror(-r));
	return r;
}

/* The frames hold the packet already. */
static uint32_t queue(uint32_t length, uint32_t batch)
{
	struct netring_xdp_frame frame;
	uint32_t count;

	for (count = 0; count < batch; count++)
		if (netring_xdp_tx_reserve(&xdp.tx, &frame) < 0 ||
		    netring_xdp_tx_commit(&xdp.tx, &frame, length) < 0)
			break;
	return count;
}

/* DEVICE LENGTH [FRAMES [RING [BATCH [BUDGET]]]]; 0: the library's default */
int main(int argc, char **argv)
{
	uint32_t length = (uint32_t)packet_argument(argc, argv, 2, 64);
	uint32_t frames = (uint32_t)packet_argument(argc, argv, 3, 128);
	uint32_t batch = (uint32_t)packet_argument(argc, argv, 5, 32);
	struct netring_xdp_stats stats = { 0 };
	uint32_t i;
	int r;

	bench_begin();
	if (argc < 2 || length < 14 || length > FRAME_SIZE ||
	    frames > FRAMES_MAX ||
	    open_all(argv[1], frames,
		     (uint32_t)packet_argument(argc, argv, 4, 0),
		     (uint32_t)packet_argument(argc, argv, 6, 0)) < 0)
		return 1;
	for (i = 0; i < (frames ? frames : FRAMES_MAX); i++)
		packet_make(area.memory + (size_t)i * FRAME_SIZE, length);
	bench_ready();
	for (r = 0; !bench_stop && r >= 0;) {
		packets += queue(length, batch);
		*bench_count = packets;
		r = netring_xdp_tx_flush(&xdp.tx);
	}
	if (r < 0)
		fprintf(stderr, "flush: %s\n", strerror(-r));
	netring_xdp_tx_drain(&xdp.tx, netring_clock_ms() + 100);
	netring_xdp_read_stats(&xdp, &stats);
	netring_xdp_close(&xdp);
	bench_end(stats.sent, stats.sent * length, packets - stats.sent);
	return r < 0;
}
