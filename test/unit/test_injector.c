/* SPDX-License-Identifier: MIT */
/* test_injector.c - a million random calls against a model of the ring. */
/* netring-test: fuller */
#include "injector_model.h"
#include "rounds.h"

enum state {
	RESERVED,
	COMMITTED,
	HOLE
};

/* A frame between its reservation and its slot's return. */
struct entry {
	struct netring_frame frame;
	enum state state;
	uint32_t id;	  /* what its bytes are made from */
	uint32_t len;	  /* as committed */
	uint8_t type[2];  /* at 12 and 13 */
	uint8_t gso_type; /* of its vnet header */
	int given;	  /* the kernel has taken it, or passed over it */
	int back;	  /* and given it back */
	int odd; /* the kernel passes over it, though it was committed */
};

/* Positions count from 0 and do not wrap; numbers are position + start. */
static struct {
	struct entry entries[TX_SLOTS]; /* by position modulo slots */
	uint64_t tail, head;
	uint32_t start, start_slot, next_id, mtu;
	uint64_t kernel; /* position that the kernel looks at */
	struct netring_injector_stats stats;
	uint64_t dearth; /* times the ring was full */
} model;

static struct entry *at(uint64_t position)
{
	return &model.entries[position % tx_count()];
}

static uint32_t slot_at(uint64_t position)
{
	return (uint32_t)((model.start_slot + position) % tx_count());
}

static uint8_t byte_of(const struct entry *e, uint32_t i)
{
	if (i == 12 || i == 13)
		return e->type[i - 12];
	return (uint8_t)(e->id * 31 + (e->id >> 8) + i * 7);
}

/* The kernel's next frame is the model's next, byte by byte. */
static void taken(struct tx *t, uint32_t slot, const uint8_t *frame,
		  uint32_t len)
{
	struct entry *e = at(model.kernel);
	uint32_t i;

	(void)t;
	assert_true(model.kernel < model.head);
	assert_int_equal(slot, slot_at(model.kernel));
	assert_int_equal(e->state, COMMITTED);
	assert_false(e->given);
	assert_int_equal(len, e->len);
	for (i = 0; i < len; i++)
		if (frame[i] != byte_of(e, i))
			fail_msg("frame %u, byte %u of %u", e->id, i, len);
	if (tx.shape.vnet) {
		assert_int_equal(frame[-9], e->gso_type);
		assert_int_equal(frame[-10], 0);
	}
	e->given = 1;
	model.kernel++;
}

/* A vnet header that it does not like: nothing but the sum tells. */
static int refuses(struct tx *t, uint32_t slot, const uint8_t *frame)
{
	struct entry *e = at(model.kernel);

	(void)t;
	(void)frame;
	assert_true(model.kernel < model.head);
	assert_int_equal(slot, slot_at(model.kernel));
	if (e->state != COMMITTED || !e->odd)
		return 0;
	e->state = HOLE;
	e->given = e->back = 1;
	model.kernel++;
	model.stats.refused.header++;
	return 1;
}

/* A kick that failed is the failure of the frame at the head, and no other. */
static void failed(struct tx *t, uint32_t slot)
{
	struct netring_refused *refused = &model.stats.refused;
	struct entry *e = at(model.kernel);

	assert_int_equal(slot, slot_at(model.kernel));
	assert_int_equal(e->state, COMMITTED);
	if (t->error == ENOBUFS || t->error == EAGAIN) {
		model.stats.retried++;
		return;
	}
	e->state = HOLE;
	switch (t->error) {
	case EINVAL:
		refused->header++;
		break;
	case EMSGSIZE:
		refused->length++;
		break;
	case ENOMEM:
		refused->memory++;
		break;
	case EPERM:
	case EACCES:
		refused->rule++;
		break;
	case EOPNOTSUPP:
		refused->unsupported++;
		break;
	default:
		refused->other++;
	}
}

/* Holes. */
static void skipped(struct tx *t, uint32_t slot)
{
	struct entry *e = at(model.kernel);

	(void)t;
	assert_int_equal(slot, slot_at(model.kernel));
	assert_int_equal(e->state, HOLE);
	e->given = e->back = 1;
	model.kernel++;
}

static void reap(void)
{
	for (; model.tail < model.head && at(model.tail)->back; model.tail++)
		model.stats.accepted += at(model.tail)->state == COMMITTED;
}

static uint32_t pending(void)
{
	uint64_t i;
	uint32_t n = 0;

	reap();
	for (i = model.tail; i < model.head; i++)
		n += at(i)->state == COMMITTED;
	return n;
}

static void reserve(void)
{
	struct netring_frame frame;
	struct injector_slot *slot;
	struct entry *e;
	uint32_t i;
	int r = netring_injector_reserve(&tx.inj, &frame);

	reap();
	if (model.head - model.tail == tx_count()) {
		model.dearth++;
		assert_int_equal(r, -EAGAIN);
		return;
	}
	assert_int_equal(r, 0);
	slot = tx_slot(slot_at(model.head));
	assert_ptr_equal(frame.data, (uint8_t *)slot + tx_front());
	assert_int_equal(frame.capacity, tx_capacity());
	assert_int_equal(frame.number, (uint32_t)model.head + model.start);
	assert_int_equal(slot->status & SLOT_BUSY, 0);
	e = at(model.head++);
	memset(e, 0, sizeof(*e));
	e->frame = frame;
	e->id = model.next_id++;
	e->type[0] = random_below(4) ? 8 : random_below(2) ? 0x81 : 0x88;
	e->type[1] = e->type[0] == 0x88 ? 0xa8 : 0;
	assert_int_equal(!!frame.vnet, tx.shape.vnet);
	if (frame.vnet) {
		assert_ptr_equal(frame.vnet, frame.data - 10);
		for (i = 0; i < 10; i++)
			assert_int_equal(frame.data[(int)i - 10], 0);
		e->gso_type = random_below(3) ? 0 : 1;
		frame.vnet->gso_type = e->gso_type;
		e->odd = e->gso_type && random_below(3) == 0;
	}
	for (i = 0; i < frame.capacity; i++)
		frame.data[i] = byte_of(e, i);
}

/* Any of the reserved ones, or NULL. */
static struct entry *choose(void)
{
	uint64_t i, n = model.head - model.tail, first;

	if (!n)
		return NULL;
	/* most often the oldest, so that things move */
	first = random_below(3) ? 0 : random_below((uint32_t)n);
	for (i = 0; i < n; i++)
		if (at(model.tail + (first + i) % n)->state == RESERVED)
			return at(model.tail + (first + i) % n);
	return NULL;
}

static void give_up(struct entry *e)
{
	if (e == at(model.head - 1))
		model.head--;
	else
		e->state = HOLE;
}

/* What commit is to say; it asks for the MTU before it refuses a length. */
static int expected(const struct entry *e, uint32_t len)
{
	uint32_t header = tx.shape.header ? 14 : 0;

	if (len < (header ? 14 : 1))
		return -EINVAL;
	if (len > tx_capacity())
		return -EMSGSIZE;
	if (e->gso_type)
		return 0;
	if (header && len >= 14 &&
	    (e->type[0] == 0x81 || (tx.shape.vnet && e->type[0] == 0x88)))
		header += 4;
	return len <= model.mtu + header ? 0 : -EMSGSIZE;
}

static uint32_t some_length(void)
{
	static const uint32_t lengths[] = { 0, 1, 13, 14, 15, 60 };
	uint32_t n = random_below(20);

	if (n < 6)
		return lengths[n];
	if (n < 12)
		return tx.mtu + 8 + random_below(14);
	if (n < 14)
		return tx_capacity() - 2 + random_below(4);
	return 14 + random_below(60);
}

static void commit(void)
{
	struct entry *e = choose();
	uint32_t len = some_length(), asked = tx.asked;
	int r, said;

	if (!e)
		return;
	said = netring_injector_commit(&tx.inj, &e->frame, len);
	if (tx.asked != asked && !tx.gone)
		model.mtu = tx.mtu;
	r = expected(e, len);
	assert_int_equal(said, r);
	assert_true(r != -EMSGSIZE || len > tx_capacity() || tx.asked != asked);
	if (r == 0) {
		e->state = COMMITTED;
		e->len = len;
		model.stats.queued++;
		return;
	}
	model.stats.too_short += r == -EINVAL;
	model.stats.too_long += r == -EMSGSIZE;
	give_up(e);
}

static void discard(void)
{
	struct entry *e = choose();

	if (!e)
		return;
	netring_injector_discard(&tx.inj, &e->frame);
	give_up(e);
}

static void flush(void)
{
	static const int errors[] = {
		0,	0,     ENOBUFS, ENOBUFS, EAGAIN,     EAGAIN,   EINVAL,
		ENOMEM, EPERM, EACCES,	EIO,	 EOPNOTSUPP, EMSGSIZE,
	};
	uint32_t kicks = tx.kicks;
	int r;

	tx.at_once = random_below(3) ? UINT32_MAX : random_below(5);
	tx.error = errors[random_below(13)];
	tx.now_ms += random_below(3);
	tx.down = random_below(12) ? 0 : random_below(2) ? ENETDOWN : ENXIO;
	r = netring_injector_flush(&tx.inj);
	assert_true(tx.kicks > kicks);
	if (tx.down) {
		assert_int_equal(r, tx.down == ENXIO ? -ENODEV : -ENETDOWN);
		model.stats.link_down += tx.down == ENETDOWN;
	} else {
		assert_int_equal(r, pending());
	}
	/* it went on for as long as there was progress */
	if (!tx.down && (tx.at_once == UINT32_MAX ||
			 (tx.error ? tx.error != ENOBUFS && tx.error != EAGAIN :
				     tx.at_once)))
		assert_true(model.kernel == model.head ||
			    at(model.kernel)->state == RESERVED);
}

/* The device gives frames back, mostly in order. */
static void complete(void)
{
	uint64_t i;
	uint32_t odd = random_below(8) == 0;

	for (i = model.tail; i < model.kernel; i++) {
		if (at(i)->back)
			continue;
		if (odd && random_below(2))
			continue;
		if (!odd && random_below(5) == 0)
			break;
		tx_complete(slot_at(i));
		at(i)->back = 1;
	}
}

/* Everything that the kernel has not seen, from the newest on. */
static void discard_pending(void)
{
	int dropped = 0;
	uint64_t i;

	for (i = model.tail; i < model.head; i++)
		if (at(i)->state == RESERVED)
			return;
	for (; model.head > model.kernel; model.head--)
		dropped += at(model.head - 1)->state == COMMITTED;
	assert_int_equal(netring_injector_discard_pending(&tx.inj), dropped);
	model.stats.discarded += (uint64_t)dropped;
}

static void check(void)
{
	struct netring_injector_stats stats;

	assert_int_equal(netring_injector_pending(&tx.inj), pending());
	netring_injector_read_stats(&tx.inj, &stats);
	model.stats.pending = pending();
	assert_memory_equal(&stats, &model.stats, sizeof(stats));
	assert_int_equal(stats.queued,
			 stats.accepted + netring_refused_sum(&stats.refused) +
				 stats.discarded + stats.pending);
}

static void change_mtu(void)
{
	tx.mtu = 40 + random_below(tx_capacity());
	tx.gone = random_below(4) == 0;
}

static void random_calls(uint32_t calls)
{
	uint32_t i, n, idle = 0;

	for (i = 0; i < calls; i++) {
		/* now and then the kernel is slow, and the ring fills */
		if (i % 1024 == 0)
			idle = random_below(3) ? 1 : 30;
		n = random_below(100);
		if (n >= 72 && n < 96 && random_below(idle))
			n %= 65;
		if (n < 35)
			reserve();
		else if (n < 65)
			commit();
		else if (n < 72)
			discard();
		else if (n < 85)
			flush();
		else if (n < 95)
			complete();
		else if (n < 96)
			discard_pending();
		else if (n < 99)
			check();
		else
			change_mtu();
	}
}

static const struct tx_shape shapes[] = {
	{ 4096, 1, 4096, 0, 1 }, { 4096, 1, 4096, 1, 1 },
	{ 4096, 1, 2048, 0, 1 }, { 4096, 3, 1360, 0, 1 },
	{ 4096, 3, 1360, 1, 1 }, { 8192, 2, 1536, 1, 1 },
	{ 4096, 3, 3008, 0, 1 }, { 4096, 4, 256, 0, 1 },
	{ 8192, 4, 128, 0, 1 },	 { 8192, 4, 128, 1, 1 },
	{ 4096, 7, 1008, 0, 0 }, { 4096, 1, 4096, 0, 0 },
	{ 16384, 1, 752, 1, 0 }, { 4096, 2, 2048, 1, 1 },
};
#define SHAPES (sizeof(shapes) / sizeof(shapes[0]))
#define CALLS 1000000u

static void begin(const struct tx_shape *shape, uint32_t number)
{
	uint32_t count = shape->block_size / shape->frame_size * shape->blocks;
	uint32_t slot = random_below(count);

	tx_make(shape, number, slot);
	tx.taken = taken;
	tx.skipped = skipped;
	tx.refuses = refuses;
	tx.failed = failed;
	memset(&model, 0, sizeof(model));
	model.start = number;
	model.start_slot = slot;
	model.mtu = tx.mtu;
}

/* Nothing reserved, all sent, all back: the ring is empty and exact. */
static void drain(void)
{
	struct entry *e;

	while ((e = choose()) != NULL) {
		netring_injector_discard(&tx.inj, &e->frame);
		give_up(e);
	}
	tx.down = 0;
	tx.at_once = UINT32_MAX;
	tx.error = 0;
	netring_injector_flush(&tx.inj);
	for (; model.tail < model.kernel; reap())
		complete();
	assert_int_equal(netring_injector_flush(&tx.inj), 0);
	assert_int_equal(model.tail, model.head);
	assert_int_equal(model.kernel, model.head);
	check();
}

static void million(void **state)
{
	uint32_t i, round, dearth = 0;

	(void)state;
	for (i = 0; i < SHAPES; i++) {
		for (round = 0; round < 4; round++) {
			/* 2^32 is passed at the beginning and in between */
			begin(&shapes[i], round < 2 ? random_u32() :
						      0u - random_below(3000));
			random_calls(rounds_of(CALLS) / SHAPES / 4 + 1);
			drain();
			tx_check_gaps();
			dearth += model.dearth > 0;
			assert_true(model.stats.accepted > 0);
			tx_free();
		}
	}
	/* a ring of 256 slots may do with the rounds of "make check" */
	assert_true(dearth >= SHAPES);
}

/* close tells what was never handed over: the same model, cut short. */
static void close_counts(void **state)
{
	uint32_t i, round;
	uint64_t n;
	int lost;

	(void)state;
	for (round = 0; round < 40; round++)
		for (i = 0; i < SHAPES; i++) {
			begin(&shapes[i], random_u32());
			random_calls(random_below(300));
			for (lost = 0, n = model.kernel; n < model.head; n++)
				lost += at(n)->state == COMMITTED;
			tx.inj.fd_ = 0; /* nothing that could be closed */
			assert_int_equal(netring_injector_close(&tx.inj), lost);
			assert_int_equal(netring_injector_close(&tx.inj), 0);
			tx_free();
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(million),
		cmocka_unit_test(close_counts),
	};

	seed_print();
	return cmocka_run_group_tests_name("injector", tests, NULL, NULL);
}
