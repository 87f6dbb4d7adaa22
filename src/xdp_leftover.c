/* SPDX-License-Identifier: MIT */
/* xdp_leftover.c - a program of ours that a kill -9 left on an interface. */
#include "xdp_program.h"

/* An abstract name: the kernel gives it back however its owner ends. */
int netring_xdp_mark_(uint32_t id)
{
	struct {
		uint16_t family;
		char name[14];
		uint32_t id;
	} address = { AF_UNIX, "\0netring-xdp", id };
	int r, fd = sys_socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fd;
	r = sys_bind(fd, &address, sizeof(address));
	if (r < 0)
		sys_close(fd);
	return r < 0 ? r : fd;
}

static int is_ours(int program)
{
	static const char ours[sizeof(uint64_t)] = XDP_PROGRAM_NAME;
	struct nr_bpf_prog_info info;
	struct nr_bpf_get_info get;
	uint64_t name, is;

	memset(&info, 0, sizeof(info));
	get.bpf_fd = (uint32_t)program;
	get.info_len = sizeof(info);
	get.info = (uintptr_t)&info;
	if (sys_bpf(NR_BPF_OBJ_GET_INFO_BY_FD, &get, sizeof(get)) < 0)
		return 0;
	memcpy(&name, ours, sizeof(name));
	memcpy(&is, info.name, sizeof(is));
	return is == name;
}

/* One that a link holds has an owner, whatever it is called: the kernel refuses
 * to take it off. */
int netring_xdp_remove_leftover_(struct netring_xdp_program *program)
{
	struct nr_bpf_get_fd get;
	int how, fd, mark, r = -1;

	how = netring_xdp_query_(program->interface_.ifindex, &program->foreign,
				 program->scratch_, sizeof(program->scratch_));
	if (how <= 0)
		return 0;
	memset(&get, 0, sizeof(get));
	get.prog_id = program->foreign;
	fd = sys_bpf(NR_BPF_PROG_GET_FD_BY_ID, &get, sizeof(get));
	if (fd < 0)
		return 0;
	mark = is_ours(fd) ? netring_xdp_mark_(program->foreign) : -1;
	if (mark >= 0) {
		r = netring_xdp_set_(program->interface_.ifindex, -1, fd,
				     NR_XDP_FLAGS_REPLACE |
					     (how == NETRING_XDP_NATIVE ?
						      NR_XDP_FLAGS_DRV_MODE :
						      NR_XDP_FLAGS_SKB_MODE));
		sys_close(mark);
	}
	sys_close(fd);
	return r >= 0;
}
