/* SPDX-License-Identifier: MIT */
/* netring.c - numbered frames through a socket of netring, both ways. */
#include "interop.h"

#include <netring/xdp.h>

#include <string.h>
#include <unistd.h>

#include "../spy_socket.h"
#include "../wire.h"

#define FRAMES 256
#define WAIT_MS 2000

NETRING_UMEM_AREA(area, FRAMES, 2048);

static const char *receive(struct netring_xdp *xdp, const char *far)
{
	struct netring_xdp_packet pkt;
	uint8_t frame[100];
	uint32_t next = 0, i;
	int fd = wire_open(far);

	for (i = 0; i < LOT; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		if (wire_send(fd, frame, sizeof(frame)) < 0)
			return "cannot send from the far end";
	}
	close(fd);
	while (next < LOT && netring_xdp_rx_wait(&xdp->rx, WAIT_MS) > 0) {
		netring_xdp_rx_next(&xdp->rx);
		while (netring_xdp_rx_packet(&xdp->rx, &pkt))
			if (wire_number(pkt.data, pkt.len) != next++)
				return "another packet than the next";
		netring_xdp_rx_release(&xdp->rx);
	}
	return next == LOT ? NULL : "a packet is missing";
}

static const char *transmit(struct netring_xdp *xdp, const char *far)
{
	struct netring_xdp_frame frame;
	struct spied spied;
	int spy = spy_open(far, 0);
	uint32_t i;

	memset(&spied, 0, sizeof(spied));
	for (i = 0; i < LOT; i++) {
		if (netring_xdp_tx_reserve(&xdp->tx, &frame) < 0)
			return "no frame to send";
		wire_frame(frame.data, 100, WIRE_TYPE, i);
		netring_xdp_tx_commit(&xdp->tx, &frame, 100);
	}
	if (netring_xdp_tx_flush(&xdp->tx) != 0)
		return "flush";
	spy_count(spy, &spied, LOT, WAIT_MS);
	close(spy);
	return spied.frames == LOT && !spied.damaged && !spied.unordered ?
		       NULL :
		       "a frame did not arrive";
}

const char *through_netring(const char *near, const char *far, const int *map,
			    struct netring_xdp_program *program)
{
	struct netring_umem_config memory = { NETRING_UMEM_OF(area),
					      .frame_size = 2048 };
	struct netring_umem umem;
	struct netring_xdp_config cfg = {
		.interface = near, .umem = &umem, .map = map, .program = program
	};
	struct netring_xdp xdp;
	const char *wrong = NULL;

	if (netring_umem_init(&umem, &memory) < 0)
		return "memory";
	if (netring_xdp_open(&xdp, &cfg) < 0)
		return netring_step_name(xdp.step);
	if (program && netring_xdp_program_attach(program) < 0)
		wrong = "attach";
	if (!wrong)
		wrong = receive(&xdp, far);
	if (!wrong)
		wrong = transmit(&xdp, far);
	netring_xdp_close(&xdp);
	return wrong;
}
