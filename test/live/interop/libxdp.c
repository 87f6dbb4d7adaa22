/* SPDX-License-Identifier: MIT */
/* libxdp.c - the same frames through a socket of libxdp. */
#include "interop.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <xdp/xsk.h>

#include "../wire.h"

#define FRAMES 256
#define TRIES 100

static uint8_t memory[FRAMES * 4096] __attribute__((aligned(4096)));
static struct xsk_ring_prod fill, tx;
static struct xsk_ring_cons done, rx;

static const char *receive(struct xsk_socket *xsk, const char *far)
{
	struct pollfd p = { xsk_socket__fd(xsk), POLLIN, 0 };
	const struct xdp_desc *desc;
	uint8_t frame[100];
	uint32_t at, i, next = 0;
	int fd = wire_open(far);

	for (i = 0; i < LOT; i++) {
		wire_frame(frame, sizeof(frame), WIRE_TYPE, i);
		if (wire_send(fd, frame, sizeof(frame)) < 0)
			return "cannot send from the far end";
	}
	close(fd);
	while (next < LOT && poll(&p, 1, 2000) > 0) {
		if (!xsk_ring_cons__peek(&rx, 1, &at))
			continue;
		desc = xsk_ring_cons__rx_desc(&rx, at);
		if (wire_number(memory + desc->addr, desc->len) != next++)
			return "another packet than the next";
		xsk_ring_cons__release(&rx, 1);
	}
	return next == LOT ? NULL : "a packet is missing";
}

static const char *transmit(struct xsk_socket *xsk)
{
	uint32_t at, i, sent = 0;
	struct xdp_desc *desc;
	int tries;

	if (xsk_ring_prod__reserve(&tx, LOT, &at) != LOT)
		return "no room to send";
	for (i = 0; i < LOT; i++) {
		desc = xsk_ring_prod__tx_desc(&tx, at + i);
		desc->addr = (FRAMES / 2 + i) * 4096ull;
		desc->len = 100;
		wire_frame(memory + desc->addr, 100, WIRE_TYPE, i);
	}
	xsk_ring_prod__submit(&tx, LOT);
	for (tries = 0; sent < LOT && tries < TRIES; tries++) {
		(void)sendto(xsk_socket__fd(xsk), NULL, 0, MSG_DONTWAIT, NULL,
			     0);
		poll(NULL, 0, 1);
		i = xsk_ring_cons__peek(&done, LOT, &at);
		xsk_ring_cons__release(&done, i);
		sent += i;
	}
	return sent == LOT ? NULL : "a frame was not completed";
}

const char *through_libxdp(const char *near, const char *far)
{
	struct xsk_umem *umem;
	struct xsk_socket *xsk;
	const char *wrong;
	uint32_t at, i;
	int tries, r;

	/* libxdp goes on from what these hold */
	memset(&fill, 0, sizeof(fill));
	memset(&tx, 0, sizeof(tx));
	memset(&done, 0, sizeof(done));
	memset(&rx, 0, sizeof(rx));
	if (xsk_umem__create(&umem, memory, sizeof(memory), &fill, &done, NULL))
		return "libxdp: memory";
	for (tries = 0; tries < TRIES; tries++) {
		r = xsk_socket__create(&xsk, near, 0, umem, &rx, &tx, NULL);
		if (r != -EBUSY) /* the socket before is not quite gone */
			break;
		poll(NULL, 0, 5);
	}
	if (r < 0)
		return "libxdp: socket";
	xsk_ring_prod__reserve(&fill, LOT, &at);
	for (i = 0; i < LOT; i++)
		*xsk_ring_prod__fill_addr(&fill, at + i) = i * 4096ull;
	xsk_ring_prod__submit(&fill, LOT);
	wrong = receive(xsk, far);
	if (!wrong)
		wrong = transmit(xsk);
	xsk_socket__delete(xsk);
	xsk_umem__delete(umem);
	return wrong;
}
