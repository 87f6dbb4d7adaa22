/* SPDX-License-Identifier: MIT */
/* main.c - one program, several applets: find the one that was called. */
#include "tool.h"

#include <stdio.h>
#include <string.h>

#include <netring/base.h>

static const struct applet {
	const char *name;
	const char *about;
	int (*main)(int argc, char **argv);
} applets[] = {
#define APPLET(name) { #name, name##_about, name##_main },
#include <applets.h>
};

#define COUNT (sizeof(applets) / sizeof(applets[0]))

const char *applet_name = "";

static const struct applet *find(const char *name)
{
	size_t i;

	for (i = 0; i < COUNT; i++)
		if (!strcmp(applets[i].name, name))
			return &applets[i];
	return NULL;
}

/* As a link may be named: capture, netring-capture. */
static const struct applet *find_link(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name ? name + 1 : path;
	if (!strncmp(name, "netring-", 8))
		name += 8;
	return find(name);
}

static int run(const struct applet *applet, int argc, char **argv)
{
	applet_name = applet->name;
	return applet->main(argc, argv);
}

static void list(FILE *to, int names_only)
{
	size_t i;

	if (!names_only)
		fputs("netring " NETRING_VERSION
		      " - packets of Linux network interfaces\n\n"
		      "Usage: netring APPLET [ARGUMENT...]\n"
		      "   or: APPLET [ARGUMENT...], by a link of that name or "
		      "netring-APPLET\n\n"
		      "Applets, each with --help:\n",
		      to);
	for (i = 0; i < COUNT; i++)
		if (names_only)
			fprintf(to, "%s\n", applets[i].name);
		else
			fprintf(to, "  %-10s%s\n", applets[i].name,
				applets[i].about);
}

int main(int argc, char **argv)
{
	const struct applet *applet = argc ? find_link(argv[0]) : NULL;
	static char buffer[256];

	setvbuf(stderr, buffer, _IOLBF, sizeof(buffer)); /* whole lines */
	if (applet)
		return run(applet, argc, argv);
	if (argc < 2 || !strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "--list")) {
		list(stdout, argc > 1 && !strcmp(argv[1], "--list"));
		return 0;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("netring " NETRING_VERSION);
		return 0;
	}
	applet = find(argv[1]);
	if (applet)
		return run(applet, argc - 1, argv + 1);
	fprintf(stderr, "netring: no applet %s\n\n", argv[1]);
	list(stderr, 0);
	return 1;
}
