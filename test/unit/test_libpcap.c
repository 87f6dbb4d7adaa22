/* SPDX-License-Identifier: MIT */
/* test_libpcap.c - libpcap reads what we write, to the nanosecond. */
#include "pcap_packets.h"

#include <netring/pcap.h>

#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>

/*
 * The library of tcpdump, opened at run time: tcpdump is among what the tests
 * need, libpcap's headers are not. Prototypes from pcap(3PCAP).
 */
struct pcap_header {
	struct timeval ts; /* tv_usec holds nanoseconds, as asked for */
	uint32_t caplen;
	uint32_t len;
};

static void *library;
static void *(*open_offline)(const char *, unsigned int, char *);
static int (*next)(void *, struct pcap_header **, const uint8_t **);
static int (*datalink)(void *);
static int (*snapshot)(void *);
static void (*close_file)(void *);

static void *symbol(const char *name)
{
	void *address = dlsym(library, name);

	assert_non_null(address);
	return address;
}

static int load(void **state)
{
	(void)state;
	library = dlopen("libpcap.so.0.8", RTLD_NOW);
	if (!library)
		library = dlopen("libpcap.so.1", RTLD_NOW);
	if (!library)
		return 0;
	*(void **)&open_offline =
		symbol("pcap_open_offline_with_tstamp_precision");
	*(void **)&next = symbol("pcap_next_ex");
	*(void **)&datalink = symbol("pcap_datalink");
	*(void **)&snapshot = symbol("pcap_snapshot");
	*(void **)&close_file = symbol("pcap_close");
	return 0;
}

static int unload(void **state)
{
	(void)state;
	return library ? dlclose(library) : 0;
}

static void put(int fd, const void *bytes, size_t size)
{
	assert_true(size > 0);
	assert_int_equal(write(fd, bytes, size), size);
}

static void write_file(int fd, int ng, int cooked)
{
	const struct netring_pcap_interface interface = {
		netring_link_type(1, cooked), cooked ? 9000 : 0, "eth0"
	};
	static uint8_t out[16384];
	struct netring_packet pkt;
	uint32_t i;

	put(fd, out,
	    ng ? netring_pcapng_header(out, sizeof(out), &interface) :
		 netring_pcap_header(out, sizeof(out), &interface));
	for (i = 0; i < PACKETS; i++) {
		make_packet(&pkt, i, cooked);
		put(fd, out,
		    ng ? netring_pcapng_record(out, sizeof(out), &pkt) :
			 netring_pcap_record(out, sizeof(out), &pkt));
		if (ng && i == 5)
			put(fd, out,
			    netring_pcapng_stats(out, sizeof(out), 1, 2, 3, 4));
	}
}

static void read_back(int ng, int cooked)
{
	char path[] = "/tmp/netring-test-XXXXXX", error[256] = "";
	uint32_t front = cooked ? 20 : 0, i;
	struct pcap_header *header;
	struct netring_packet pkt;
	const uint8_t *bytes;
	int fd = mkstemp(path);
	void *pcap;

	assert_true(fd >= 0);
	write_file(fd, ng, cooked);
	pcap = open_offline(path, 1, error);
	unlink(path);
	close(fd);
	if (!pcap)
		fail_msg("%s", error);
	assert_int_equal(datalink(pcap), cooked ? 276 : 1);
	assert_int_equal(snapshot(pcap), cooked ? 9020 : 262144);
	for (i = 0; i < PACKETS; i++) {
		make_packet(&pkt, i, cooked);
		assert_int_equal(next(pcap, &header, &bytes), 1);
		assert_int_equal((uint32_t)header->ts.tv_sec, pkt.sec);
		assert_int_equal(header->ts.tv_usec, pkt.nsec);
		assert_int_equal(header->caplen, pkt.len + front);
		assert_int_equal(header->len, pkt.wire_len + front);
		if (pkt.len)
			assert_memory_equal(bytes + front, pkt.data, pkt.len);
	}
	assert_int_equal(next(pcap, &header, &bytes), -2); /* the end */
	close_file(pcap);
}

static void formats(void **state)
{
	int i;

	(void)state;
	if (!library) {
		print_message("# libpcap is not installed\n");
		skip();
	}
	for (i = 0; i < 4; i++)
		read_back(i & 1, i >> 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats),
	};

	return cmocka_run_group_tests_name("libpcap", tests, load, unload);
}
