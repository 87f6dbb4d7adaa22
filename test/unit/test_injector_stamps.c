/* SPDX-License-Identifier: MIT */
/* test_injector_stamps.c - which frame a timestamp is of, over all refusals. */
#include "injector_model.h"

#include <linux/if_packet.h>

/* What the next recvmsg() has, by a kernel of "long" times. */
static struct {
	int error;
	uint32_t strange; /* messages of other kinds before it */
	int hardware;
	uint32_t reads;
} queue;

static struct cmsghdr *put(struct msghdr *m, struct cmsghdr *part, int level,
			   int type, const void *value, size_t size)
{
	part = part ? (void *)((uint8_t *)part + CMSG_ALIGN(part->cmsg_len)) :
		      m->msg_control;
	part->cmsg_level = level;
	part->cmsg_type = type;
	part->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(part), value, size);
	return part;
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
	struct nr_sock_extended_err error = { .number = ENOMSG, .origin = 4 };
	struct nr_scm_timestamping_old times;
	size_t room = message->msg_controllen;
	struct cmsghdr *part;

	queue.reads++;
	assert_int_equal(fd, 77);
	assert_int_equal(flags, MSG_ERRQUEUE | MSG_DONTWAIT);
	assert_int_equal(message->msg_iovlen, 0);
	assert_null(message->msg_name);
	assert_true(room >=
		    CMSG_SPACE(sizeof(times)) + CMSG_SPACE(sizeof(error)));
	if (queue.error || (!queue.strange && tx.keys_in == tx.keys_out)) {
		errno = queue.error ? queue.error : EAGAIN;
		return -1;
	}
	memset(message->msg_control, 0, room);
	memset(&times, 0, sizeof(times));
	if (queue.strange) {
		/* an error of another origin, or times alone */
		part = put(message, NULL, SOL_SOCKET,
			   queue.strange % 2 ? SO_TIMESTAMPING : SO_TIMESTAMPNS,
			   &times, sizeof(times));
		message->msg_controllen = CMSG_SPACE(sizeof(times));
		queue.strange--;
		return 0;
	}
	error.data = tx.keys[tx.keys_out++ % TX_KEYS];
	times.ts[queue.hardware ? 2 : 0][0] = 1700000000;
	times.ts[queue.hardware ? 2 : 0][1] = 123456789;
	part = put(message, NULL, SOL_SOCKET, SO_TIMESTAMPING, &times,
		   sizeof(times));
	(void)put(message, part, SOL_PACKET, PACKET_TX_TIMESTAMP, &error,
		  sizeof(error));
	message->msg_controllen =
		CMSG_SPACE(sizeof(times)) + CMSG_SPACE(sizeof(error));
	return 0;
}

static const struct tx_shape shape = { 4096, 2, 512, 0, 1 }; /* 16 slots */
static const struct tx_shape with_vnet = { 4096, 2, 512, 1, 1 };
static const struct tx_shape no_header = { 4096, 2, 512, 0, 0 };
static const struct tx_shape one = { 4096, 1, 4096, 0, 1 };

static void begin(const struct tx_shape *s, uint32_t number)
{
	tx_make(s, number, 0);
	tx.key = number; /* as if all before had been without trouble */
	tx.stamps = 1;
	tx.inj.flags_ |= NETRING_INJECTOR_TIMESTAMP;
	memset(&queue, 0, sizeof(queue));
}

static void send_frame(void)
{
	struct netring_frame frame;

	assert_int_equal(netring_injector_reserve(&tx.inj, &frame), 0);
	memset(frame.data, 0, 60);
	assert_int_equal(netring_injector_commit(&tx.inj, &frame, 60), 0);
}

static void refuse(uint32_t times, int error)
{
	tx.at_once = 0;
	tx.error = error;
	while (times--)
		assert_true(netring_injector_flush(&tx.inj) > 0);
	tx.at_once = UINT32_MAX;
}

static void stamp_is(uint32_t frame)
{
	struct netring_tx_timestamp stamp;

	assert_int_equal(netring_injector_read_timestamp(&tx.inj, &stamp), 1);
	assert_int_equal(stamp.frame, frame);
	assert_int_equal(stamp.sec, 1700000000);
	assert_int_equal(stamp.nsec, 123456789);
	assert_int_equal(stamp.flags, queue.hardware ?
					      NETRING_PACKET_TIME_HARDWARE :
					      NETRING_PACKET_TIME_SOFTWARE);
}

static void none(void)
{
	struct netring_tx_timestamp stamp;

	assert_int_equal(netring_injector_read_timestamp(&tx.inj, &stamp), 0);
}

static void plain(void **state)
{
	uint32_t i;

	(void)state;
	begin(&shape, 0);
	none();
	for (i = 0; i < 40; i++) {
		send_frame();
		netring_injector_flush(&tx.inj);
		tx_complete(i % 16);
		queue.hardware = i % 2;
		queue.strange = i % 3;
		stamp_is(i);
		none();
	}
	queue.error = ENOMEM;
	assert_int_equal(netring_injector_read_timestamp(
				 &tx.inj, &(struct netring_tx_timestamp){ 0 }),
			 -ENOMEM);
	tx_free();
}

/* Several episodes of refusals while older frames are still on their way. */
static void late(void **state)
{
	uint32_t i;

	(void)state;
	begin(&shape, 0xfffffff8);
	for (i = 0; i < 5; i++)
		send_frame();
	netring_injector_flush(&tx.inj);
	send_frame();
	refuse(2, ENOBUFS);
	netring_injector_flush(&tx.inj);
	for (i = 6; i < 9; i++)
		send_frame();
	refuse(1, ENOBUFS);
	refuse(3, EAGAIN); /* takes no number */
	netring_injector_flush(&tx.inj);
	send_frame();
	refuse(7, ENOBUFS);
	netring_injector_flush(&tx.inj);
	for (i = 0; i < 10; i++)
		tx_complete(i);
	for (i = 0; i < 10; i++)
		stamp_is(0xfffffff8 + i);
	none();
	tx_free();
}

/* Dropped after refusals: older frames keep their numbers, newer get theirs. */
static void dropped(void **state)
{
	uint32_t i;

	(void)state;
	begin(&shape, 0);
	for (i = 0; i < 4; i++)
		send_frame();
	netring_injector_flush(&tx.inj);
	send_frame();
	send_frame();
	refuse(3, ENOBUFS);
	assert_int_equal(netring_injector_discard_pending(&tx.inj), 2);
	tx_complete(0);
	stamp_is(0);
	send_frame();
	tx_complete(1);
	stamp_is(1);
	netring_injector_flush(&tx.inj);
	send_frame();
	refuse(2, ENOBUFS);
	netring_injector_flush(&tx.inj);
	for (i = 2; i < 6; i++) {
		tx_complete(i);
		stamp_is(i);
	}
	none();
	tx_free();
}

/* Holes take a number of the kernel's, but for those without a link header;
 * those taken back none. */
static void holes_of(const struct tx_shape *s)
{
	struct netring_frame frames[3];
	uint32_t i;

	begin(s, 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(netring_injector_reserve(&tx.inj, &frames[i]),
				 0);
	memset(frames[2].data, 0, 60);
	netring_injector_discard(&tx.inj, &frames[0]);
	netring_injector_discard(&tx.inj, &frames[1]);
	assert_int_equal(netring_injector_commit(&tx.inj, &frames[2], 60), 0);
	refuse(2, ENOBUFS);
	netring_injector_flush(&tx.inj);
	assert_int_equal(netring_injector_reserve(&tx.inj, &frames[0]), 0);
	netring_injector_discard(&tx.inj, &frames[0]);
	send_frame();
	netring_injector_flush(&tx.inj);
	tx_complete(2);
	tx_complete(3);
	stamp_is(2);
	stamp_is(3);
	none();
	tx_free();
}

static void holes(void **state)
{
	(void)state;
	holes_of(&shape);
	holes_of(&with_vnet);
	holes_of(&no_header);
}

static struct {
	uint32_t numbers[TX_KEYS]; /* that are to be told, in order */
	uint32_t in, out;
	uint32_t done, next;
} expected;

static void taken(struct tx *t, uint32_t slot, const uint8_t *frame,
		  uint32_t len)
{
	(void)t;
	(void)slot;
	assert_int_equal(len, 60);
	memcpy(&expected.numbers[expected.in++ % TX_KEYS], frame, 4);
}

static void step(int dropping)
{
	struct netring_frame frame;
	uint32_t slot = expected.done % tx_count();

	switch (random_below(dropping ? 9 : 8)) {
	case 0:
	case 1:
	case 2:
		/* a slot's stamps are read before it is used again */
		while (tx.keys_out != tx.keys_in)
			stamp_is(expected.numbers[expected.out++ % TX_KEYS]);
		if (netring_injector_reserve(&tx.inj, &frame) < 0)
			break;
		memset(frame.data, 0, 60);
		memcpy(frame.data, &frame.number, 4);
		assert_int_equal(netring_injector_commit(&tx.inj, &frame, 60),
				 0);
		break;
	case 3:
	case 4:
		tx.at_once = random_below(4);
		tx.error = random_below(3) ? ENOBUFS : EAGAIN;
		netring_injector_flush(&tx.inj);
		break;
	case 8:
		netring_injector_discard_pending(&tx.inj);
		break;
	default:
		if (expected.done == expected.in)
			break;
		tx_complete(slot);
		expected.done++;
		if (random_below(2) && tx.keys_out != tx.keys_in)
			stamp_is(expected.numbers[expected.out++ % TX_KEYS]);
	}
}

static void random_order(const struct tx_shape *s, int dropping)
{
	uint32_t i, round;

	for (round = 0; round < 200; round++) {
		memset(&expected, 0, sizeof(expected));
		begin(s, round % 2 ? random_u32() : 0u - random_below(300));
		tx.taken = taken;
		for (i = 0; i < 1000; i++)
			step(dropping);
		tx_free();
	}
}

static void random_refusals(void **state)
{
	(void)state;
	random_order(&shape, 0);
	random_order(&one, 0);
}

static void random_drops(void **state)
{
	(void)state;
	random_order(&shape, 1);
	random_order(&one, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(late),
		cmocka_unit_test(dropped),
		cmocka_unit_test(holes),
		cmocka_unit_test(random_refusals),
		cmocka_unit_test(random_drops),
	};

	seed_print();
	return cmocka_run_group_tests_name("stamps", tests, NULL, NULL);
}
