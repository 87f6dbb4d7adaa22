/* SPDX-License-Identifier: MIT */
/* injector_model.h - a send ring in memory, and a model of the kernel. */
#ifndef NETRING_TEST_INJECTOR_MODEL_H
#define NETRING_TEST_INJECTOR_MODEL_H

#include "capture_ring.h"

#include "injector.h"

#define TX_SLOTS 256u /* at most */
#define TX_KEYS 4096u
#define TX_START_MS 5000000u
#define TX_GAP 0xe7 /* what a block's rest is filled with */

struct tx_shape {
	uint32_t block_size;
	uint32_t blocks;
	uint32_t frame_size;
	int vnet;
	int header; /* of Ethernet? */
};

/* A slot as the kernel knows it. */
struct tx_kernel_slot {
	int sending;
	uint32_t key; /* the number of its timestamp */
};

/*
 * One injector, and the kernel's half: send(), sendmsg(), recvmsg(), the
 * clock and the MTU's ioctl() of these programs are defined here, and answered
 * by it as net/packet/af_packet.c does.
 */
struct tx {
	struct netring_injector inj;
	struct tx_shape shape;
	uint8_t *memory;
	size_t size;

	uint32_t head; /* the slot that the kernel looks at next */
	struct tx_kernel_slot slots[TX_SLOTS];
	uint32_t mtu;
	int gone; /* ENODEV from the ioctl */
	int no_carrier;
	uint32_t asked;	    /* times the MTU was read */
	uint64_t now_ms;    /* of clock_gettime() */
	int down;	    /* ENETDOWN, ENXIO */
	uint32_t at_once;   /* frames that a kick takes at most */
	int error;	    /* of a kick that reached that number */
	uint32_t kicks;	    /* send() and sendmsg() so far */
	uint64_t last_time; /* SCM_TXTIME of the last, or 0 */

	uint32_t key;				   /* numbers given to tries */
	uint32_t keys[TX_KEYS], keys_in, keys_out; /* stamps to be read */
	int stamps;

	/* Told of a frame that was taken, in order; and of a hole. */
	void (*taken)(struct tx *tx, uint32_t slot, const uint8_t *frame,
		      uint32_t len);
	void (*skipped)(struct tx *tx, uint32_t slot);
	/* Asked whether a frame is passed over in silence (PACKET_LOSS). */
	int (*refuses)(struct tx *tx, uint32_t slot, const uint8_t *frame);
	/* Told of the frame at the head that made a kick fail. */
	void (*failed)(struct tx *tx, uint32_t slot);
};

extern struct tx tx;

/* @number and @slot: where the injector and the kernel begin. */
void tx_make(const struct tx_shape *shape, uint32_t number, uint32_t slot);
void tx_free(void);

struct injector_slot *tx_slot(uint32_t slot);
uint32_t tx_count(void);

/* What a slot of this shape holds: bytes in front of data, and of data. */
uint32_t tx_front(void);
uint32_t tx_capacity(void);

/* The device is done with a slot: status is AVAILABLE and a clock's bit. */
void tx_complete(uint32_t slot);

/* Nothing was written where no slot is. */
void tx_check_gaps(void);

#endif
