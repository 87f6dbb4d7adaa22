/* SPDX-License-Identifier: MIT */
/* scripted_bridge.h - a bridge over rings in memory, a kernel at both ends. */
#ifndef NETRING_TEST_SCRIPTED_BRIDGE_H
#define NETRING_TEST_SCRIPTED_BRIDGE_H

#include "wrap.h"

#include "bridge.h"
#include "injector.h"

#define RX_SLOTS 16u
#define TX_SLOTS 4u
#define SLOT 512u
#define RX_MAC 96u   /* bytes in front of a packet: vnet header and tag fit */
#define BRIDGE_FD 30 /* and 31 */
#define RX_FD 32     /* and 33 */
#define TX_FD 34     /* and 35 */
#define START 5000000000000 /* ms */

/* A frame that arrives: to 02:..., from 06:..., type, counting bytes. */
struct arrival {
	uint32_t len;	   /* 0: 60 */
	uint32_t wire_len; /* 0: len */
	uint32_t status;   /* beside TP_STATUS_USER */
	uint16_t tpid, tci;
	uint16_t type;	    /* 0: 0x0800 */
	uint8_t link_local; /* its last byte, + 1 */
	uint8_t odd;	    /* place of a wrong byte in there, + 1 */
	uint8_t vnet[10];
	uint8_t mark; /* of the first payload byte */
};

/* What left, by the ring or by the socket without one. */
struct departure {
	uint8_t vnet[10];
	uint8_t bytes[SLOT];
	uint32_t len;
	int port;
	int by_sendto;
};

struct bridging {
	struct netring_bridge br;
	_Alignas(16) uint8_t rx[2][RX_SLOTS * SLOT];
	_Alignas(16) uint8_t tx[2][TX_SLOTS * SLOT];
	uint32_t rx_at[2], tx_at[2]; /* the kernel's places */
	int64_t now;

	int kick_error[2]; /* of a send() */
	int stuck[2];	   /* taken frames do not come back */
	uint32_t kicks[2];
	int sendto_error[2];
	int so_error[2];     /* POLLERR, until read */
	int down_after_poll; /* port 0: too late for the next one to tell */
	int index[2];	     /* of getsockname(); -1: gone */
	int up[2];
	uint32_t mtu;
	uint32_t drops; /* of PACKET_STATISTICS, once */
	int poll_error;
	int poll_errors; /* times; 0: always */
	int timeout;	 /* of the last poll, */
	short events[2];
	int polls;
	int stop_ready; /* the third descriptor */

	uint8_t queue[4][70000]; /* whole packets, of one port */
	int queue_port;
	uint32_t queue_len[4], queue_in, queue_out;

	struct departure left[256];
	uint32_t departed;
	struct {
		int port;
		enum netring_port_event event;
	} events_told[16];
	int told;
};

extern struct bridging b;

void bridging_begin(uint32_t flags);
void bridging_end(void);

/* A frame for @port's receive ring. Returns 0 when that is full. */
int arrive(int port, const struct arrival *frame);

/* Of a frame in segments of 100 bytes: little-endian, as the host's is. Its
 * headers are put in by arrive(), and by super_frame(). */
#define SUPER_FRAME                               \
	{                                         \
		1, 1, 54, 0, 100, 0, 34, 0, 16, 0 \
	}
void super_frame(uint8_t *bytes, uint32_t len);
int arrive_plain(int port, uint8_t mark);

/* Frames that are taken and stuck come back now. */
void unstick(int port);

struct netring_bridge_stats bridging_stats(int direction);

#endif
