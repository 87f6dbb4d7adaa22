/* SPDX-License-Identifier: MIT */
/* injector_model.c - a send ring in memory, and a model of the kernel. */
#include "injector_model.h"

#include <sys/syscall.h>

#include "guarded_memory.h"
#include "syscall_hook.h"

#include <linux/if.h>
#include <linux/sockios.h>

struct tx tx;

uint32_t tx_count(void)
{
	return tx.shape.block_size / tx.shape.frame_size * tx.shape.blocks;
}

struct injector_slot *tx_slot(uint32_t slot)
{
	uint32_t in_block = tx.shape.block_size / tx.shape.frame_size;

	return (void *)(tx.memory +
			(size_t)(slot / in_block) * tx.shape.block_size +
			(size_t)(slot % in_block) * tx.shape.frame_size);
}

uint32_t tx_front(void)
{
	return 32u + 10u;
}

uint32_t tx_capacity(void)
{
	return tx.shape.frame_size - tx_front();
}

/* Of the interface 7, whose name is eth7, or something else by now. */
static int read_interface(int fd, unsigned long request, struct nr_ifreq *of)
{
	assert_int_equal(fd, 77);
	tx.asked += request == SIOCGIFNAME;
	if (tx.gone) {
		errno = ENODEV;
		return -1;
	}
	if (request == SIOCGIFNAME) {
		assert_int_equal(of->u.ifindex, 7);
		memcpy(of->name, "wan0", 5);
		return 0;
	}
	assert_string_equal(of->name, "wan0");
	if (request == SIOCGIFMTU) {
		of->u.mtu = (int32_t)tx.mtu;
	} else if (request == SIOCGIFFLAGS) {
		of->u.flags = tx.no_carrier ? IFF_UP : IFF_UP | IFF_RUNNING;
	} else if (request == SIOCETHTOOL) {
		((uint32_t *)of->u.data)[1] = 0; /* ETHTOOL_GLINK */
	} else if (request == SIOCGIFINDEX) {
		of->u.ifindex = 7;
	} else {
		assert_int_equal(request, SIOCGIFHWADDR);
	}
	return 0;
}

static long answer(long number, const long words[6])
{
	if (number == SYS_ioctl)
		return read_interface((int)words[0], (unsigned long)words[1],
				      (struct nr_ifreq *)words[2]);
	if (number == SYS_munmap)
		return munmap((void *)words[0], (size_t)words[1]);
	assert_int_equal(number, SYS_close);
	return close((int)words[0]);
}

void tx_make(const struct tx_shape *shape, uint32_t number, uint32_t slot)
{
	struct netring_injector *inj = &tx.inj;
	uint32_t i;

	direct = answer;
	memset(&tx, 0, sizeof(tx));
	tx.shape = *shape;
	tx.size = (size_t)shape->block_size * shape->blocks;
	tx.memory = guarded_map(tx.size);
	memset(tx.memory, TX_GAP, tx.size);
	assert_true(tx_count() <= TX_SLOTS);
	for (i = 0; i < tx_count(); i++)
		memset(tx_slot(i), 0, shape->frame_size);
	tx.mtu = 100;
	tx.now_ms = TX_START_MS;
	tx.at_once = UINT32_MAX;
	tx.head = slot;

	inj->fd_ = 78;
	inj->ring_ = tx.memory;
	inj->ring_size_ = tx.size;
	inj->geometry_.block_size = shape->block_size;
	inj->geometry_.block_count = shape->blocks;
	inj->geometry_.frame_size = shape->frame_size;
	inj->geometry_.frame_count = tx_count();
	inj->slots_ = shape->block_size / shape->frame_size;
	inj->gap_ = shape->block_size % shape->frame_size;
	inj->head_ = inj->sent_ = inj->tail_ = number;
	inj->newest_ = number;
	inj->head_slot_ = inj->tail_slot_ = slot;
	inj->flags_ = shape->vnet ? NETRING_INJECTOR_VNET_HDR : 0;
	inj->interface_.mtu = tx.mtu;
	inj->interface_.ifindex = 7;
	inj->interface_.flags = IFF_UP | IFF_RUNNING;
	inj->looked_ = TX_START_MS;
	inj->retry_ms_ = 1u << 30;
	inj->header_ = shape->header ? 14 : 0;
}

void tx_free(void)
{
	guarded_unmap(tx.memory, tx.size);
}

void tx_check_gaps(void)
{
	uint32_t in_block = tx.shape.block_size / tx.shape.frame_size;
	uint32_t used = in_block * tx.shape.frame_size, block, i;

	for (block = 0; block < tx.shape.blocks; block++)
		for (i = used; i < tx.shape.block_size; i++)
			assert_int_equal(
				tx.memory[(size_t)block * tx.shape.block_size +
					  i],
				TX_GAP);
}

void tx_complete(uint32_t slot)
{
	static const uint32_t clocks[] = { 0, 0x20000000, 0x80000000 };
	struct tx_kernel_slot *k = &tx.slots[slot];

	assert_int_equal(tx_slot(slot)->status, NR_TP_STATUS_SENDING);
	assert_true(k->sending);
	k->sending = 0;
	tx_slot(slot)->status = clocks[random_below(3)];
	if (!tx.stamps)
		return;
	tx.keys[tx.keys_in++ % TX_KEYS] = k->key;
	assert_true(tx.keys_in - tx.keys_out <= TX_KEYS);
}

/* What PACKET_LOSS passes over; with a vnet header not what is too long, and
 * without a link header not even a frame of no bytes. */
static int refused(uint32_t len)
{
	return tx.shape.header && len < 14;
}

static int kick(void)
{
	uint32_t sent = 0, taken = 0, len, vnet = 10;
	const uint8_t *frame;
	struct injector_slot *slot;

	tx.kicks++;
	if (tx.down) {
		errno = tx.down;
		return -1;
	}
	for (;; tx.head = (tx.head + 1) % tx_count()) {
		slot = tx_slot(tx.head);
		if (slot->status != NR_TP_STATUS_SEND_REQUEST)
			return (int)sent;
		frame = (uint8_t *)slot + tx_front();
		len = slot->len < vnet ? 0 : slot->len - vnet;
		assert_true(len <= tx_capacity());
		if (slot->len < vnet) {
			/* not looked at so far that it gets a number */
			slot->status = NR_TP_STATUS_AVAILABLE;
			if (tx.skipped)
				tx.skipped(&tx, tx.head);
			continue;
		}
		if (taken >= tx.at_once && !refused(len)) {
			if (!tx.error)
				return (int)sent;
			tx.key += tx.error != EAGAIN;
			if (tx.failed)
				tx.failed(&tx, tx.head);
			errno = tx.error;
			return -1;
		}
		tx.slots[tx.head].key = tx.key++;
		if (tx.refuses && tx.refuses(&tx, tx.head, frame)) {
			slot->status = NR_TP_STATUS_AVAILABLE;
			continue;
		}
		if (refused(len)) {
			slot->status = NR_TP_STATUS_AVAILABLE;
			if (tx.skipped)
				tx.skipped(&tx, tx.head);
			continue;
		}
		assert_false(tx.slots[tx.head].sending);
		slot->status = NR_TP_STATUS_SENDING;
		tx.slots[tx.head].sending = 1;
		if (tx.taken)
			tx.taken(&tx, tx.head, frame, len);
		sent += len;
		taken++;
	}
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	if (!tx.memory) /* a program without an injector */
		return (int)__real_syscall(SYS_clock_gettime, clock, now);
	now->tv_sec = (time_t)(tx.now_ms / 1000);
	now->tv_nsec = (long)(tx.now_ms % 1000 * 1000000);
	return 0;
}

/* The C library's, in its stead: a kick has neither bytes nor address. */
ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
	assert_int_equal(fd, 77);
	assert_null(bytes);
	assert_int_equal(size, 0);
	assert_int_equal(flags, MSG_DONTWAIT);
	tx.last_time = 0;
	return kick();
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	struct cmsghdr *part = CMSG_FIRSTHDR(message);

	assert_int_equal(fd, 77);
	assert_int_equal(message->msg_iovlen, 0);
	assert_null(message->msg_name);
	assert_int_equal(flags, MSG_DONTWAIT);
	assert_non_null(part);
	assert_int_equal(part->cmsg_level, SOL_SOCKET);
	assert_int_equal(part->cmsg_type, 61); /* SCM_TXTIME */
	assert_int_equal(part->cmsg_len, CMSG_LEN(8));
	memcpy(&tx.last_time, CMSG_DATA(part), 8);
	assert_null(CMSG_NXTHDR((struct msghdr *)(uintptr_t)message, part));
	return kick();
}
