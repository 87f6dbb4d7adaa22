/* SPDX-License-Identifier: MIT */
/* xdp_send.c - the least program that sends by AF_XDP: a frame, for ever. */
#include <netring/netring.h>

NETRING_UMEM_AREA(area, 64, 2048);

int main(int argc, char **argv)
{
	static const struct netring_umem_config memory = {
		.memory = area.memory,
		.size = sizeof(area.memory),
		.table = area.table,
		.table_size = sizeof(area.table)
	};
	struct netring_umem umem;
	struct netring_xdp_config cfg = { .interface = argv[argc - 1],
					  .umem = &umem,
					  .mode = NETRING_XDP_TX };
	struct netring_xdp xdp;
	struct netring_xdp_frame frame;

	if (netring_umem_init(&umem, &memory) < 0 ||
	    netring_xdp_open(&xdp, &cfg) < 0)
		return 1;
	do {
		while (netring_xdp_tx_reserve(&xdp.tx, &frame) == 0) {
			__builtin_memset(frame.data, 0xff, 60);
			if (netring_xdp_tx_commit(&xdp.tx, &frame, 60) < 0)
				return 1;
		}
	} while (netring_xdp_tx_flush(&xdp.tx) >= 0);
	return netring_xdp_close(&xdp);
}
