/* SPDX-License-Identifier: MIT */
/* foreign_programs.c - XDP programs not of the library: load, attach, look. */
#define _GNU_SOURCE
#include "foreign_programs.h"

#include "net.h"
#include "rtnetlink.h"
#include "results.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/* Headers older than these. */
#define LINK_CREATE 28
#define LINK_XDP 37

static int sys_bpf(int command, void *attr, size_t size)
{
	long r = syscall(SYS_bpf, command, attr, size);

	return r < 0 ? -errno : (int)r;
}

static const struct rtattr *find(const struct rtattr *attr, int left,
				 uint16_t type)
{
	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if ((attr->rta_type & NLA_TYPE_MASK) == type)
			return attr;
	return NULL;
}

/* The answer about a link, whole, in @answer: its size. */
static int ask(int index, void *answer, size_t room)
{
	struct {
		struct nlmsghdr header;
		struct ifinfomsg info;
	} request;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	ssize_t n;

	if (fd < 0)
		return -errno;
	memset(&request, 0, sizeof(request));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = RTM_GETLINK;
	request.header.nlmsg_flags = NLM_F_REQUEST;
	request.info.ifi_index = index;
	n = send(fd, &request, sizeof(request), 0);
	if (n >= 0)
		n = recv(fd, answer, room, 0);
	n = n < 0 ? -errno : n;
	close(fd);
	return (int)n;
}

int foreign_look(const char *name, struct foreign_seen *seen)
{
	static _Alignas(8) uint8_t answer[16384];
	const struct nlmsghdr *h = (const void *)answer;
	const struct rtattr *xdp, *part;
	int r = ask(net_index(name), answer, sizeof(answer));

	memset(seen, 0, sizeof(*seen));
	if (r < 0)
		return r;
	if (h->nlmsg_type != RTM_NEWLINK)
		return -ENODEV;
	xdp = find(IFLA_RTA(NLMSG_DATA(h)), (int)IFLA_PAYLOAD(h), IFLA_XDP);
	if (!xdp)
		return 0;
	part = find(RTA_DATA(xdp), (int)RTA_PAYLOAD(xdp), IFLA_XDP_ATTACHED);
	if (part)
		seen->attached = *(const uint8_t *)RTA_DATA(part);
	part = find(RTA_DATA(xdp), (int)RTA_PAYLOAD(xdp), IFLA_XDP_PROG_ID);
	if (part)
		memcpy(&seen->id, RTA_DATA(part), sizeof(seen->id));
	return 0;
}

int foreign_is(const char *name, int attached, uint32_t id, const char *what)
{
	struct foreign_seen seen;
	int r = foreign_look(name, &seen);

	ok(r == 0 && seen.attached == attached && (!id || seen.id == id),
	   "%s: the kernel shows %s", what,
	   attached == XDP_ATTACHED_NONE ? "no program" :
	   attached == XDP_ATTACHED_DRV	 ? "a native one" :
					   "a generic one");
	if (r < 0 || seen.attached != attached || (id && seen.id != id))
		diag("  got %d, kind %d, id %u; expected %d, id %u", r,
		     seen.attached, seen.id, attached, id);
	return seen.attached;
}

#define INSN(c, dst, src, o, value)                                          \
	{                                                                    \
		.code = (c), .dst_reg = (dst), .src_reg = (src), .off = (o), \
		.imm = (value)                                               \
	}

int foreign_load(void)
{
	struct bpf_insn code[] = {
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_W, 3, 1, 4, 0),
		INSN(BPF_ALU64 | BPF_MOV | BPF_X, 4, 2, 0, 0),
		INSN(BPF_ALU64 | BPF_ADD | BPF_K, 4, 0, 0, 14),
		INSN(BPF_JMP | BPF_JGT | BPF_X, 4, 3, 3, 0),
		INSN(BPF_LDX | BPF_MEM | BPF_H, 2, 2, 12, 0),
		INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 1, htons(WIRE_OTHER)),
		INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_DROP),
		INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_XDP;
	attr.insns = (uint64_t)(uintptr_t)code;
	attr.insn_cnt = sizeof(code) / sizeof(code[0]);
	attr.license = (uint64_t)(uintptr_t) "MIT";
	return sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

uint32_t foreign_id(int program)
{
	struct bpf_prog_info info;
	union bpf_attr attr;

	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)program;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uint64_t)(uintptr_t)&info;
	must(sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)),
	     "a program's number");
	return info.id;
}

int foreign_link(int program, const char *name, uint32_t mode)
{
	uint32_t attr[16] = { (uint32_t)program, (uint32_t)net_index(name),
			      LINK_XDP, mode };

	return sys_bpf(LINK_CREATE, attr, sizeof(attr));
}

int foreign_set(const char *name, int program, uint32_t flags)
{
	struct netlink m;
	size_t nest;

	netlink_begin(&m, RTM_SETLINK, 0, net_index(name));
	nest = netlink_nest(&m, IFLA_XDP);
	netlink_u32(&m, IFLA_XDP_FD, (uint32_t)program);
	netlink_u32(&m, IFLA_XDP_FLAGS, flags);
	netlink_end(&m, nest);
	return netlink_send(&m);
}

int foreign_no_links(void)
{
	const uint32_t low = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 (uint32_t)offsetof(struct seccomp_data, args) + low),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, LINK_CREATE, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return -errno;
	return 0;
}
