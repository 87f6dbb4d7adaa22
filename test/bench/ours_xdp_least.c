/* SPDX-License-Identifier: MIT */
/* The least program that receives, by AF_XDP: for its size and start. */
#include <netring/netring.h>
#include <unistd.h>

NETRING_UMEM_AREA(area, 4096, 2048);

int main(int argc, char **argv)
{
	static const struct netring_umem_config memory = { NETRING_UMEM_OF(
		area) };
	static struct netring_umem umem;
	static struct netring_xdp_program program;
	static struct netring_xdp xdp;
	struct netring_xdp_program_config steer = { .interface =
							    argv[argc - 1] };
	struct netring_xdp_config cfg = { .interface = argv[argc - 1],
					  .umem = &umem,
					  .mode = NETRING_XDP_RX,
					  .rx_ring = 2048,
					  .fill_ring = 2048,
					  .program = &program };
	struct netring_xdp_packet pkt;
	unsigned int bytes = 0;

	if (netring_umem_init(&umem, &memory) < 0 ||
	    netring_xdp_program_open(&program, &steer) < 0 ||
	    netring_xdp_open(&xdp, &cfg) < 0 ||
	    netring_xdp_program_attach(&program) < 0 ||
	    write(1, "ready\n", 6) < 0)
		return 1;
	while (netring_xdp_rx_wait(&xdp.rx, NETRING_FOREVER) >= 0) {
		netring_xdp_rx_next(&xdp.rx);
		while (netring_xdp_rx_packet(&xdp.rx, &pkt))
			bytes += pkt.len;
		netring_xdp_rx_release(&xdp.rx);
	}
	return bytes & 0x7f;
}
