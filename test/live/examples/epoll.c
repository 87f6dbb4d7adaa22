/* SPDX-License-Identifier: MIT */
/* epoll.c - an example: captures on two interfaces in one epoll loop. */
#include <netring/netring.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* All that is there now; a level-triggered descriptor tells of the rest. */
static unsigned long take(struct netring_capture *cap)
{
	struct netring_batch batch;
	struct netring_packet pkt;
	unsigned long n = 0;

	while (netring_capture_next(cap, &batch)) {
		while (netring_batch_next(&batch, &pkt))
			n++;
		netring_capture_release(cap);
	}
	return n;
}

/* usage: epoll INTERFACE INTERFACE COUNT */
int main(int argc, char **argv)
{
	static struct netring_capture caps[2];
	unsigned long seen[2] = { 0, 0 }, want;
	struct epoll_event event;
	int i, n, r, epoll = epoll_create1(EPOLL_CLOEXEC);

	if (argc != 4 || epoll < 0)
		return 2;
	want = strtoul(argv[3], NULL, 10);
	for (i = 0; i < 2; i++) {
		r = netring_capture_open(&caps[i],
					 &(struct netring_capture_config){
						 .interface = argv[1 + i],
						 .protocol = 0x88b5 });
		if (r < 0)
			return fprintf(stderr, "%s: %s: %s\n", argv[1 + i],
				       netring_step_name(caps[i].step),
				       strerror(-r)),
			       1;
		event.events = EPOLLIN;
		event.data.fd = i;
		epoll_ctl(epoll, EPOLL_CTL_ADD, netring_capture_fd(&caps[i]),
			  &event);
	}
	printf("ready\n");
	fflush(stdout);
	while (seen[0] < want || seen[1] < want) {
		n = epoll_wait(epoll, &event, 1, 5000);
		if (n <= 0)
			break;
		i = event.data.fd;
		seen[i] += take(&caps[i]);
		/* an interface that is down, or away, has an error to fetch */
		if (event.events & EPOLLERR &&
		    netring_capture_wait(&caps[i], 0) < 0)
			break;
	}
	printf("%lu %lu\n", seen[0], seen[1]);
	for (i = 0; i < 2; i++)
		netring_capture_close(&caps[i]);
	close(epoll);
	return 0;
}
