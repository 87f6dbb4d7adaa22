/* SPDX-License-Identifier: MIT */
/* capture_open_cases.c - captures whose every system call of open is failed. */
#include "capture_open_cases.h"

#include <linux/bpf.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define MEMORY 65536u
#define PORTION (1u << 20) /* of address space, more than any ring here */

static const struct netring_instruction code[] = { { BPF_RET | BPF_K, 0, 0,
						     262144 } };
static const struct netring_filter accept_all = { code, 1 };
static int ebpf, ebpf_is_fake, other_netns, adopted;
static int home = -1;
static ino_t home_inode;
static void *reserved;

#define CASE(title, ...)                                                 \
	{                                                                \
		.name = title, .cfg = { .memory = MEMORY, __VA_ARGS__ }, \
	}
#define LO .interface = "lo"
#define GROUP(...)                               \
	.fanout = &(const struct netring_fanout) \
	{                                        \
		__VA_ARGS__                      \
	}

const struct config_case config_cases[] = {
	CASE("plain", LO),
	CASE("immediate", LO, .flags = NETRING_CAPTURE_IMMEDIATE),
	CASE("index", .ifindex = 1),
	CASE("cooked", LO,
	     .flags = NETRING_CAPTURE_COOKED | NETRING_CAPTURE_HASH),
	CASE("protocol", LO, .protocol = 0x88b5),
	CASE("filter", LO, .filter = &accept_all),
	CASE("ebpf", LO, .ebpf_filter = &ebpf),
	CASE("snaplen", LO, .snaplen = 64),
	CASE("lock", LO, .filter = &accept_all,
	     .flags = NETRING_CAPTURE_LOCK_FILTER),
	CASE("direction in", LO, .direction = NETRING_DIRECTION_IN),
	CASE("direction out", LO, .direction = NETRING_DIRECTION_OUT),
	CASE("memberships", LO,
	     .flags = NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_ALLMULTI),
	CASE("vnet", LO, .flags = NETRING_CAPTURE_VNET_HDR),
	CASE("timestamp", LO, .flags = NETRING_CAPTURE_TIME_HARDWARE),
	CASE("oversize", LO, .receive_buffer = 100000,
	     .flags = NETRING_CAPTURE_IMMEDIATE | NETRING_CAPTURE_OVERSIZE),
	CASE("fanout", LO, GROUP(.id = 7)),
	CASE("fanout unique, filter", LO, .filter = &accept_all,
	     GROUP(.flags = NETRING_FANOUT_UNIQUE_ID)),
	CASE("fanout classic", LO,
	     GROUP(.id = 8, .mode = NETRING_FANOUT_CLASSIC_BPF,
		   .classic = &accept_all)),
	CASE("fanout ebpf", LO,
	     GROUP(.id = 9, .mode = NETRING_FANOUT_EBPF, .ebpf = &ebpf)),
	CASE("netns", LO, .netns = &other_netns),
	{ "adopt", { LO, .memory = MEMORY, .socket = &adopted }, 1, 0 },
	{ "adopt, snaplen, lock",
	  { LO, .memory = MEMORY, .socket = &adopted, .snaplen = 64,
	    .flags = NETRING_CAPTURE_LOCK_FILTER },
	  1,
	  0 },
	{ "adopt, out",
	  { LO, .memory = MEMORY, .socket = &adopted,
	    .direction = NETRING_DIRECTION_OUT },
	  1,
	  0 },
	{ "adopt, fanout",
	  { LO, .memory = MEMORY, .socket = &adopted, GROUP(.id = 10) },
	  1,
	  0 },
	{ "map_address", { LO, .memory = MEMORY }, 0, 1 },
	{ "much at once",
	  { LO, .memory = MEMORY, .socket = &adopted, .ebpf_filter = &ebpf,
	    .direction = NETRING_DIRECTION_IN, GROUP(.id = 11),
	    .flags = NETRING_CAPTURE_PROMISC | NETRING_CAPTURE_ALLMULTI |
		     NETRING_CAPTURE_IMMEDIATE | NETRING_CAPTURE_VNET_HDR |
		     NETRING_CAPTURE_TIME_HARDWARE |
		     NETRING_CAPTURE_LOCK_FILTER },
	  1,
	  1 },
};
const uint32_t config_case_count =
	sizeof(config_cases) / sizeof(config_cases[0]);

/* "return 262144", where the kernel lets us load a program. */
static void load_program(void)
{
	const struct bpf_insn program[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = 262144 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr load;

	memset(&load, 0, sizeof(load));
	load.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	load.insn_cnt = 2;
	load.insns = (uintptr_t)program;
	load.license = (uintptr_t) "MIT";
	ebpf = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	ebpf_is_fake = ebpf < 0;
	if (ebpf_is_fake)
		print_message("# eBPF is not allowed here: attaching is\n"
			      "# answered in the kernel's stead\n");
}

/* Without permission to load a program, say that attaching it worked. */
static int fake_attach(int fd, int level, int option, const void *value,
		       socklen_t size)
{
	int none = 0;

	if (level == SOL_SOCKET && option == SO_ATTACH_BPF) {
		/* it would take the place of the filter that refuses all */
		real_setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none,
				sizeof(none));
		return 0;
	}
	if (level == NR_SOL_PACKET && option == NR_PACKET_FANOUT_DATA &&
	    size == sizeof(int))
		return 0;
	return real_setsockopt(fd, level, option, value, size);
}

static ino_t netns_inode(void)
{
	struct stat facts;

	assert_int_equal(stat("/proc/thread-self/ns/net", &facts), 0);
	return facts.st_ino;
}

int configs_setup(void **state)
{
	(void)state;
	load_program();
	home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	home_inode = netns_inode();
	if (home < 0 || unshare(CLONE_NEWNET) < 0)
		return -1;
	lo_up();
	other_netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	go_home();
	return other_netns < 0;
}

int configs_teardown(void **state)
{
	(void)state;
	close(home);
	close(other_netns);
	if (!ebpf_is_fake)
		close(ebpf);
	return 0;
}

int at_home(void)
{
	return netns_inode() == home_inode;
}

void go_home(void)
{
	assert_int_equal(real_setns(home, CLONE_NEWNET), 0);
}

int elsewhere(void)
{
	return other_netns;
}

int config_open(const struct config_case *test, struct netring_capture *cap,
		uint32_t n, int error)
{
	struct netring_capture_config cfg = test->cfg;
	int r;

	if (test->adopt) {
		adopted = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
		assert_true(adopted >= 0);
	}
	if (test->fixed) {
		reserved = mmap(NULL, PORTION, PROT_NONE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		assert_ptr_not_equal(reserved, MAP_FAILED);
		cfg.map_address = reserved;
	}
	memset(cap, 0xa5, sizeof(*cap)); /* "any content" */
	wrap_arm(n, error);
	if (ebpf_is_fake)
		wrap.setsockopt = fake_attach;
	if (test->adopt)
		wrap_give(adopted);
	r = netring_capture_open(cap, &cfg);
	if (r >= 0 && test->fixed)
		assert_ptr_equal(cap->ring_, reserved);
	if (r >= 0 && test->adopt)
		assert_int_equal(netring_capture_fd(cap), adopted);
	return r;
}

void config_finish(const struct config_case *test, int opened)
{
	wrap_disarm();
	if (test->adopt && !opened)
		assert_int_equal(close(adopted), 0); /* was left to us */
	if (test->fixed)
		munmap(reserved, PORTION);
}

void open_on_lo(struct netring_capture *cap, uint32_t flags)
{
	const struct netring_capture_config cfg = {
		.interface = "lo",
		.memory = MEMORY,
		.retire_ms = 1,
		.protocol = 0x88b5,
		.flags = flags,
	};

	wrap_disarm();
	assert_int_equal(netring_capture_open(cap, &cfg), 0);
}
