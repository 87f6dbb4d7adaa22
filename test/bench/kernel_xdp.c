// SPDX-License-Identifier: MIT
// The machine's own limit: the kernel drops or forwards, by XDP.
//
// usage: kernel_xdp drop DEVICE...
//        kernel_xdp redirect DEVICE DEVICE     what comes to one leaves by the
//                                              other, both ways
//
// Nothing is counted but by the devices. Native mode, by a link that ends with
// this process.

#include "bench.h"
#include "bpf.h"

#include <linux/if_link.h>
#include <net/if.h>

static int device(const char *name)
{
	unsigned int ifindex = if_nametoindex(name);

	if (!ifindex)
		bpf_fail(name);
	return (int)ifindex;
}

static int load_drop(void)
{
	struct bpf_insn code[] = { MOVE(0, XDP_DROP), EXIT() };

	return bpf_load(code, 2);
}

static int load_redirect(int to)
{
	struct bpf_insn code[] = { MOVE(1, to), MOVE(2, 0), CALL(redirect),
				   EXIT() };

	return bpf_load(code, 4);
}

/* The descriptor of the link stays open. */
static void attach(int program, const char *name)
{
	union bpf_attr attr = {
		.link_create.prog_fd = (uint32_t)program,
		.link_create.target_ifindex = (uint32_t)device(name),
		.link_create.attach_type = BPF_XDP,
		.link_create.flags = XDP_FLAGS_DRV_MODE,
	};

	if (bpf(BPF_LINK_CREATE, &attr) < 0)
		bpf_fail(name);
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	int redirect = !strcmp(what, "redirect");

	if (redirect ? argc != 4 : !!strcmp(what, "drop")) {
		fprintf(stderr,
			"usage: %s drop DEVICE... | redirect DEVICE "
			"DEVICE\n",
			argv[0]);
		return 1;
	}
	bench_begin();
	for (int i = 2; i < argc; i++)
		attach(redirect ? load_redirect(device(argv[5 - i])) :
				  load_drop(),
		       argv[i]);
	bench_ready();
	while (!bench_stop)
		pause();
	return 0;
}
