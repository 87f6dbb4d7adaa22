/* SPDX-License-Identifier: MIT */
/* capture_preset.c - ring sizes for common purposes. */
#include <netring/capture.h>

#define KIB 1024u
#define JUMBO_PACKET 65550u /* 64 KiB of IP and an Ethernet header */

void netring_capture_preset(struct netring_capture_config *cfg,
			    enum netring_preset preset)
{
	cfg->memory = 0;
	cfg->block_size = 0;
	cfg->block_count = 0;
	cfg->frame_size = 0;
	cfg->max_packet = 0;
	cfg->retire_ms = 0;
	cfg->flags &= ~NETRING_CAPTURE_IMMEDIATE;
	switch (preset) {
	case NETRING_PRESET_HIGH_THROUGHPUT:
		cfg->block_size = 1024 * KIB;
		cfg->block_count = 16;
		break;
	case NETRING_PRESET_LOW_LATENCY:
		if (NETRING_CONFIG_CAPTURE_V2)
			cfg->flags |= NETRING_CAPTURE_IMMEDIATE;
		cfg->retire_ms = 1;
		break;
	case NETRING_PRESET_LOW_MEMORY:
		cfg->memory = 128 * KIB;
		break;
	case NETRING_PRESET_JUMBO:
		cfg->memory = 4096 * KIB;
		cfg->max_packet = JUMBO_PACKET;
		break;
	case NETRING_PRESET_DEFAULT:
		break;
	}
}
