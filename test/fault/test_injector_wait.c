/* SPDX-License-Identifier: MIT */
/* test_injector_wait.c - full rings and deadlines, by a scripted kernel. */
#include "wrap.h"

#include "injector.h"

#define SLOT 256u
#define SLOTS 2u
#define START 5000000000000 /* ms */

static struct {
	_Alignas(16) uint8_t ring[SLOT * SLOTS];
	struct netring_injector inj;
	int64_t now_us;
	int kicks, sleeps, clocked;
	int error;  /* of kicks that find a frame, */
	int always; /* or none */
	int takes;  /* kicks hand frames on, */
	int frees;  /* and they come back at once */
	int then;   /* number of the sleep after which... */
	void (*what)(void);
	int interrupted;  /* nanosleep by EINTR, at once */
	long slept[4096]; /* ns of each */
} t;

static struct injector_slot *slot(uint32_t i)
{
	return (void *)(t.ring + (size_t)i * SLOT);
}

static void device(uint32_t from, uint32_t to)
{
	uint32_t i;

	for (i = 0; i < SLOTS; i++)
		if (slot(i)->status == from)
			slot(i)->status = to;
}

static ssize_t scripted_send(int fd, size_t size, int flags)
{
	ssize_t sent = 0;
	uint32_t i;

	assert_int_equal(fd, 77);
	assert_int_equal(size, 0);
	assert_int_equal(flags, MSG_DONTWAIT);
	t.kicks++;
	for (i = 0; i < SLOTS && t.error; i++)
		if (slot(i)->status == 1 && slot(i)->len == 10)
			slot(i)->status = 0; /* passed over */
		else if (slot(i)->status == 1 || t.error == t.always) {
			errno = t.error;
			return -1;
		}
	for (i = 0; i < SLOTS && t.takes; i++)
		if (slot(i)->status == 1)
			sent += slot(i)->len - 10;
	if (t.takes)
		device(1, 2);
	if (t.frees)
		device(2, 0);
	return sent;
}

static int scripted_nanosleep(const struct timespec *time)
{
	assert_int_equal(time->tv_sec, 0);
	assert_in_range(time->tv_nsec, 1, 999999999);
	assert_true(t.sleeps < 4096);
	t.slept[t.sleeps++] = time->tv_nsec;
	if (t.interrupted) {
		t.now_us++;
		errno = EINTR;
		return -1;
	}
	t.now_us += time->tv_nsec / 1000;
	if (t.sleeps == t.then)
		t.what();
	return 0;
}

static int scripted_clock(struct timespec *now)
{
	t.clocked++;
	return wrap_time(now, t.now_us);
}

static int no_ioctl(int fd, unsigned long request, void *argument)
{
	(void)fd;
	(void)argument;
	assert_int_equal(request, NR_SIOCGIFNAME);
	errno = ENODEV;
	return -1;
}

static const uint8_t bytes[SLOT] = { [12] = 8, [59] = 7 };

/* A ring with @used frames in it, that the kernel has taken or not. */
static void begin(uint32_t used, int taken)
{
	memset(&t, 0, sizeof(t));
	t.now_us = START * 1000;
	t.inj.fd_ = 78;
	t.inj.ring_ = t.ring;
	t.inj.ring_size_ = sizeof(t.ring);
	t.inj.geometry_.block_size = SLOT * SLOTS;
	t.inj.geometry_.block_count = 1;
	t.inj.geometry_.frame_size = SLOT;
	t.inj.geometry_.frame_count = SLOTS;
	t.inj.slots_ = SLOTS;
	t.inj.interface_.mtu = 200;
	t.inj.interface_.flags = NR_IFF_UP | NR_IFF_RUNNING;
	t.inj.header_ = 14;
	t.inj.looked_ = (uint32_t)START;
	t.inj.retry_ms_ = 1u << 30;
	wrap_arm(0, 0);
	wrap.endless = 1;
	wrap.send = scripted_send;
	wrap.nanosleep = scripted_nanosleep;
	wrap.clock = scripted_clock;
	wrap.ioctl = no_ioctl;
	while (used--)
		assert_int_equal(netring_injector_queue(&t.inj, bytes, 60, 0),
				 0);
	t.takes = taken;
	if (taken)
		assert_int_equal(netring_injector_flush(&t.inj),
				 t.inj.pending_);
	t.takes = t.kicks = 0;
	assert_int_equal(wrap.count - (uint32_t)taken,
			 t.clocked); /* before it looks at the MTU */
	wrap.count = 0;
	t.clocked = 0;
}

static void end(uint32_t pending)
{
	assert_int_equal(netring_injector_pending(&t.inj), pending);
	assert_int_equal(t.inj.stats_.queued,
			 t.inj.stats_.accepted + pending +
				 netring_refused_sum(&t.inj.stats_.refused));
	wrap_disarm();
}

static int queue(int64_t deadline)
{
	return netring_injector_queue(&t.inj, bytes, 60, deadline);
}

static int send_one(int64_t deadline)
{
	return netring_injector_send(&t.inj, bytes, 60, deadline);
}

static int drain(int64_t deadline)
{
	return netring_injector_drain(&t.inj, deadline);
}

static void free_one(void)
{
	slot(0)->status = 0;
}

static void link_up(void)
{
	t.error = 0;
	t.takes = t.frees = 1;
}

/* Room: no system call at all, and one for a send. */
static void room(void **state)
{
	(void)state;
	begin(1, 0);
	assert_int_equal(queue(0), 0);
	assert_int_equal(wrap.count, 0);
	end(2);
	begin(1, 0);
	t.takes = t.frees = 1;
	assert_int_equal(send_one(NETRING_FOREVER), 0);
	assert_int_equal(wrap.count, 1);
	end(0);
	assert_memory_equal(t.ring + SLOT + 42, bytes, 60);
	/* slots that came back are found without a kick */
	begin(2, 1);
	device(2, 0x20000000);
	assert_int_equal(queue(0), 0);
	assert_int_equal(wrap.count, 1); /* the clock, for the MTU */
	end(1);
}

/* Full: a kick may make room, before any time passes. */
static void kick_first(void **state)
{
	(void)state;
	begin(2, 0);
	t.takes = t.frees = 1;
	assert_int_equal(queue(0), 0);
	assert_int_equal(t.kicks, 1);
	assert_int_equal(t.sleeps, 0);
	assert_int_equal(t.clocked, 1); /* for the MTU, by then */
	end(1);
}

/* No time, or a deadline long past: one kick, no sleep. */
static void no_waiting(void **state)
{
	static const int64_t deadlines[] = {
		0, 1, START - 1, START, -2, -START, INT64_MIN,
	};
	uint32_t i, taken;

	(void)state;
	for (i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++)
		for (taken = 0; taken < 2; taken++) {
			begin(2, (int)taken);
			assert_int_equal(queue(deadlines[i]), -EAGAIN);
			assert_int_equal(send_one(deadlines[i]), -EAGAIN);
			assert_int_equal(t.kicks, 2);
			assert_int_equal(drain(deadlines[i]), 2);
			assert_int_equal(t.kicks, 3);
			assert_int_equal(t.sleeps, 0);
			end(2);
		}
}

/* Longer sleeps, to a bound; kicked after each; not much over the deadline. */
static void back_off(void **state)
{
	int (*const calls[])(int64_t) = { queue, send_one, drain };
	uint32_t i;
	int n;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin(2, 1);
		assert_int_equal(calls[i](START + 50), i == 2 ? 2 : -EAGAIN);
		for (n = 1; n < t.sleeps; n++) {
			assert_true(t.slept[n] >= t.slept[n - 1]);
			assert_true(t.slept[n] <= 2 * t.slept[n - 1]);
		}
		assert_true(t.slept[0] <= 50000);
		assert_in_range(t.slept[t.sleeps - 1], 500000, 2000000);
		assert_in_range(t.now_us, START * 1000 + 50000,
				START * 1000 + 52000);
		assert_in_range(t.sleeps, 20, 110);
		assert_int_equal(t.kicks, t.sleeps + 1);
		end(2);
	}
}

/* A deadline in 100 years, or none: until a slot comes back. */
static void until_there_is_room(void **state)
{
	static const int64_t deadlines[] = { NETRING_FOREVER, INT64_MAX,
					     2 * START };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
		begin(2, 1);
		t.then = 1000;
		t.what = free_one;
		assert_int_equal(queue(deadlines[i]), 0);
		assert_int_equal(t.sleeps, 1000);
		end(2);
		begin(2, 0);
		t.then = 700;
		t.what = link_up;
		assert_int_equal(drain(deadlines[i]), 0);
		assert_int_equal(t.sleeps, 700);
		end(0);
	}
}

/* A signal ends a wait, without end too: its caller wants to know. */
static void signals(void **state)
{
	int (*const calls[])(int64_t) = { queue, send_one, drain };
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		begin(2, 1);
		t.interrupted = 1;
		assert_int_equal(calls[i](START + 1), -EINTR);
		assert_int_equal(calls[i](NETRING_FOREVER), -EINTR);
		assert_int_equal(t.sleeps, 2);
		end(2);
	}
}

/* ENETDOWN ends nothing but the deadline, and then is what is told. */
static void link_down(void **state)
{
	(void)state;
	begin(2, 0);
	t.error = ENETDOWN;
	assert_int_equal(queue(0), -ENETDOWN);
	assert_int_equal(queue(START + 5), -ENETDOWN);
	assert_true(t.sleeps > 3);
	/* not queued: not to be told as if it were */
	assert_int_equal(send_one(0), -ENETDOWN);
	assert_int_equal(drain(0), 2);
	end(2);
	assert_int_equal(t.inj.stats_.queued, 2);
	begin(1, 0);
	t.error = ENETDOWN;
	/* queued: it goes out when the link is back */
	assert_int_equal(send_one(0), 0);
	assert_int_equal(netring_injector_flush(&t.inj), -ENETDOWN);
	end(2);
	begin(2, 0);
	t.error = ENETDOWN;
	t.then = 100;
	t.what = link_up;
	assert_int_equal(send_one(NETRING_FOREVER), 0);
	assert_int_equal(t.sleeps, 100);
	end(0);
}

/* What is not said of a frame ends the waiting at once. */
static void other_errors(void **state)
{
	static const int errors[] = { ENXIO, ENODEV, EINTR };
	uint32_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		r = errors[i] == ENXIO ? -ENODEV : -errors[i];
		begin(2, 0);
		t.error = t.always = errors[i];
		assert_int_equal(queue(NETRING_FOREVER), r);
		assert_int_equal(send_one(NETRING_FOREVER), r);
		assert_int_equal(drain(NETRING_FOREVER), r);
		assert_int_equal(t.sleeps, 0);
		end(2);
	}
}

/* What is said of a frame drops that frame: then there is room. */
static void refusals(void **state)
{
	static const int errors[] = { EINVAL, EIO, ENOMEM, EPERM, EMSGSIZE };
	uint32_t i;

	(void)state;
	for (i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		begin(2, 0);
		t.error = errors[i];
		assert_int_equal(drain(NETRING_FOREVER), 0);
		assert_int_equal(t.inj.stats_.accepted, 0);
		assert_int_equal(t.kicks, 3);
		assert_int_equal(t.sleeps, 0);
		/* with nothing to be dropped, it is the caller's */
		t.always = errors[i];
		assert_int_equal(drain(NETRING_FOREVER), -errors[i]);
		end(0);
	}
}

/* What the kernel asks to repeat is repeated, for as long as there is time. */
static void asked_to_repeat(void **state)
{
	static const int errors[] = { ENOBUFS, EAGAIN };
	uint32_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		begin(2, 0);
		t.error = errors[i];
		assert_int_equal(queue(START + 20), -EAGAIN);
		assert_int_equal(drain(START + 40), 2);
		assert_true(t.sleeps > 20);
		assert_int_equal(t.inj.stats_.retried, t.kicks);
		t.then = t.sleeps + 5;
		t.what = link_up;
		assert_int_equal(drain(NETRING_FOREVER), 0);
		end(0);
	}
}

/* Refused for their length: a full ring is not waited for in vain. */
static void lengths(void **state)
{
	(void)state;
	begin(1, 0);
	assert_int_equal(netring_injector_queue(&t.inj, bytes, 13, 0), -EINVAL);
	assert_int_equal(netring_injector_queue(&t.inj, bytes, 215, 0),
			 -EMSGSIZE);
	/* longer than the slot: not even copied */
	assert_int_equal(netring_injector_queue(&t.inj, NULL, 225, 0),
			 -EMSGSIZE);
	assert_int_equal(netring_injector_send(&t.inj, NULL, UINT32_MAX, 0),
			 -EMSGSIZE);
	assert_int_equal(t.kicks, 0);
	assert_int_equal(netring_injector_queue(&t.inj, bytes, 214, 0), 0);
	end(2);
	assert_int_equal(t.inj.stats_.too_long, 3);
	assert_int_equal(t.inj.stats_.too_short, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room),
		cmocka_unit_test(kick_first),
		cmocka_unit_test(no_waiting),
		cmocka_unit_test(back_off),
		cmocka_unit_test(until_there_is_room),
		cmocka_unit_test(signals),
		cmocka_unit_test(link_down),
		cmocka_unit_test(other_errors),
		cmocka_unit_test(refusals),
		cmocka_unit_test(asked_to_repeat),
		cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests_name("injector_wait", tests, NULL, NULL);
}
