/* SPDX-License-Identifier: MIT */
/* test_xdp_bridge_frames.c - what an AF_XDP bridge does with single frames. */
#include "xdp_open_cases.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netring/xdp_bridge.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define OURS 0x88b5

static const struct xdp_case plain = { "plain", 0, { 0 } };

static struct netring_xdp_bridge br;
static int sender = -1, receiver = -1;

/* What the filter was shown of our frames, and what it is to say. */
static struct {
	enum netring_verdict verdict;
	uint32_t cut; /* to this length, if not 0 */
	uint32_t asked, len, wire_len;
	int direction;
	struct netring_link link;
} seen;

static int is_ours(const uint8_t *type)
{
	if (type[0] == 0x81 || (type[0] == 0x88 && type[1] == 0xa8))
		type += 4;
	return type[0] == OURS >> 8 && type[1] == (OURS & 0xff);
}

/* Frames of nobody's, from the kernel's own protocols, go no further. */
static enum netring_verdict filter(void *user, struct netring_packet *pkt,
				   int direction)
{
	assert_ptr_equal(user, &seen);
	if (!is_ours(pkt->data + 12))
		return NETRING_VERDICT_DROP;
	seen.asked++;
	seen.len = pkt->len;
	seen.wire_len = pkt->wire_len;
	seen.link = *pkt->link;
	seen.direction = direction;
	if (seen.cut)
		pkt->len = seen.cut;
	return seen.verdict;
}

static void open_bridge(uint32_t flags)
{
	const struct netring_xdp_bridge_config cfg = {
		.interface = { "nrc0", "nrd0" },
		.socket = { .umem = &xdp_umem },
		.port = { { .retry_ms = PATIENCE_MS },
			  { .retry_ms = PATIENCE_MS } },
		.flags = flags,
		.filter = filter,
		.user = &seen,
	};

	memset(&seen, 0, sizeof(seen));
	memset(&br, 0xa5, sizeof(br));
	assert_int_equal(netring_xdp_bridge_open(&br, &cfg), 0);
}

static void begin(uint32_t flags)
{
	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	open_bridge(flags);
}

static void end(void)
{
	uint32_t count[NETRING_UMEM_OWNERS_];

	assert_int_equal(netring_umem_count(&xdp_umem, count), 0);
	netring_xdp_bridge_close(&br);
	assert_int_equal(wrap_open_descriptors(), 0);
	assert_int_equal(wrap_open_mappings(), 0);
	wrap_disarm();
	xdp_end(&plain);
}

/* Into nrc1, which is port 0; @bytes follow both addresses. */
static void send_one(uint8_t last, const void *bytes, uint32_t size)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	uint8_t frame[100] = { 1, 0x80, 0xc2, 0, 0, last, 2, 0, 0, 0, 0, 1 };

	memcpy(frame + 12, bytes, size);
	to.sll_ifindex = (int)if_nametoindex("nrc1");
	wrap.armed = 0;
	assert_int_equal(sendto(sender, frame, sizeof(frame), 0, (void *)&to,
				sizeof(to)),
			 sizeof(frame));
	wrap.armed = 1;
}

static struct netring_bridge_stats stats(void)
{
	struct netring_bridge_stats s;

	assert_int_equal(netring_xdp_bridge_read_stats(&br, 0, &s), 0);
	return s;
}

/* Steps until a counter of direction 0, at @counter, has grown by one. */
static void becomes(const void *bytes, uint32_t size, uint8_t last,
		    size_t counter)
{
	int64_t deadline = netring_clock_ms() + PATIENCE_MS;
	struct netring_bridge_stats s = stats();
	const uint64_t *value = (const void *)((const char *)&s + counter);
	uint64_t before = *value;

	send_one(last, bytes, size);
	while (*value == before) {
		assert_true(netring_clock_ms() < deadline);
		assert_true(netring_xdp_bridge_step(&br, 10) >= 0);
		s = stats();
	}
}

#define BECOMES(bytes, last, counter)         \
	becomes(bytes, sizeof(bytes), (last), \
		offsetof(struct netring_bridge_stats, counter))

/* Length of ours that comes out of nrd1, or -1 when there is none. */
static int comes_out(void)
{
	struct pollfd waiting = { .fd = receiver, .events = POLLIN };
	uint8_t frame[200];
	int r;

	while (real_poll(&waiting, 1, 100) == 1) {
		r = (int)real_recv(receiver, frame, sizeof(frame),
				   MSG_DONTWAIT);
		if (r > 14 && is_ours(frame + 12))
			return r;
	}
	return -1;
}

static const uint8_t untagged[] = { 0x88, 0xb5 };
static const uint8_t tagged[] = { 0x81, 0, 0, 5, 0x88, 0xb5 };
static const uint8_t service[] = { 0x88, 0xa8, 0, 5, 0x88, 0xb5 };

static void shown(uint32_t asked)
{
	static const uint8_t protocol[] = { 0x88, 0xb5 };

	assert_int_equal(seen.asked, asked);
	assert_int_equal(seen.len, 100);
	assert_int_equal(seen.wire_len, 100);
	assert_int_equal(seen.direction, 0);
	assert_int_equal(seen.link.family, AF_PACKET);
	assert_int_equal(seen.link.hatype, 1);
	assert_int_equal(seen.link.ifindex, if_nametoindex("nrc0"));
	assert_memory_equal(&seen.link.protocol, protocol, 2);
}

static void filtered(void **state)
{
	(void)state;
	begin(NETRING_XDP_BRIDGE_LINK_LOCAL);
	seen.verdict = NETRING_VERDICT_DROP;
	BECOMES(untagged, 0, filtered);
	shown(1);
	BECOMES(tagged, 0, filtered);
	shown(2);
	BECOMES(service, 0, filtered);
	shown(3);
	assert_int_equal(comes_out(), -1);
	seen.verdict = NETRING_VERDICT_FORWARD;
	BECOMES(untagged, 0, forwarded);
	shown(4);
	assert_int_equal(comes_out(), 100);
	seen.verdict = NETRING_VERDICT_MODIFIED;
	seen.cut = 60;
	BECOMES(untagged, 0, forwarded);
	shown(5);
	assert_int_equal(comes_out(), 60);
	assert_int_equal(comes_out(), -1);
	seen.cut = 14; /* all of the packet behind its header */
	BECOMES(untagged, 0, forwarded);
	end();
}

/* 802.1D's stay where they are, unasked; what is beside them does not. */
static void link_local(void **state)
{
	(void)state;
	begin(0);
	BECOMES(untagged, 0, link_local);
	BECOMES(untagged, 15, link_local);
	assert_int_equal(seen.asked, 0);
	BECOMES(untagged, 16, forwarded);
	assert_int_equal(seen.asked, 1);
	assert_int_equal(comes_out(), 100);
	end();
}

/* run() ends by the one, by the other, and by an error. */
static void runs(void **state)
{
	volatile int stop = 1;
	uint64_t one = 1;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	(void)state;
	begin(0);
	assert_int_equal(netring_xdp_bridge_run(&br, &stop, -1), 0);
	stop = 0;
	assert_int_equal(write(fd, &one, sizeof(one)), sizeof(one));
	assert_int_equal(netring_xdp_bridge_run(&br, &stop, fd), 0);
	assert_int_equal(netring_xdp_bridge_run(&br, NULL, fd), 0);
	/* interrupted, it goes on, and sees what there is at the next poll */
	wrap.error = EINTR;
	wrap.fail_at = wrap.count + 1;
	assert_int_equal(netring_xdp_bridge_run(&br, &stop, fd), 0);
	assert_true(wrap.count > wrap.fail_at);
	wrap.error = EBADF;
	wrap.fail_at = wrap.count + 1;
	assert_int_equal(netring_xdp_bridge_run(&br, &stop, fd), -EBADF);
	wrap.fail_at = 0;
	/* the descriptor was for that run alone */
	assert_true(netring_xdp_bridge_step(&br, 0) >= 0);
	real_close(fd);
	end();
}

/* Whatever the UMEM was for before: its frames are the bridge's now. */
static void used_before(void **state)
{
	const struct netring_xdp_config cfg = { .interface = "nrc0",
						.umem = &xdp_umem,
						.mode = NETRING_XDP_TX };
	static struct netring_xdp xdp;

	(void)state;
	xdp_begin(&plain);
	xdp_arm(0, 0);
	wrap.endless = 1;
	assert_int_equal(netring_xdp_open(&xdp, &cfg), 0);
	netring_xdp_close(&xdp);
	open_bridge(0);
	BECOMES(untagged, 0x20, forwarded);
	assert_int_equal(comes_out(), 100);
	end();
}

#define GRO_OF(name) ports_ethtool((name), ETHTOOL_GGRO, 0)

/* An interface made again: its offloads are off, and on again at the end. */
static void new_interface(void **state)
{
	int64_t deadline = netring_clock_ms() + PATIENCE_MS;

	(void)state;
	ports_ethtool("nrd0", ETHTOOL_SGRO, 1);
	begin(0);
	assert_int_equal(GRO_OF("nrd0"), 0);
	wrap.armed = 0;
	ports_remove("nrd0");
	while (br.port_[1].state != NETRING_PORT_GONE) {
		assert_true(netring_clock_ms() < deadline);
		assert_true(netring_xdp_bridge_step(&br, 10) >= 0);
	}
	ports_add("nrd0", "nrd1");
	ports_ethtool("nrd0", ETHTOOL_SGRO, 1);
	assert_int_equal(GRO_OF("nrd0"), 1);
	while (GRO_OF("nrd0")) {
		assert_true(netring_clock_ms() < deadline);
		assert_true(netring_xdp_bridge_step(&br, 10) >= 0);
	}
	netring_xdp_bridge_close(&br);
	assert_int_equal(GRO_OF("nrd0"), 1);
	wrap_disarm();
	xdp_end(&plain);
}

static int setup(void **state)
{
	struct sockaddr_ll from = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(ETH_P_ALL) };

	ports_add("nrc0", "nrc1"); /* of one queue */
	ports_add("nrd0", "nrd1");
	sender = real_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	receiver = real_socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	from.sll_ifindex = (int)if_nametoindex("nrd1");
	if (sender < 0 || real_bind(receiver, &from, sizeof(from)) < 0)
		return -1;
	return xdp_setup(state);
}

static int teardown(void **state)
{
	real_close(sender);
	real_close(receiver);
	ports_remove("nrc0");
	ports_remove("nrd0");
	return xdp_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(filtered, xdp_clean),
		cmocka_unit_test_teardown(link_local, xdp_clean),
		cmocka_unit_test_teardown(runs, xdp_clean),
		cmocka_unit_test_teardown(used_before, xdp_clean),
		cmocka_unit_test_teardown(new_interface, xdp_clean),
	};

	enter_private_network();
	xdp_need_bpf();
	return cmocka_run_group_tests_name("xdp_bridge_frames", tests, setup,
					   teardown);
}
