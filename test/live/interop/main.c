/* SPDX-License-Identifier: MIT */
/* main.c - netring beside libbpf, xdp-loader and libxdp, as told. */
#include "interop.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *near, *far;

/* libbpf loads and attaches; its map is all that netring gets. */
static const char *by_libbpf(const char *file)
{
	struct bpf_object *object = bpf_object__open_file(file, NULL);
	struct bpf_program *steer;
	struct bpf_link *link;
	struct bpf_map *map;
	const char *wrong;
	uint32_t key = 0, seen = 0;
	int fd;

	if (!object)
		return "libbpf: open";
	bpf_object__for_each_map(map, object) bpf_map__set_pin_path(map, NULL);
	if (bpf_object__load(object) < 0)
		return "libbpf: load";
	steer = bpf_object__find_program_by_name(object, "steer");
	link = bpf_program__attach_xdp(steer, (int)if_nametoindex(near));
	if (!link)
		return "libbpf: attach";
	fd = bpf_object__find_map_fd_by_name(object, "xsks");
	wrong = through_netring(near, far, &fd, NULL);
	if (!wrong)
		wrong = through_netring(near, far, &fd, NULL);
	fd = bpf_object__find_map_fd_by_name(object, "seen");
	if (!wrong &&
	    (bpf_map_lookup_elem(fd, &key, &seen) < 0 || seen < 2 * LOT))
		wrong = "libbpf: the program did not see them";
	bpf_link__destroy(link);
	bpf_object__close(object);
	return wrong;
}

/* The map is pinned, by whoever. */
static const char *by_pin(const char *path)
{
	int fd = bpf_obj_get(path);

	return fd < 0 ? "no such map" : through_netring(near, far, &fd, NULL);
}

/* The map of a program that is known by its number. */
static const char *by_id(uint32_t id)
{
	struct bpf_prog_info info;
	struct bpf_map_info map;
	uint32_t ids[8], size = sizeof(info), i;
	int fd = bpf_prog_get_fd_by_id(id);

	memset(&info, 0, sizeof(info));
	info.nr_map_ids = 8;
	info.map_ids = (uint64_t)(uintptr_t)ids;
	if (bpf_obj_get_info_by_fd(fd, &info, &size) < 0)
		return "no such program";
	for (i = 0; i < info.nr_map_ids && i < 8; i++) {
		fd = bpf_map_get_fd_by_id(ids[i]);
		memset(&map, 0, sizeof(map));
		size = sizeof(map);
		if (bpf_obj_get_info_by_fd(fd, &map, &size) == 0 &&
		    map.type == BPF_MAP_TYPE_XSKMAP)
			return through_netring(near, far, &fd, NULL);
	}
	return "no XSKMAP";
}

static const char *own(const char *mode)
{
	struct netring_xdp_program_config cfg = { .interface = near };
	struct netring_xdp_program program;
	const char *wrong;

	cfg.attach[0] = strcmp(mode, "generic") == 0 ? NETRING_XDP_GENERIC :
						       NETRING_XDP_NATIVE;
	if (netring_xdp_program_open(&program, &cfg) < 0)
		return netring_step_name(program.step);
	wrong = through_netring(near, far, NULL, &program);
	if (program.foreign)
		printf("foreign %u\n", program.foreign);
	if (strcmp(mode, "turn") != 0 && !wrong) {
		printf("ready\n");
		fflush(stdout);
		(void)getchar(); /* until the other has looked */
		if (through_netring(near, far, NULL, &program))
			wrong = "and it does not work any more";
	}
	netring_xdp_program_close(&program);
	return wrong;
}

static const char *turns(int count)
{
	const char *wrong = NULL;

	while (count-- && !wrong) {
		wrong = through_libxdp(near, far);
		if (!wrong)
			wrong = own("turn");
	}
	return wrong;
}

int main(int argc, char **argv)
{
	const char *wrong = "usage";

	if (argc < 5)
		return fprintf(stderr, "usage: NEAR FAR HOW WHAT\n"), 2;
	near = argv[1];
	far = argv[2];
	if (!strcmp(argv[3], "libbpf"))
		wrong = by_libbpf(argv[4]);
	else if (!strcmp(argv[3], "pinned"))
		wrong = by_pin(argv[4]);
	else if (!strcmp(argv[3], "id"))
		wrong = by_id((uint32_t)atoi(argv[4]));
	else if (!strcmp(argv[3], "own"))
		wrong = own(argv[4]);
	else if (!strcmp(argv[3], "turns"))
		wrong = turns(atoi(argv[4]));
	printf("%s\n", wrong ? wrong : "good");
	return wrong != NULL;
}
