/* SPDX-License-Identifier: MIT */
/* ours_lone.c - how late a lone packet is seen, by packet ring or AF_XDP. */
#include <errno.h>
#include <netring/netring.h>

#include "lone.h"

NETRING_UMEM_AREA(area, 2048, 2048);

static int fail(enum netring_step step, int error)
{
	fprintf(stderr, "%s: %s\n", netring_step_name(step), strerror(-error));
	return 1;
}

static int packet_ring(const char *device, int immediate)
{
	static struct netring_capture capture;
	struct netring_capture_config config = { .interface = device };
	struct netring_packet pkt;
	int r;

	config.flags = NETRING_CAPTURE_PROMISC;
	if (immediate)
		config.flags |= NETRING_CAPTURE_IMMEDIATE;
	r = netring_capture_open(&capture, &config);
	if (r < 0)
		return fail(capture.step, r);
	bench_ready();
	while (!bench_stop) {
		r = netring_capture_receive(&capture, &pkt, NETRING_FOREVER);
		if (r < 0)
			break;
		lone_take(pkt.data, pkt.len);
	}
	netring_capture_close(&capture);
	return r < 0 && r != -EINTR ? fail(NETRING_STEP_NONE, r) : 0;
}

static int af_xdp(const char *device)
{
	static struct netring_xdp_program program;
	static struct netring_umem umem;
	static struct netring_xdp xdp;
	struct netring_umem_config memory = { NETRING_UMEM_OF(area) };
	struct netring_xdp_program_config steer = { .interface = device };
	struct netring_xdp_config config = {
		.interface = device,
		.umem = &umem,
		.program = &program,
		.mode = NETRING_XDP_RX,
	};
	struct netring_xdp_packet pkt;
	int r;

	if ((r = netring_umem_init(&umem, &memory)) < 0 ||
	    (r = netring_xdp_program_open(&program, &steer)) < 0 ||
	    (r = netring_xdp_open(&xdp, &config)) < 0 ||
	    (r = netring_xdp_program_attach(&program)) < 0)
		return fail(program.step ? program.step : xdp.step, r);
	bench_ready();
	while (!bench_stop && r >= 0) {
		while (netring_xdp_rx_next(&xdp.rx)) {
			while (netring_xdp_rx_packet(&xdp.rx, &pkt))
				lone_take(pkt.data, pkt.len);
			netring_xdp_rx_release(&xdp.rx);
		}
		r = netring_xdp_rx_wait(&xdp.rx, NETRING_FOREVER);
	}
	netring_xdp_program_close(&program);
	netring_xdp_close(&xdp);
	return r < 0 && r != -EINTR ? fail(NETRING_STEP_NONE, r) : 0;
}

int main(int argc, char **argv)
{
	int r;

	bench_begin();
	if (argc < 3) {
		fprintf(stderr, "usage: %s immediate|default|xdp DEVICE\n",
			argv[0]);
		return 2;
	}
	r = strcmp(argv[1], "xdp") ?
		    packet_ring(argv[2], !strcmp(argv[1], "immediate")) :
		    af_xdp(argv[2]);
	if (!r)
		lone_end();
	return r;
}
