/* SPDX-License-Identifier: MIT */
/* scripted_bridge.c - a bridge over rings in memory, a kernel at both ends. */
#include "scripted_bridge.h"

struct bridging b;

static struct netring_tpacket2_ *rx_slot(int port, uint32_t i)
{
	return (void *)(b.rx[port] + (size_t)i * SLOT);
}

static struct injector_slot *tx_slot(int port, uint32_t i)
{
	return (void *)(b.tx[port] + (size_t)i * SLOT);
}

/* TCP over IPv4, whose vnet header is SUPER_FRAME. */
void super_frame(uint8_t *bytes, uint32_t len)
{
	static const uint8_t headers[] = {
		0x08, 0x00,				    /* Ethernet */
		0x45, 0,    0, 0, 0,  1, 0, 0, 64, 6, 0, 0, /* IPv4 */
		10,   0,    0, 1, 10, 0, 0, 2,		    /* addresses */
		0,    1,    0, 2, 0,  0, 0, 3, 0,  0, 0, 4, /* TCP */
		0x50, 0x10, 1, 0, 0,  0, 0, 0
	};

	memcpy(bytes + 12, headers, sizeof(headers));
	bytes[16] = (uint8_t)((len - 14) >> 8);
	bytes[17] = (uint8_t)(len - 14);
}

int arrive(int port, const struct arrival *frame)
{
	struct netring_tpacket2_ *h = rx_slot(port, b.rx_at[port]);
	uint32_t len = frame->len ? frame->len : 60, i;
	uint8_t *bytes = (uint8_t *)h + RX_MAC;

	if (h->status)
		return 0;
	memset(h, 0xee, SLOT);
	h->mac = RX_MAC;
	h->snaplen = len;
	h->len = frame->wire_len ? frame->wire_len : len;
	h->vlan_tpid = frame->tpid;
	h->vlan_tci = frame->tci;
	memset(&h->link, 0, sizeof(h->link));
	for (i = 0; i < len; i++)
		bytes[i] = (uint8_t)i;
	if (len >= 15)
		bytes[14] = frame->mark;
	if (len >= 14) {
		bytes[12] = (uint8_t)((frame->type ? frame->type : 0x800) >> 8);
		bytes[13] = (uint8_t)frame->type;
	}
	if (frame->link_local)
		memcpy(bytes, "\x01\x80\xc2\x00\x00", 5);
	if (frame->link_local)
		bytes[5] = (uint8_t)(frame->link_local - 1);
	if (frame->odd)
		bytes[frame->odd - 1] ^= 1;
	memcpy(bytes - 10, frame->vnet, 10);
	if (frame->vnet[1])
		super_frame(bytes, h->len);
	h->status = NR_TP_STATUS_USER | frame->status |
		    (frame->tpid ? 0x50u : 0u);
	b.rx_at[port] = (b.rx_at[port] + 1) % RX_SLOTS;
	return 1;
}

int arrive_plain(int port, uint8_t mark)
{
	const struct arrival frame = { .mark = mark };

	return arrive(port, &frame);
}

static struct departure *depart(int port, const uint8_t *vnet, uint32_t size)
{
	struct departure *d = &b.left[b.departed++ % 256];

	memset(d, 0, sizeof(*d));
	d->port = port;
	d->len = size - 10;
	memcpy(d->vnet, vnet, 10);
	memcpy(d->bytes, vnet + 10, d->len < SLOT ? d->len : SLOT);
	return d;
}

void unstick(int port)
{
	uint32_t i;

	for (i = 0; i < TX_SLOTS; i++)
		if (tx_slot(port, i)->status == NR_TP_STATUS_SENDING)
			tx_slot(port, i)->status = NR_TP_STATUS_AVAILABLE;
	b.stuck[port] = 0;
}

/* Everything up to the first slot that is not to be sent. */
static ssize_t kick(int fd, size_t size, int flags)
{
	int port = fd - TX_FD;
	struct injector_slot *slot;
	ssize_t sent = 0;

	assert_in_range(port, 0, 1);
	assert_int_equal(size, 0);
	assert_int_equal(flags, MSG_DONTWAIT);
	b.kicks[port]++;
	if (b.kick_error[port]) {
		errno = b.kick_error[port];
		return -1;
	}
	for (;; b.tx_at[port] = (b.tx_at[port] + 1) % TX_SLOTS) {
		slot = tx_slot(port, b.tx_at[port]);
		if (slot->status != NR_TP_STATUS_SEND_REQUEST)
			return sent;
		assert_true(slot->len >= 10);
		assert_true(slot->len <= SLOT - 32);
		slot->status = b.stuck[port] ? NR_TP_STATUS_SENDING :
					       NR_TP_STATUS_AVAILABLE;
		if (slot->len < 24)
			continue; /* a runt, or a hole: passed over */
		sent += slot->len - 10;
		depart(port, (uint8_t *)slot + 32, slot->len);
	}
}

static ssize_t whole_frame(int fd, const void *bytes, size_t size)
{
	int port = fd - BRIDGE_FD;

	assert_in_range(port, 0, 1);
	if (b.sendto_error[port]) {
		errno = b.sendto_error[port];
		return -1;
	}
	depart(port, bytes, (uint32_t)size)->by_sendto = 1;
	return (ssize_t)size;
}

static ssize_t receive_whole(int fd, void *bytes, size_t size, int flags)
{
	uint32_t i = b.queue_out % 4, len = b.queue_len[i];

	assert_int_equal(fd, RX_FD + b.queue_port);
	assert_true(flags & MSG_DONTWAIT);
	if (b.so_error[0] || b.queue_out == b.queue_in) {
		errno = b.so_error[0] ? b.so_error[0] : EAGAIN;
		b.so_error[0] = 0;
		return -1;
	}
	b.queue_out++;
	if (size)
		memcpy(bytes, b.queue[i], len < size ? len : size);
	return (ssize_t)(len < size ? len : size);
}

static int scripted_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	int i, n = 0;

	b.polls++;
	if (count == 1) { /* a capture's own */
		i = fds->fd - RX_FD;
		fds->revents = b.so_error[i] ? POLLERR : 0;
		return fds->revents != 0;
	}
	b.timeout = timeout;
	if (b.poll_error) {
		errno = b.poll_error;
		if (b.poll_errors && !--b.poll_errors)
			b.poll_error = 0;
		return -1;
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(fds[i].fd, RX_FD + i);
		b.events[i] = fds[i].events;
		fds[i].revents = b.so_error[i] ? POLLERR : 0;
		/* as the kernel does: the slot before its next one */
		if (fds[i].events & POLLIN &&
		    rx_slot(i, (b.rx_at[i] + RX_SLOTS - 1) % RX_SLOTS)->status)
			fds[i].revents |= POLLIN;
		n += fds[i].revents != 0;
	}
	for (i = 2; i < (int)count; i++) {
		fds[i].revents = fds[i].fd >= 0 && b.stop_ready ? POLLIN : 0;
		n += fds[i].revents != 0;
	}
	if (!n && timeout < 0)
		fail_msg("poll %d would sleep for ever", b.polls);
	if (!n)
		b.now += timeout;
	if (b.down_after_poll) {
		b.so_error[0] = ENETDOWN;
		b.up[0] = 0;
		b.down_after_poll = 0;
	}
	return n;
}

static int scripted_getsockopt(int fd, int level, int option, void *value,
			       socklen_t *size)
{
	struct nr_tpacket_stats_v3 stats = { b.drops + 5, b.drops, 0 };
	int port = fd - RX_FD;

	assert_in_range(port, 0, 1);
	if (level == SOL_SOCKET) {
		assert_int_equal(option, SO_ERROR);
		*(int *)value = b.so_error[port];
		b.so_error[port] = 0;
		return 0;
	}
	assert_int_equal(option, NR_PACKET_STATISTICS);
	memcpy(value, &stats, *size < 8 ? *size : 8);
	b.drops = 0;
	return 0;
}

static int scripted_getsockname(int fd, void *address, socklen_t *size)
{
	struct nr_sockaddr_ll *ll = address;
	int port = fd >= TX_FD ? fd - TX_FD : fd - RX_FD;

	(void)size;
	assert_in_range(port, 0, 1);
	ll->ifindex = b.index[port];
	ll->hatype = 1;
	return 0;
}

static int scripted_ioctl(int fd, unsigned long request, void *argument)
{
	struct nr_ifreq *r = argument;
	int port = fd % 2;

	if (request == NR_SIOCGIFNAME)
		port = r->u.ifindex - 7;
	assert_in_range(port, 0, 1);
	if (request != NR_SIOCGIFNAME)
		assert_int_equal(r->name[4], '0' + port);
	if (b.index[port] < 0) {
		errno = ENODEV;
		return -1;
	}
	switch (request) {
	case NR_SIOCGIFNAME:
		assert_int_equal(r->u.ifindex, b.index[port]);
		memcpy(r->name, port ? "port1" : "port0", 6);
		return 0;
	case NR_SIOCGIFMTU:
		r->u.mtu = (int32_t)b.mtu;
		return 0;
	case NR_SIOCGIFFLAGS:
		r->u.flags = b.up[port] ? 0x1043 : 0x1002;
		return 0;
	case NR_SIOCGIFHWADDR:
		r->u.flags = NR_ARPHRD_ETHER;
		return 0;
	case NR_SIOCGIFINDEX:
		r->u.ifindex = b.index[port];
		return 0;
	}
	errno = EOPNOTSUPP; /* ethtool */
	return -1;
}

static int scripted_setsockopt(int fd, int level, int option, const void *value,
			       socklen_t size)
{
	(void)fd;
	(void)value;
	(void)size;
	assert_int_equal(level, NR_SOL_PACKET);
	assert_int_equal(option, NR_PACKET_ADD_MEMBERSHIP);
	return 0;
}

static int scripted_bind(int fd, const void *address)
{
	(void)fd;
	(void)address;
	return 0;
}

static int scripted_clock(struct timespec *now)
{
	return wrap_time(now, b.now * 1000);
}

static void told(void *user, int port, enum netring_port_event event)
{
	assert_ptr_equal(user, &b);
	assert_true(b.told < 16);
	b.events_told[b.told].port = port;
	b.events_told[b.told++].event = event;
}

static void make_port(int i)
{
	struct netring_capture *cap = &b.br.port_[i].capture;
	struct netring_injector *inj = &b.br.port_[i].injector;
	char name[16] = "port0";

	name[4] = (char)('0' + i);
	memcpy(cap->interface_, name, 16);
	memcpy(inj->interface_.name, name, 16);
	b.br.port_[i].number = (uint8_t)i;
	cap->fd_ = RX_FD + i + 1;
	cap->ring_ = cap->at_ = b.rx[i];
	cap->ring_size_ = sizeof(b.rx[i]);
	cap->geometry_.block_size = RX_SLOTS / 2 * SLOT;
	cap->geometry_.block_count = 2;
	cap->geometry_.frame_size = SLOT;
	cap->slots_ = RX_SLOTS / 2;
	cap->packet_flags_ = NETRING_PACKET_VNET;
	cap->flags_ = NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_OVERSIZE;
	cap->ifindex_ = (uint32_t)(7 + i);
	b.br.port_[i].fd_ = BRIDGE_FD + i + 1;
	inj->fd_ = TX_FD + i + 1;
	inj->ring_ = b.tx[i];
	inj->ring_size_ = sizeof(b.tx[i]);
	inj->geometry_.block_size = sizeof(b.tx[i]);
	inj->geometry_.block_count = 1;
	inj->geometry_.frame_size = SLOT;
	inj->geometry_.frame_count = TX_SLOTS;
	inj->slots_ = TX_SLOTS;
	inj->flags_ = NETRING_INJECTOR_VNET_HDR;
	inj->interface_.mtu = b.mtu;
	inj->header_ = 14;
	inj->interface_.ifindex = (uint32_t)(7 + i);
	inj->interface_.type = NR_ARPHRD_ETHER;
	inj->interface_.flags = 0x1043;
	inj->looked_ = (uint32_t)START;
	inj->retry_ms_ = 1000;
	b.index[i] = 7 + i;
	b.up[i] = 1;
}

void bridging_begin(uint32_t flags)
{
	memset(&b, 0, sizeof(b));
	b.now = START;
	b.mtu = 300;
	make_port(0);
	make_port(1);
	b.br.config_.flags = flags;
	b.br.config_.budget = 8;
	b.br.looked_ = (uint32_t)START;
	b.br.config_.event = told;
	b.br.config_.user = &b;
	wrap_arm(0, 0);
	wrap.endless = 1;
	wrap.poll = scripted_poll;
	wrap.send = kick;
	wrap.sendto = whole_frame;
	wrap.recv = receive_whole;
	wrap.getsockopt = scripted_getsockopt;
	wrap.getsockname = scripted_getsockname;
	wrap.setsockopt = scripted_setsockopt;
	wrap.ioctl = scripted_ioctl;
	wrap.bind = scripted_bind;
	wrap.clock = scripted_clock;
}

struct netring_bridge_stats bridging_stats(int direction)
{
	struct netring_bridge_stats s;

	assert_int_equal(netring_bridge_read_stats(&b.br, direction, &s), 0);
	assert_int_equal(s.received, s.forwarded + s.filtered + s.link_local +
					     s.too_long + s.ring_full +
					     s.link_down + s.pending +
					     netring_refused_sum(&s.refused));
	assert_true(s.checksum <= s.received);
	assert_true(s.gso <= s.received);
	return s;
}

/* Both directions add up, and what was told as forwarded has left; or is on
 * its way, once it is taken. */
void bridging_end(void)
{
	struct netring_bridge_stats there = bridging_stats(0);
	struct netring_bridge_stats back = bridging_stats(1);

	assert_in_range(b.departed, there.forwarded + back.forwarded,
			there.forwarded + back.forwarded + there.pending +
				back.pending);
	wrap_disarm();
}
