/* SPDX-License-Identifier: MIT */
/* scripted_capture.c - a ring in memory, and a kernel that follows a script. */
#include "scripted_capture.h"

struct script script;

static uint64_t memory[SCRIPT_BLOCK * SCRIPT_BLOCKS / 8];

static int scripted_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	struct script_poll *plan = &script.polls[script.polled];

	assert_int_equal(count, 1);
	assert_int_equal(fds->fd, 98);
	if (script.polled >= script.planned)
		fail_msg("poll %u, timeout %d, was not planned", script.polled,
			 timeout);
	script.polled++;
	plan->timeout = timeout;
	plan->events = fds->events;
	if (plan->error) {
		errno = plan->error;
		return -1;
	}
	if (plan->so_error)
		script.so_error = plan->so_error;
	if (plan->then)
		plan->then();
	/* what was not asked for does not come, errors do */
	fds->revents = (short)(plan->revents &
			       (fds->events | POLLERR | POLLHUP | POLLNVAL));
	if (fds->revents)
		return 1;
	if (timeout < 0)
		fail_msg("poll %u would sleep for ever", script.polled - 1);
	script.now += timeout;
	return 0;
}

static int scripted_getsockopt(int fd, int level, int option, void *value,
			       socklen_t *size)
{
	assert_int_equal(fd, 98);
	assert_int_equal(level, SOL_SOCKET);
	assert_int_equal(option, SO_ERROR);
	assert_int_equal(*size, sizeof(int));
	*(int *)value = script.so_error;
	script.so_error = 0;
	return 0;
}

static int scripted_getsockname(int fd, void *address, socklen_t *size)
{
	struct nr_sockaddr_ll *ll = address;

	assert_int_equal(fd, 98);
	assert_int_equal(*size, sizeof(*ll));
	ll->family = AF_PACKET;
	ll->ifindex = script.ifindex;
	ll->hatype = 1;
	return 0;
}

static int no_such_device(void)
{
	errno = ENODEV;
	return -1;
}

/* While waiting, the name that the interface has now, and flags by a name. */
static int scripted_ioctl(int fd, unsigned long request, void *argument)
{
	struct nr_ifreq *asked = argument;
	int gone = script.ifindex < 0 || script.unnamed;

	assert_int_equal(fd, 98);
	if (request == NR_SIOCGIFNAME) {
		assert_int_equal(asked->u.ifindex, 7);
		if (gone)
			return no_such_device();
		memset(asked->name, 0, sizeof(asked->name));
		memcpy(asked->name, script.name, strlen(script.name));
		return 0;
	}
	assert_int_equal(request, NR_SIOCGIFFLAGS);
	script.looked++;
	if (!gone && !strcmp(asked->name, script.name))
		asked->u.flags = script.up ? 0x1043 : 0x1002;
	else if (script.other && !strcmp(asked->name, script.other))
		asked->u.flags = 0x1043;
	else
		return no_such_device();
	return 0;
}

static int scripted_clock(struct timespec *now)
{
	script.clocked++;
	return wrap_time(now, script.now * 1000 + 999);
}

void script_begin(int slots)
{
	struct netring_capture *cap = &script.cap;

	memset(&script, 0, sizeof(script));
	memset(memory, 0, sizeof(memory));
	script.now = 5000000000000; /* 158 years: more than 32 bits */
	script.ifindex = 7;
	script.up = 1;
	script.name = "eth0";
	cap->fd_ = 99;
	cap->ring_ = cap->at_ = (uint8_t *)memory;
	cap->ring_size_ = sizeof(memory);
	cap->geometry_.block_size = SCRIPT_BLOCK;
	cap->geometry_.block_count = SCRIPT_BLOCKS;
	cap->geometry_.frame_size = SCRIPT_FRAME;
	cap->slots_ = slots ? SCRIPT_BLOCK / SCRIPT_FRAME : 0;
	cap->status_at_ =
		slots ? 0 :
			offsetof(struct nr_tpacket_block_desc, block_status);
	memcpy(cap->interface_, "eth0", 5);
	cap->ifindex_ = 7;
	wrap_arm(0, 0);
	wrap.poll = scripted_poll;
	wrap.getsockopt = scripted_getsockopt;
	wrap.getsockname = scripted_getsockname;
	wrap.ioctl = scripted_ioctl;
	wrap.clock = scripted_clock;
}

void script_end(void)
{
	wrap_disarm();
	assert_int_equal(script.polled, script.planned);
}

struct script_poll *script_plan(int revents)
{
	assert_true(script.planned < 32);
	script.polls[script.planned].revents = revents;
	return &script.polls[script.planned++];
}

static void deliver_block(uint8_t *at)
{
	struct nr_tpacket_block_desc *block = (void *)at;
	struct netring_tpacket3_ *packet = (void *)(at + 48);

	packet->mac = 86;
	packet->snaplen = packet->len = 60;
	block->num_pkts = 1;
	block->offset_to_first_pkt = 48;
	block->block_status = NR_TP_STATUS_USER;
}

void script_deliver(uint32_t ahead)
{
	struct netring_capture *cap = &script.cap;
	struct netring_tpacket2_ *frame;
	uint32_t slot, block;

	if (!cap->slots_) {
		block = (cap->block_ + ahead) % SCRIPT_BLOCKS;
		deliver_block((uint8_t *)memory + block * SCRIPT_BLOCK);
		return;
	}
	slot = cap->block_ * cap->slots_ + cap->slot_ + ahead;
	slot %= SCRIPT_BLOCKS * cap->slots_;
	frame = (void *)((uint8_t *)memory + slot * SCRIPT_FRAME);
	frame->mac = 70;
	frame->snaplen = frame->len = 60;
	frame->status = NR_TP_STATUS_USER;
}

void script_deliver_now(void)
{
	script_deliver(0);
}
