/* SPDX-License-Identifier: MIT */
/* uloop.c - an example: a capture in the loop of OpenWrt's libubox. */
#include <netring/netring.h>

#include <libubox/uloop.h>
#include <stdio.h>
#include <string.h>

static struct netring_capture cap;
static unsigned long seen;

static void on_packets(struct uloop_fd *fd, unsigned int events)
{
	struct netring_batch batch;
	struct netring_packet pkt;

	(void)events;
	while (netring_capture_next(&cap, &batch)) {
		while (netring_batch_next(&batch, &pkt))
			seen++;
		netring_capture_release(&cap);
	}
	if (fd->error) {
		/* uloop has removed it: fetch the error, and watch again */
		fd->error = false;
		if (netring_capture_wait(&cap, 0) < 0)
			uloop_end();
		else
			uloop_fd_add(fd, ULOOP_READ);
	}
}

/* usage: uloop INTERFACE, until SIGTERM */
int main(int argc, char **argv)
{
	struct netring_capture_config cfg = { .protocol = 0x88b5 };
	struct uloop_fd packets = { .cb = on_packets };
	int r;

	if (argc != 2)
		return 2;
	cfg.interface = argv[1];
	r = netring_capture_open(&cap, &cfg);
	if (r < 0)
		return fprintf(stderr, "%s: %s: %s\n", argv[1],
			       netring_step_name(cap.step), strerror(-r)),
		       1;
	uloop_init();
	packets.fd = netring_capture_fd(&cap);
	uloop_fd_add(&packets, ULOOP_READ);
	printf("ready\n");
	fflush(stdout);
	uloop_run();
	uloop_done();
	printf("%lu\n", seen);
	netring_capture_close(&cap);
	return 0;
}
