/* SPDX-License-Identifier: MIT */
/* test_capture_receive.c - packet by packet until a deadline. */
#include "scripted_capture.h"

#define START 5000000000000

static int receive(int64_t deadline)
{
	struct netring_packet pkt;

	return netring_capture_receive(&script.cap, &pkt, deadline);
}

/* Over: at once, without a poll, also when packets are there. */
static void past_deadline(void **state)
{
	static const int64_t deadlines[] = {
		1, START, START - 1, -2, -START, INT64_MIN,
	};
	uint32_t i, packets;

	(void)state;
	for (i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++)
		for (packets = 0; packets < 2; packets++) {
			script_begin(0);
			if (packets)
				script_deliver(0);
			assert_int_equal(receive(deadlines[i]), 0);
			assert_int_equal(script.polled, 0);
			script_end();
		}
}

/* 0: only a look, and no clock. */
static void no_waiting(void **state)
{
	int slots;

	(void)state;
	for (slots = 0; slots < 2; slots++) {
		script_begin(slots);
		script_plan(0);
		assert_int_equal(receive(0), 0);
		assert_int_equal(script.polls[0].timeout, 0);
		script_deliver(0);
		script_deliver(1);
		assert_int_equal(receive(0), 1);
		assert_int_equal(receive(0), 1);
		script_plan(0);
		assert_int_equal(receive(0), 0);
		assert_int_equal(script.clocked, 0);
		script_end();
	}
}

static void for_ever(void **state)
{
	(void)state;
	script_begin(0);
	script_plan(POLLIN)->then = script_deliver_now;
	assert_int_equal(receive(NETRING_FOREVER), 1);
	assert_int_equal(script.polls[0].timeout, -1);
	assert_int_equal(script.clocked, 0);
	script_end();
}

static void time_left(void **state)
{
	static const struct {
		int64_t deadline;
		int timeout;
	} cases[] = {
		{ START + 1, 1 },
		{ START + 1000, 1000 },
		{ START + INT32_MAX - 1, INT32_MAX - 1 },
		{ START + INT32_MAX, INT32_MAX },
		/* over 24 days: as long as poll can wait, then again */
		{ START + INT32_MAX + 1ll, INT32_MAX },
		{ START + 0x100000000, INT32_MAX },
		{ START + 0x1000000ff, INT32_MAX },
		{ INT64_MAX, INT32_MAX },
	};
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		script_begin(0);
		script_plan(POLLIN)->then = script_deliver_now;
		assert_int_equal(receive(cases[i].deadline), 1);
		assert_int_equal(script.polls[0].timeout, cases[i].timeout);
		script_end();
	}
	/* 30 days: the first wait ends early and is not the end */
	script_begin(0);
	script_plan(0);
	script_plan(0);
	assert_int_equal(receive(START + 30 * 86400000ll), 0);
	assert_int_equal(script.polls[0].timeout, INT32_MAX);
	assert_int_equal(script.polls[1].timeout, 30 * 86400000ll - INT32_MAX);
	assert_int_equal(script.now, START + 30 * 86400000ll);
	script_end();
}

/* Interruptions in between do not lengthen it. */
static void deadline_is_kept(void **state)
{
	(void)state;
	script_begin(0);
	script_plan(0)->error = EINTR;
	assert_int_equal(receive(START + 100), -EINTR);
	script.now += 60;
	script_plan(0);
	assert_int_equal(receive(START + 100), 0);
	assert_int_equal(script.polls[1].timeout, 40);
	assert_int_equal(receive(START + 100), 0);
	script_end();
}

static void go_down(void)
{
	script.up = 0;
	script.now += 10;
}

/* Waits on through a link that is down. */
static void link_down(void **state)
{
	(void)state;
	script_begin(0);
	script_plan(POLLERR)->so_error = ENETDOWN;
	script.polls[0].then = go_down;
	script_plan(0);
	script_plan(0);
	script_plan(0);
	assert_int_equal(receive(START + 1110), 0);
	assert_int_equal(script.polls[1].timeout, 500);
	assert_int_equal(script.polls[2].timeout, 500);
	assert_int_equal(script.polls[3].timeout, 100);
	assert_int_equal(script.now, START + 1110);
	script_end();

	/* without waiting: the event is not told, the end is */
	script_begin(0);
	script_plan(POLLERR)->so_error = ENETDOWN;
	script.polls[0].then = go_down;
	script_plan(0);
	assert_int_equal(receive(0), 0);
	script_end();

	script_begin(0);
	script_plan(POLLERR)->so_error = ENETDOWN;
	script.ifindex = -1;
	assert_int_equal(receive(NETRING_FOREVER), -ENODEV);
	assert_int_equal(receive(NETRING_FOREVER), -ENODEV);
	assert_int_equal(receive(START + 1000), -ENODEV);
	script_end();
}

/* Looked at between batches: a flood cannot outlast it. */
static void flood(void **state)
{
	int i, slots;

	(void)state;
	for (slots = 0; slots < 2; slots++) {
		script_begin(slots);
		for (i = 0; i < 100; i++) {
			script_deliver(script.cap.receiving_);
			script.now++;
			if (!receive(START + 50))
				break;
		}
		/* it is the batch taken before that is given in full */
		assert_in_range(i, 49, 50);
		script_end();
	}
}

/* Each once and in order, blocks given back as soon as they are read. */
static void all_packets(void **state)
{
	struct netring_capture *cap = &script.cap;
	struct netring_packet pkt;
	uint32_t i;
	uint8_t *at;

	(void)state;
	script_begin(0);
	for (i = 0; i < 50; i++) {
		script_deliver(cap->receiving_);
		at = cap->at_;
		assert_int_equal(netring_capture_receive(cap, &pkt, 0), 1);
		assert_int_equal(pkt.len, 60);
		if (i)
			assert_int_equal(*(uint32_t *)(void *)(at + 8), 0);
		assert_int_equal(cap->block_, i % SCRIPT_BLOCKS);
	}
	script_plan(0);
	assert_int_equal(netring_capture_receive(cap, &pkt, 0), 0);
	script_end();
}

/* The rest of a wrong batch is given up, told once, and then it goes on. */
static void corrupt(void **state)
{
	struct nr_tpacket_block_desc *block;
	uint32_t i;

	(void)state;
	script_begin(0);
	for (i = 0; i < 3; i++)
		script_deliver(i);
	block = (void *)(script.cap.ring_ + SCRIPT_BLOCK);
	block->offset_to_first_pkt = 0xfffffff8;
	assert_int_equal(receive(0), 1);
	assert_int_equal(receive(0), -EBADMSG);
	assert_int_equal(block->block_status, 0);
	assert_int_equal(receive(0), 1);
	script_plan(0);
	assert_int_equal(receive(0), 0);
	script_end();
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ROOM 2048u

static const int refusals[] = { EINTR, EPERM,  EINVAL, ENOMEM, E2BIG,
				EBADF, ENOENT, EMFILE, ENODEV };
static uint32_t told;
static int refused;

static ssize_t queued(int fd, void *bytes, size_t size, int flags)
{
	(void)fd;
	assert_int_equal(flags, MSG_DONTWAIT);
	if (refused) {
		errno = refused;
		return -1;
	}
	if (told < size)
		size = told;
	memset(bytes, 0x77, size);
	return (ssize_t)size;
}

/* The whole of a packet: none there is 0, and so is less than its header; all
 * other errors are told; the slot's bytes stay the packet then. */
static void read_oversize(void **state)
{
	static _Alignas(16) uint8_t memory[256], buffer[ROOM];
	struct netring_packet pkt, slot;
	struct netring_capture cap;
	uint32_t i, vnet;
	int r;

	(void)state;
	memset(&cap, 0, sizeof(cap));
	cap.fd_ = 99;
	cap.at_ = memory;
	cap.geometry_.frame_size = sizeof(memory);
	cap.held_ = 1;
	wrap_arm(0, 0);
	wrap.endless = 1;
	wrap.recv = queued;
	for (i = 0; i < 2 * (COUNT(refusals) + 6); i++) {
		static const uint32_t lengths[] = {
			0, 9, 10, 11, 1000, 1u << 20
		};

		vnet = i & 1 ? 10 : 0;
		cap.packet_flags_ = vnet ? NETRING_PACKET_VNET : 0;
		memset(&slot, 0, sizeof(slot));
		slot.data = memory + 64;
		slot.len = 60;
		slot.wire_len = 1400;
		slot.link = (void *)memory;
		slot.flags = NETRING_PACKET_OVERSIZE | cap.packet_flags_;
		pkt = slot;
		refused = i / 2 < COUNT(refusals) ? refusals[i / 2] : 0;
		told = refused ? 0 : lengths[i / 2 - COUNT(refusals)];
		cap.passed_ = 0;
		r = netring_capture_read_oversize(&cap, &pkt, buffer, ROOM);
		if (refused)
			assert_int_equal(r, -refused);
		else
			assert_int_equal(r, told >= vnet);
		if (r != 1) {
			assert_memory_equal(&pkt, &slot, sizeof(pkt));
			continue;
		}
		assert_true(pkt.data >= buffer);
		assert_true(pkt.data + pkt.len <= buffer + ROOM);
		if (told < 1001)
			assert_int_equal(pkt.len, told - vnet);
	}
	refused = EAGAIN;
	cap.passed_ = 0;
	assert_int_equal(
		netring_capture_read_oversize(&cap, &slot, buffer, ROOM), 0);
	refused = 0;
	wrap_disarm();
}

/* Each packet that nobody asked the whole of comes off the queue with its slot,
 * whatever the kernel says of that. */
static void release_oversize(void **state)
{
	static struct netring_tpacket2_ slots[4];
	struct netring_capture cap;
	struct netring_batch batch;
	uint32_t i, k;

	(void)state;
	told = 60;
	for (i = 0; i <= COUNT(refusals); i++) {
		refused = i < COUNT(refusals) ? refusals[i] : ENETDOWN;
		memset(&cap, 0, sizeof(cap));
		cap.fd_ = 99;
		cap.flags_ = NETRING_CAPTURE_OVERSIZE;
		cap.ring_ = cap.at_ = (uint8_t *)slots;
		cap.slots_ = 4;
		cap.geometry_.frame_size = sizeof(slots[0]);
		cap.geometry_.block_size = sizeof(slots);
		cap.geometry_.block_count = 1;
		for (k = 0; k < 3; k++)
			slots[k].status = NR_TP_STATUS_USER |
					  NETRING_PACKET_OVERSIZE;
		assert_int_equal(netring_capture_next(&cap, &batch), 1);
		assert_int_equal(batch.count, 3);
		wrap_arm(0, 0);
		wrap.endless = 1;
		wrap.recv = queued;
		netring_capture_release(&cap);
		/* the link's error stands in front of the queue: once more */
		assert_int_equal(wrap.count, refused == ENETDOWN ? 6 : 3);
		wrap_disarm();
		assert_int_equal(cap.link_down_ != 0, refused == ENETDOWN);
		for (k = 0; k < 3; k++)
			assert_int_equal(slots[k].status, 0);
		assert_int_equal(cap.slot_, 3);
		assert_int_equal(cap.passed_, 0);
	}
	refused = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(past_deadline),
		cmocka_unit_test(no_waiting),
		cmocka_unit_test(for_ever),
		cmocka_unit_test(time_left),
		cmocka_unit_test(deadline_is_kept),
		cmocka_unit_test(link_down),
		cmocka_unit_test(flood),
		cmocka_unit_test(all_packets),
		cmocka_unit_test(corrupt),
		cmocka_unit_test(read_oversize),
		cmocka_unit_test(release_oversize),
	};

	return cmocka_run_group_tests_name("capture_receive", tests, NULL,
					   NULL);
}
