/* SPDX-License-Identifier: MIT */
/* xdp_program.c - make, load and attach a program of a few instructions. */
#include "xdp_program.h"

#include "interface.h"
#include "xdp.h"

#define QUEUES 64u
#define FLAGS (NETRING_XDP_PROGRAM_FRAGMENTS | NETRING_XDP_PROGRAM_EXCEPT)

/* To the queue's socket; r6 is the context:
 * return redirect_map(map 0, context->rx_queue_index, XDP_PASS) */
static const struct xdp_insn redirect[] = {
	BPF(NR_BPF_LDX_W, 2, 6, NR_XDP_MD_RX_QUEUE_INDEX, 0),
	BPF_MAP(1, 0),
	BPF(NR_BPF_MOV64_IMM, 3, 0, 0, NR_XDP_PASS),
	BPF(NR_BPF_CALL, 0, 0, 0, NR_BPF_FUNC_redirect_map),
	BPF(NR_BPF_EXIT, 0, 0, 0, 0),
};

static const struct xdp_insn pass[] = {
	BPF(NR_BPF_MOV64_IMM, 0, 0, 0, NR_XDP_PASS),
	BPF(NR_BPF_EXIT, 0, 0, 0, 0),
};

static const struct xdp_insn enter[] = {
	BPF(NR_BPF_MOV64_REG, 6, 1, 0, 0),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A number of 16 bits as a load of two bytes in network order gives it. */
#define NET16(n)                                     \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? \
		 ((n) >> 8 | ((n)&0xff) << 8) :      \
		 (n))

void netring_xdp_put_(struct xdp_code *code, const struct xdp_insn *table,
		      unsigned int count)
{
	static const uint16_t numbers[] = {
		NET16(0x8100), NET16(0x88a8), NET16(0x0800),
		NET16(0x86dd), NET16(0x3fff),
	};
	const struct xdp_insn *from;
	struct nr_bpf_insn *to = code->first;

	for (from = table + count; from-- > table;) {
		if (!from->code) {
			code->label[from->value] = to;
			continue;
		}
		if (from->code == NR_BPF_LD_IMM64)
			memset(--to, 0, sizeof(*to)); /* the second slot */
		to--;
		to->code = from->code;
		to->registers = from->registers;
		to->off = from->off;
		to->imm = from->value < NUMBERS ?
				  numbers[from->value - NUMBER_TAG] :
				  from->value;
		if (from->code == NR_BPF_LD_IMM64)
			to->imm = code->map[from->value];
		if ((from->code & 7) == NR_BPF_CLASS_JMP && from->off)
			to->off = (int16_t)(code->label[from->off] - to - 1);
	}
	code->first = to;
}

int netring_xdp_make_map_(uint32_t type, uint32_t entries)
{
	struct nr_bpf_map_create create;

	create.map_type = type;
	create.key_size = sizeof(uint32_t);
	create.value_size = sizeof(uint32_t);
	create.max_entries = entries;
	return sys_bpf(NR_BPF_MAP_CREATE, &create, sizeof(create));
}

/* What becomes of a packet, @listed or not. Called from the end of the program
 * to its beginning. */
static void put_verdict(struct xdp_code *code, int listed, uint32_t flags)
{
	if (listed == !(flags & NETRING_XDP_PROGRAM_EXCEPT))
		netring_xdp_put_(code, redirect, COUNT(redirect));
	else
		netring_xdp_put_(code, pass, COUNT(pass));
	code->label[listed ? LABEL_LISTED : LABEL_NOT_LISTED] = code->first;
}

static int load(struct netring_xdp_program *program, uint32_t flags)
{
	static const char name[] = XDP_PROGRAM_NAME;
	struct nr_bpf_prog_load load;
	struct xdp_code code;
	int r;

	code.end = (struct nr_bpf_insn *)(void *)(program->scratch_ +
						  COUNT(program->scratch_));
	code.first = code.end;
	code.map[0] = program->map_ - 1;
	code.map[1] = program->flows_ - 1;
	put_verdict(&code, 1, flags);
	if (NETRING_CONFIG_XDP_FLOWS && program->flows_) {
		put_verdict(&code, 0, flags);
		netring_xdp_put_flows_(&code);
	}
	netring_xdp_put_(&code, enter, COUNT(enter));
	memset(&load, 0, sizeof(load));
	load.prog_type = NR_BPF_PROG_TYPE_XDP;
	load.insn_cnt = (uint32_t)(code.end - code.first);
	load.insns = (uintptr_t)code.first;
	load.license = (uintptr_t) "MIT";
	memcpy(load.prog_name, name, sizeof(name));
	if (flags & NETRING_XDP_PROGRAM_FRAGMENTS)
		load.prog_flags = NR_BPF_F_XDP_HAS_FRAGS;
	r = sys_bpf(NR_BPF_PROG_LOAD, &load, sizeof(load));
	/* Before 5.18 it is a flag without a meaning. */
	return r == -EINVAL && load.prog_flags ? -EOPNOTSUPP : r;
}

static int set_up(struct netring_xdp_program *program,
		  const struct netring_xdp_program_config *cfg)
{
	int r;

	program->step = NETRING_STEP_INTERFACE;
	r = netring_interface_find_(cfg->interface, cfg->ifindex,
				    &program->interface_);
	if (r < 0)
		return r;
	program->step = NETRING_STEP_XSKMAP;
	r = netring_xdp_make_map_(NR_BPF_MAP_TYPE_XSKMAP,
				  cfg->queues ? cfg->queues : QUEUES);
	if (r < 0)
		return r;
	program->map_ = r + 1;
	if (NETRING_CONFIG_XDP_FLOWS && cfg->flows) {
		r = netring_xdp_make_map_(NR_BPF_MAP_TYPE_HASH, cfg->flows);
		if (r < 0)
			return r;
		program->flows_ = r + 1;
	}
	program->step = NETRING_STEP_PROGRAM;
	r = load(program, cfg->flags);
	program->program_ = r + 1;
	return r;
}

int netring_xdp_program_open(struct netring_xdp_program *program,
			     const struct netring_xdp_program_config *cfg)
{
	int r;

	memset(program, 0, sizeof(*program));
	program->step = NETRING_STEP_CONFIG;
	if ((!NETRING_CONFIG_XDP_FLOWS && cfg->flows) || cfg->flags & ~FLAGS)
		return -EOPNOTSUPP;
	if ((!cfg->interface && !cfg->ifindex) ||
	    (cfg->flags & NETRING_XDP_PROGRAM_EXCEPT && !cfg->flows))
		return -EINVAL;
	memcpy(program->order_, cfg->attach, sizeof(program->order_));
	if (!cfg->attach[0]) {
		program->order_[0] = NETRING_XDP_NATIVE;
		program->order_[1] = NETRING_XDP_GENERIC;
	}
	r = set_up(program, cfg);
	if (r < 0) {
		program->program_ = 0;
		netring_xdp_program_close(program);
		return r;
	}
	program->step = NETRING_STEP_NONE;
	return 0;
}

/* A link; or, where the kernel has none (before 5.9), by netlink. */
static int attach(struct netring_xdp_program *program, int how)
{
	struct nr_bpf_link_create link;
	int r;

	link.prog_fd = (uint32_t)program->program_ - 1;
	link.target_ifindex = program->interface_.ifindex;
	link.attach_type = NR_BPF_XDP;
	link.flags = how == NETRING_XDP_NATIVE ? NR_XDP_FLAGS_DRV_MODE :
						 NR_XDP_FLAGS_SKB_MODE;
	r = sys_bpf(NR_BPF_LINK_CREATE, &link, sizeof(link));
	if (r >= 0)
		program->link_ = r + 1;
	if (!NETRING_CONFIG_XDP_NETLINK || r != -EINVAL)
		return r;
	r = netring_xdp_set_(program->interface_.ifindex, program->program_ - 1,
			     -1, link.flags | NR_XDP_FLAGS_UPDATE_IF_NOEXIST);
	if (r < 0) /* the answer may be what was lost */
		(void)netring_xdp_set_(program->interface_.ifindex, -1,
				       program->program_ - 1,
				       link.flags | NR_XDP_FLAGS_REPLACE);
	else if (netring_xdp_query_(program->interface_.ifindex, &program->id_,
				    program->scratch_,
				    sizeof(program->scratch_)) > 0)
		program->mark_ = netring_xdp_mark_(program->id_) + 1;
	return r;
}

/* By netlink it stays until it is taken away; but only if it is still ours,
 * which a kernel before 5.7 leaves to us. */
static void detach(struct netring_xdp_program *program)
{
	uint32_t id = 0;
	uint32_t flags = program->attached_ == NETRING_XDP_NATIVE ?
				 NR_XDP_FLAGS_DRV_MODE :
				 NR_XDP_FLAGS_SKB_MODE;
	int r;

	if (program->link_)
		sys_close(program->link_ - 1);
	else if (NETRING_CONFIG_XDP_NETLINK && program->attached_) {
		r = netring_xdp_set_(program->interface_.ifindex, -1,
				     program->program_ - 1,
				     flags | NR_XDP_FLAGS_REPLACE);
		if (r == -EINVAL &&
		    netring_xdp_query_(program->interface_.ifindex, &id,
				       program->scratch_,
				       sizeof(program->scratch_)) > 0 &&
		    id == program->id_)
			(void)netring_xdp_set_(program->interface_.ifindex, -1,
					       -1, flags);
	}
	if (program->mark_ > 0)
		sys_close(program->mark_ - 1);
	program->link_ = program->mark_ = 0;
	program->attached_ = 0;
}

static int is_attached(struct netring_xdp_program *program)
{
	struct nr_bpf_link_info info;
	struct nr_bpf_get_info get;
	uint32_t id = 0;

	if (!program->attached_)
		return 0;
	if (program->link_) {
		memset(&info, 0, sizeof(info));
		get.bpf_fd = (uint32_t)program->link_ - 1;
		get.info_len = sizeof(info);
		get.info = (uintptr_t)&info;
		return sys_bpf(NR_BPF_OBJ_GET_INFO_BY_FD, &get, sizeof(get)) <
			       0 ||
		       info.ifindex;
	}
	return !NETRING_CONFIG_XDP_NETLINK ||
	       netring_xdp_query_(program->interface_.ifindex, &id,
				  program->scratch_,
				  sizeof(program->scratch_)) < 0 ||
	       id == program->id_;
}

int netring_xdp_program_check(struct netring_xdp_program *program)
{
	int r;

	if (!program->wanted_ || is_attached(program))
		return 0;
	r = netring_xdp_program_attach(program);
	if (r < 0)
		return r;
	program->reattached++;
	return 1;
}

static int try_each_way(struct netring_xdp_program *program)
{
	int i, r = -EINVAL;

	program->foreign = 0;
	for (i = 0; i < 2 && program->order_[i]; i++) {
		r = attach(program, program->order_[i]);
		if (r >= 0) {
			program->attached_ = program->order_[i];
			program->wanted_ = 1;
			program->step = NETRING_STEP_NONE;
			return 0;
		}
		if (r == -EBUSY || r == -EEXIST)
			break; /* there is one: no way leads past it */
	}
	return r;
}

int netring_xdp_program_attach(struct netring_xdp_program *program)
{
	int r;

	detach(program);
	program->step = NETRING_STEP_INTERFACE;
	r = netring_interface_follow_(&program->interface_);
	if (r < 0)
		return r;
	program->step = NETRING_STEP_ATTACH;
	r = try_each_way(program);
	if (r == -EEXIST)
		r = -EBUSY;
	if (!NETRING_CONFIG_XDP_NETLINK || r != -EBUSY)
		return r;
	if (netring_xdp_remove_leftover_(program))
		r = try_each_way(program);
	return r == -EEXIST ? -EBUSY : r;
}

int netring_xdp_program_register(struct netring_xdp_program *program,
				 uint32_t queue, int fd)
{
	return netring_xdp_enter_(program->map_ - 1, queue, fd);
}

/* The maps first: netlink may need a descriptor to be free. */
void netring_xdp_program_close(struct netring_xdp_program *program)
{
	if (program->flows_)
		sys_close(program->flows_ - 1);
	if (program->map_)
		sys_close(program->map_ - 1);
	detach(program);
	if (program->program_)
		sys_close(program->program_ - 1);
	program->program_ = program->flows_ = program->map_ = 0;
	program->wanted_ = 0;
}
