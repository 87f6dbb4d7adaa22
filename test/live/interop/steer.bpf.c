/* SPDX-License-Identifier: MIT */
/* steer.bpf.c - someone else's program: packets to sockets, and a counter. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_XSKMAP);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} xsks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} seen SEC(".maps");

SEC("xdp")
int steer(struct xdp_md *context)
{
	__u32 key = 0;
	__u32 *count = bpf_map_lookup_elem(&seen, &key);

	if (count)
		__sync_fetch_and_add(count, 1);
	return (int)bpf_redirect_map(&xsks, context->rx_queue_index, XDP_PASS);
}

char _license[] SEC("license") = "MIT";
