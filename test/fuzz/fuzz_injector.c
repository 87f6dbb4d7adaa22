/* SPDX-License-Identifier: MIT */
/* fuzz_injector.c - a send ring whose slots the kernel may write as it likes. */
#include "fuzz.h"

#include "injector.h"

#define HELD 16u

enum {
	RESERVED,
	COMMITTED,
	REFUSED,
	DISCARDED,
	FLUSHED,
	DROPPED,
	STAMPED,
	NOT_OURS
};
const char *const fuzz_points[] = { "reserved",	 "committed", "refused",
				    "discarded", "flushed",   "dropped",
				    "stamped",	 "not_ours",  NULL };

static struct netring_injector inj;
static struct netring_frame held[HELD];
static uint32_t holders;
static int lies; /* also of the interface, else it stays as it is */

/* Of an interface that is up. */
static long true_ioctl(unsigned long what, struct nr_ifreq *request)
{
	if (what == NR_SIOCGIFMTU)
		request->u.mtu = (int32_t)inj.interface_.mtu;
	if (what == NR_SIOCGIFFLAGS)
		request->u.flags = NR_IFF_UP | NR_IFF_RUNNING;
	return 0;
}

static void tamper(void)
{
	uint32_t where = take8(), word = take8() & 7;
	struct injector_slot *slot =
		injector_slot(&inj, where % inj.geometry_.frame_count);

	/* status, len, state, retries, or what is behind them */
	((uint32_t *)(void *)slot)[word] = where & 0x80 ? take32() : take8();
}

static long kernel_call(long number, const long words[6])
{
	uint32_t what, i;

	if (number == SYS_ioctl && !lies)
		return true_ioctl((unsigned long)words[1],
				  (struct nr_ifreq *)words[2]);
	what = take8();
	if (what & 0x40)
		tamper();
	/* as it should: done with all */
	for (i = 0; what & 0x80 && i < inj.geometry_.frame_count; i++)
		if (injector_slot(&inj, i)->status == NR_TP_STATUS_SEND_REQUEST)
			injector_slot(&inj, i)->status = 0;
	return fuzz_lie(number, words);
}

static void reserve(void)
{
	struct netring_frame *frame = &held[holders];
	const uint8_t *end = inj.ring_ + inj.ring_size_;

	if (holders == HELD || netring_injector_reserve(&inj, frame) < 0)
		return;
	holders++;
	REACHED(RESERVED);
	CHECK(frame->data >= inj.ring_ && frame->data + frame->capacity <= end);
	CHECK(frame->capacity < inj.geometry_.frame_size);
	memset(frame->data, 0x81, frame->capacity);
	if (frame->vnet)
		take_bytes(frame->vnet, sizeof(*frame->vnet));
}

static void commit(uint32_t what)
{
	struct netring_frame frame;
	uint32_t len;
	int r;

	if (!holders)
		return;
	frame = held[what / 2 % holders];
	held[what / 2 % holders] = held[holders - 1];
	holders--;
	if (what & 1) {
		netring_injector_discard(&inj, &frame);
		REACHED(DISCARDED);
		return;
	}
	len = take8();
	r = netring_injector_commit(&inj, &frame, len);
	CHECK(r < 0 ||
	      len <= frame.capacity); /* nothing behind the slot goes */
	REACHED(r == 0 ? COMMITTED : r == -EBADF ? NOT_OURS : REFUSED);
}

static void stamp(void)
{
	struct netring_tx_timestamp out;

	if (netring_injector_read_timestamp(&inj, &out) == 1)
		REACHED(STAMPED);
}

static void step(uint32_t op, uint32_t what)
{
	static const uint8_t bytes[256];
	struct netring_injector_stats stats;

	switch (op) {
	case 0:
		tamper();
		break;
	case 1:
		reserve();
		break;
	case 2:
		commit(what);
		break;
	case 3:
		if (netring_injector_flush(&inj) >= 0)
			REACHED(FLUSHED);
		break;
	case 4:
		(void)netring_injector_pending(&inj);
		break;
	case 5:
		if (netring_injector_discard_pending(&inj) > 0)
			REACHED(DROPPED);
		break;
	case 6:
		stamp();
		break;
	case 7:
		(void)netring_injector_send(&inj, bytes, what,
					    netring_clock_ms() + (what & 3));
		break;
	case 8:
		(void)netring_injector_drain(&inj, netring_clock_ms() + 3);
		break;
	default:
		netring_injector_read_stats(&inj, &stats);
	}
}

static void begin(void)
{
	static const uint32_t sizes[] = { 96, 128, 112, 208 };
	uint32_t kind = take8(), below = take8();

	memset(&inj, 0, sizeof(inj));
	inj.geometry_.frame_size = sizes[kind & 3];
	inj.geometry_.block_size = kind & 4 ? 512 : 256;
	inj.geometry_.block_count = 1 + (kind >> 3 & 1);
	inj.slots_ = inj.geometry_.block_size / inj.geometry_.frame_size;
	inj.gap_ = inj.geometry_.block_size % inj.geometry_.frame_size;
	inj.geometry_.frame_count = inj.slots_ * inj.geometry_.block_count;
	/* what is behind the last slot is none of ours */
	inj.ring_size_ =
		(size_t)inj.geometry_.block_size * inj.geometry_.block_count -
		inj.gap_;
	inj.ring_ = exact(inj.ring_size_);
	inj.fd_ = 78;
	inj.interface_.mtu = kind & 128 ? 1500 : kind & 16 ? 20 : 100;
	inj.header_ = kind & 32 ? 14 : 0;
	inj.flags_ = kind & 64 ? NETRING_INJECTOR_VNET_HDR : 0;
	inj.head_ = inj.sent_ = inj.tail_ = inj.newest_ = 0u - below;
	lies = below > 127;
	inj.looked_ = (uint32_t)netring_clock_ms();
	inj.retry_ms_ = 3;
	inj.interface_.flags = NR_IFF_UP | NR_IFF_RUNNING;
	holders = 0;
	fuzz_kernel = kernel_call;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t op;

	input_begin(data, size);
	begin();
	while (input.left) {
		op = take8();
		fuzz_calls = 0;
		step(op % 10, op / 10);
		CHECK(inj.head_ - inj.tail_ <= inj.geometry_.frame_count);
		CHECK(inj.sent_ - inj.tail_ <= inj.head_ - inj.tail_);
		CHECK(inj.head_slot_ < inj.geometry_.frame_count);
		CHECK(inj.tail_slot_ < inj.geometry_.frame_count);
	}
	(void)netring_injector_close(&inj); /* frees the ring */
	return 0;
}
