/* SPDX-License-Identifier: MIT */
/* cards.h - the network cards that boot.sh gives to some machines. */
#ifndef VM_CARDS_H
#define VM_CARDS_H

#include <netring/umem_count.h>
#include <netring/xdp.h>
#include <netring/xdp_program.h>

#include "../live/live.h"

#define CARD_FRAMES 1024u /* of a UMEM */

extern const char card[4][5]; /* eth0 .. eth3; 0 and 1 on a wire, 2 and 3 */

/* At the start of main(): to the namespace that has the cards, where @count of
 * them are up and no stack answers; skips all where there are none. */
void cards_begin(int count);

/* Memory number @area of three, a socket that must be bound as @bind, and,
 * unless it only sends, the program that steers all packets to it. */
struct card_end {
	struct netring_umem umem;
	struct netring_xdp_program steer;
	struct netring_xdp xdp;
};
void card_memory(struct netring_umem *umem, int area, uint32_t frames,
		 uint32_t frame_size);
void card_open(struct card_end *end, const char *name,
	       enum netring_xdp_mode mode, enum netring_xdp_bind bind);
void card_close(struct card_end *end);

/* As the kernel says itself (XDP_OPTIONS). */
int card_is_zero_copy(const struct netring_xdp *xdp);

/* How many frames are not free, nor to be received into; -1: books wrong. */
int card_busy(const struct netring_umem *umem);

/* Queue numbered frames and send them: how many. */
uint32_t card_give(struct netring_xdp *xdp, uint32_t first, uint32_t count);
/* What is there now; @kept: keep their frames, their addresses go here. */
uint32_t card_take(struct tally *t, struct netring_xdp *xdp, uint64_t *kept);
/* Until @want are there or nothing came for @ms. */
void card_tally(struct tally *t, struct netring_xdp *xdp, uint32_t want,
		int ms);

#endif
