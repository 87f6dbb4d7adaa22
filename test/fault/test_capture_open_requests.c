/* SPDX-License-Identifier: MIT */
/* test_capture_open_requests.c - what open asks of the kernel, by value. */
#include "capture_open_cases.h"

#include <linux/net_tstamp.h>

#define PACKET_OPTIONS 32
#define SOCKET_OPTIONS 64

/* The last value of each option of SOL_PACKET and SOL_SOCKET; -1: not set. */
static int packet[PACKET_OPTIONS], option[SOCKET_OPTIONS];
static struct nr_tpacket_req3 ring;
static socklen_t ring_size;
static uint32_t bound_at, last_filter_at, first_filter_k, counters_at;
static uint32_t counters_read;
static int no_force; /* refuse what needs more privileges */

/* What a program of one instruction, a return, keeps of a packet. */
static uint32_t filter_k(const struct nr_sock_fprog *program)
{
	const struct netring_instruction *code = program->filter;

	assert_int_equal(program->len, 1);
	assert_int_equal(code->code, BPF_RET | BPF_K);
	return code->k;
}

static int record(int fd, int level, int name, const void *value,
		  socklen_t size)
{
	if (level == SOL_SOCKET && name == SO_RCVBUFFORCE && no_force) {
		errno = EPERM;
		return -1;
	}
	if (level == SOL_PACKET && name == PACKET_RX_RING) {
		memset(&ring, 0xa5, sizeof(ring));
		ring_size = size;
		memcpy(&ring, value, size);
	} else if (level == SOL_PACKET) {
		memcpy(&packet[name], value, sizeof(int));
	} else {
		if (name == SO_ATTACH_FILTER && option[name] == -1)
			first_filter_k = filter_k(value);
		memcpy(&option[name], value, sizeof(int));
		last_filter_at = wrap.count;
	}
	return real_setsockopt(fd, level, name, value, size);
}

/* Open, look, close; returns the number of calls. */
static uint32_t ask(const struct netring_capture_config *cfg)
{
	struct netring_capture cap;
	uint32_t calls, i;

	memset(packet, 0xff, sizeof(packet));
	memset(option, 0xff, sizeof(option));
	wrap_arm(0, 0);
	wrap.setsockopt = record;
	assert_int_equal(netring_capture_open(&cap, cfg), 0);
	calls = wrap.count;
	counters_read = 0;
	for (i = 0; i < calls; i++)
		if (wrap.log[i].call == WRAP_BIND) {
			bound_at = i + 1;
		} else if (wrap.log[i].call == WRAP_GETSOCKOPT &&
			   wrap.log[i].level == SOL_PACKET &&
			   wrap.log[i].option == PACKET_STATISTICS) {
			counters_at = i + 1;
			counters_read++;
		}
	netring_capture_close(&cap);
	wrap_disarm();
	return calls;
}

#define LO .interface = "lo", .memory = 131072

static void plain(void **state)
{
	const struct netring_capture_config cfg = { LO };

	(void)state;
	ask(&cfg);
	assert_int_equal(packet[PACKET_VERSION], TPACKET_V3);
	assert_in_range(packet[PACKET_RESERVE], 4, 16); /* room for a tag */
	assert_int_equal(ring_size, 28);
	assert_int_equal(ring.block_size, 32768);
	assert_int_equal(ring.block_nr, 4);
	assert_int_equal(ring.frame_size, 2048);
	assert_int_equal(ring.frame_nr, 64);
	assert_int_equal(ring.retire_blk_tov, 60);
	assert_int_equal(ring.sizeof_priv, 0);
	assert_int_equal(ring.feature_req_word, 0);
	/* what was not asked for is not touched */
	assert_int_equal(packet[PACKET_ADD_MEMBERSHIP], -1);
	assert_int_equal(packet[PACKET_VNET_HDR], -1);
	assert_int_equal(packet[PACKET_TIMESTAMP], -1);
	assert_int_equal(packet[PACKET_FANOUT], -1);
	assert_int_equal(packet[PACKET_IGNORE_OUTGOING], -1);
	assert_int_equal(option[SO_ATTACH_FILTER], -1);
	assert_int_equal(option[SO_LOCK_FILTER], -1);
	assert_int_equal(option[SO_RCVBUF], -1);
	assert_int_equal(option[SO_RCVBUFFORCE], -1);
	assert_int_equal(counters_read, 0);
}

static void options(void **state)
{
	const struct netring_capture_config cfg = {
		LO,
		.retire_ms = 77,
		.direction = NETRING_DIRECTION_IN,
		.flags = NETRING_CAPTURE_HASH | NETRING_CAPTURE_VNET_HDR |
			 NETRING_CAPTURE_TIME_HARDWARE |
			 NETRING_CAPTURE_LOCK_FILTER,
	};

	(void)state;
	ask(&cfg);
	assert_int_equal(ring.retire_blk_tov, 77);
	assert_int_equal(ring.feature_req_word, 1);
	assert_in_range(packet[PACKET_RESERVE], 4, 16);
	assert_int_equal(packet[PACKET_VNET_HDR], 1);
	assert_int_equal(packet[PACKET_TIMESTAMP],
			 SOF_TIMESTAMPING_RAW_HARDWARE);
	assert_int_equal(packet[PACKET_IGNORE_OUTGOING], 1);
	assert_int_equal(option[SO_LOCK_FILTER], 1);
}

static void immediate(void **state)
{
	const struct netring_capture_config cfg = {
		LO,
		.flags = NETRING_CAPTURE_IMMEDIATE,
		.frame_size = 1360,
		.block_size = 4096 * 16,
		.block_count = 3,
	};

	(void)state;
	ask(&cfg);
	assert_int_equal(packet[PACKET_VERSION], TPACKET_V2);
	assert_int_equal(ring_size, 16);
	assert_int_equal(ring.block_size, 65536);
	assert_int_equal(ring.block_nr, 3);
	assert_int_equal(ring.frame_size, 1360);
	assert_int_equal(ring.frame_nr, 48 * 3);
}

/* A slot is as long as what is kept of a packet, unless it is given. */
static void immediate_snaplen(void **state)
{
	struct netring_capture_config cfg = {
		LO, .flags = NETRING_CAPTURE_IMMEDIATE, .snaplen = 9000
	};

	(void)state;
	ask(&cfg);
	assert_int_equal(ring.frame_size, 9120);
	assert_int_equal(first_filter_k, 9000);
	cfg.snaplen = 64;
	ask(&cfg);
	assert_int_equal(ring.frame_size, 176);
	cfg.snaplen = 262144;
	cfg.frame_size = 2048;
	ask(&cfg);
	assert_int_equal(ring.frame_size, 2048);
}

/* A group's word; and no packet is let in before all is set up. */
static void group(void **state)
{
	const struct netring_fanout fanout = {
		.id = 0x1234,
		.mode = NETRING_FANOUT_CPU,
		.flags = NETRING_FANOUT_DEFRAG | NETRING_FANOUT_ROLLOVER_FLAG,
	};
	const struct netring_capture_config cfg = { LO, .fanout = &fanout };
	uint32_t calls;

	(void)state;
	calls = ask(&cfg);
	assert_int_equal((uint32_t)packet[PACKET_FANOUT], 0x90021234);
	assert_int_equal(first_filter_k, 0); /* refuses everything */
	/* the gate is opened by the last call of all, behind bind */
	assert_int_equal(last_filter_at, calls);
	assert_true(bound_at < last_filter_at);
	assert_int_not_equal(option[SO_DETACH_FILTER], -1);
}

/* A socket that had a life before: its settings and counters are not ours. */
static void adopted(void **state)
{
	const struct netring_fanout fanout = { .id = 3 };
	struct netring_capture_config cfg = { LO };
	uint32_t calls;
	int fd, i;

	(void)state;
	for (i = 0; i < 6; i++) {
		fd = real_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
		assert_true(fd >= 0);
		cfg.socket = &fd;
		cfg.direction = (enum netring_direction)(i % 3);
		cfg.fanout = i < 3 ? NULL : &fanout;
		calls = ask(&cfg);
		assert_int_equal(packet[PACKET_IGNORE_OUTGOING],
				 cfg.direction == NETRING_DIRECTION_IN);
		/* read once, when no packet can come any more before the
		 * last call opens the gate */
		assert_int_equal(counters_read, 1);
		assert_int_equal(last_filter_at, calls);
		assert_int_equal(counters_at, calls - 1);
		assert_int_equal(first_filter_k, 0);
		assert_true(bound_at < counters_at);
	}
}

/* The longest packet decides the slot, or the block that must hold it. */
static void longest_packet(void **state)
{
	struct netring_capture_config cfg = {
		.interface = "lo",
		.memory = 1 << 20,
		.max_packet = 65550,
		.flags = NETRING_CAPTURE_IMMEDIATE,
		.snaplen = 100, /* does not make it smaller */
	};

	(void)state;
	ask(&cfg);
	assert_int_equal(ring.frame_size, 65664);
	cfg.flags = 0;
	ask(&cfg);
	assert_int_equal(ring.frame_size, 2048);
	assert_int_equal(ring.block_size, 131072);
	assert_int_equal(ring.block_nr, 8);
}

/* Beyond the system's limit if that is allowed, else as much as there is. */
static void receive_buffer(void **state)
{
	struct netring_capture_config cfg = {
		LO,
		.flags = NETRING_CAPTURE_IMMEDIATE | NETRING_CAPTURE_OVERSIZE,
		.receive_buffer = 1 << 20,
	};

	(void)state;
	ask(&cfg);
	assert_int_equal(packet[PACKET_COPY_THRESH], 1);
	assert_int_equal(option[SO_RCVBUFFORCE], 1 << 20);
	assert_int_equal(option[SO_RCVBUF], -1);
	no_force = 1;
	ask(&cfg);
	no_force = 0;
	assert_int_equal(option[SO_RCVBUF], 1 << 20);
	cfg.receive_buffer = 0;
	ask(&cfg);
	assert_int_equal(packet[PACKET_COPY_THRESH], 1);
	assert_int_equal(option[SO_RCVBUFFORCE], -1);
	assert_int_equal(option[SO_RCVBUF], -1);
}

static void filter_before_bind(void **state)
{
	const struct netring_instruction code = { BPF_RET | BPF_K, 0, 0, 64 };
	const struct netring_filter filter = { &code, 1 };
	const struct netring_capture_config cfg = { LO, .filter = &filter };

	(void)state;
	ask(&cfg);
	assert_true(last_filter_at < bound_at);
}

/* A mode that needs a program gets it. */
static void group_program(void **state)
{
	const struct netring_instruction code = { BPF_RET | BPF_K, 0, 0, 1 };
	const struct netring_filter program = { &code, 1 };
	const struct netring_fanout fanout = {
		.id = 5,
		.mode = NETRING_FANOUT_CLASSIC_BPF,
		.classic = &program,
	};
	const struct netring_capture_config cfg = { LO, .fanout = &fanout };

	(void)state;
	ask(&cfg);
	assert_int_equal(packet[PACKET_FANOUT], 0x60005);
	assert_int_equal(*(uint16_t *)(void *)&packet[PACKET_FANOUT_DATA],
			 1); /* its length */
}

/* Protocol 0 at first: nothing is received before bind. */
static void socket_of_no_protocol(void **state)
{
	static const uint32_t flags[] = { 0, NETRING_CAPTURE_COOKED };
	struct netring_capture_config cfg = { LO };
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		cfg.flags = flags[i];
		ask(&cfg);
		assert_int_equal(wrap.log[0].call, WRAP_SOCKET);
		assert_int_equal(wrap.log[0].level, AF_PACKET);
		assert_int_equal(wrap.log[0].option,
				 (i ? SOCK_DGRAM : SOCK_RAW) | SOCK_CLOEXEC);
		assert_int_equal(wrap.log[0].fd, 0); /* the protocol */
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain),
		cmocka_unit_test(options),
		cmocka_unit_test(immediate),
		cmocka_unit_test(immediate_snaplen),
		cmocka_unit_test(group),
		cmocka_unit_test(group_program),
		cmocka_unit_test(adopted),
		cmocka_unit_test(longest_packet),
		cmocka_unit_test(receive_buffer),
		cmocka_unit_test(filter_before_bind),
		cmocka_unit_test(socket_of_no_protocol),
	};

	enter_private_network();
	return cmocka_run_group_tests_name("capture_open_requests", tests, NULL,
					   NULL);
}
