/* SPDX-License-Identifier: MIT */
/* ours_xdp_receive.c - counts what an AF_XDP socket receives. */
#include <errno.h>
#include <netring/netring.h>

#include "bench.h"
#include "packet.h"

#define FRAMES_MAX 16384

NETRING_UMEM_AREA(area, FRAMES_MAX, 2048);

static struct netring_xdp_program program;
static struct netring_umem umem;
static struct netring_xdp xdp;
static uint64_t packets, bytes;

static void take(unsigned long work_ns)
{
	struct netring_xdp_packet pkt;

	while (netring_xdp_rx_packet(&xdp.rx, &pkt)) {
		packets++;
		bytes += pkt.len;
		packet_work(work_ns);
	}
	netring_xdp_rx_release(&xdp.rx);
	*bench_count = packets;
}

static int run(int polls, unsigned long work_ns)
{
	int r = 0;

	while (!bench_stop && r >= 0) {
		while (netring_xdp_rx_next(&xdp.rx) && !bench_stop)
			take(work_ns);
		if (polls && !bench_stop)
			r = netring_xdp_rx_wait(&xdp.rx, NETRING_FOREVER);
	}
	return r == -EINTR ? 0 : r;
}

static int open_all(const char *device, uint32_t frames, uint32_t ring,
		    uint16_t gather_us)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(area) };
	struct netring_xdp_program_config steer = { .interface = device };
	struct netring_xdp_config config = { .interface = device };
	int r;

	memory.size = (size_t)frames * 2048;
	config.umem = &umem;
	config.program = &program;
	config.mode = NETRING_XDP_RX;
	config.rx_ring = ring;
	config.fill_ring = ring;
	config.gather_us = gather_us;
	if ((r = netring_umem_init(&umem, &memory)) < 0 ||
	    (r = netring_xdp_program_open(&program, &steer)) < 0 ||
	    (r = netring_xdp_open(&xdp, &config)) < 0 ||
	    (r = netring_xdp_program_attach(&program)) < 0)
		fprintf(stderr, "%s: %s\n",
			netring_step_name(program.step ? program.step :
							 xdp.step),
			strerror(-r));
	return r;
}

/* DEVICE [POLL [FRAMES [RING [WORK_NS [GATHER_US]]]]] */
int main(int argc, char **argv)
{
	struct netring_xdp_stats stats = { 0 };
	int r;

	bench_begin();
	if (argc < 2 ||
	    open_all(argv[1], (uint32_t)packet_argument(argc, argv, 3, 2048),
		     (uint32_t)packet_argument(argc, argv, 4, 0),
		     (uint16_t)packet_argument(argc, argv, 6, 0)) < 0)
		return 1;
	bench_ready();
	r = run((int)packet_argument(argc, argv, 2, 0),
		packet_argument(argc, argv, 5, 0));
	if (r < 0)
		fprintf(stderr, "%s\n", strerror(-r));
	netring_xdp_read_stats(&xdp, &stats);
	netring_xdp_program_close(&program);
	netring_xdp_close(&xdp);
	bench_end(packets, bytes, stats.rx_dropped + stats.rx_ring_full);
	return r < 0;
}
