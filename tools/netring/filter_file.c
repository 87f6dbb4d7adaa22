/* SPDX-License-Identifier: MIT */
/* filter_file.c - read a classic BPF program as `tcpdump -ddd` prints it. */
#include "tool.h"

#include <string.h>

#include <netring/base.h>
#include <netring/filter.h>

struct parser {
	struct reader reader;
	const char *path;
	int next; /* the byte not used yet, or -1 */
};

static int skip_space(struct parser *parser)
{
	while (parser->next == ' ' || parser->next == '\t' ||
	       parser->next == '\r' || parser->next == '\n')
		parser->next = reader_get(&parser->reader);
	return parser->next;
}

/* A decimal number; its name is for the message. */
static int number(struct parser *parser, const char *name, uint32_t most,
		  uint32_t *value)
{
	char text[12];
	size_t length = 0;
	uint64_t wide = 0;
	int byte = skip_space(parser);

	while (byte > ' ' && length < sizeof(text) - 1) {
		text[length++] = (char)byte;
		byte = reader_get(&parser->reader);
	}
	text[length] = 0;
	parser->next = byte;
	if (parser->reader.error)
		return fail("-F %s: %s", parser->path,
			    strerror(parser->reader.error));
	if (!length)
		return fail("-F %s: line %u: ends before %s", parser->path,
			    parser->reader.line, name);
	if (parse_number(text, 0, most, &wide) < 0)
		return fail("-F %s: line %u: %s: %s is no number to %u; "
			    "is this the output of tcpdump -ddd?",
			    parser->path, parser->reader.line, text, name,
			    most);
	*value = (uint32_t)wide;
	return 0;
}

static int instruction(struct parser *parser, struct netring_instruction *to)
{
	uint32_t code = 0, jt = 0, jf = 0;

	if (number(parser, "the instruction", UINT16_MAX, &code) ||
	    number(parser, "jt", UINT8_MAX, &jt) ||
	    number(parser, "jf", UINT8_MAX, &jf) ||
	    number(parser, "k", UINT32_MAX, &to->k))
		return 1;
	to->code = (uint16_t)code;
	to->jt = (uint8_t)jt;
	to->jf = (uint8_t)jf;
	return 0;
}

static int program(struct parser *parser, struct netring_instruction *code,
		   uint16_t *count)
{
	uint32_t instructions = 0;
	uint32_t i;

	parser->next = reader_get(&parser->reader);
	if (number(parser, "the number of instructions", NETRING_FILTER_MAX,
		   &instructions))
		return 1;
	if (!instructions)
		return fail("-F %s: line 1: a program of 0 instructions",
			    parser->path);
	for (i = 0; i < instructions; i++)
		if (instruction(parser, &code[i]))
			return 1;
	if (skip_space(parser) >= 0)
		return fail("-F %s: line %u: more than the %u instructions "
			    "that line 1 tells",
			    parser->path, parser->reader.line, instructions);
	*count = (uint16_t)instructions;
	return 0;
}

int read_filter(struct netring_filter *filter, const char *path,
		uint32_t snaplen)
{
	static struct netring_instruction code[NETRING_FILTER_MAX];
	struct parser parser;
	int r;

	if (!NETRING_CONFIG_CAPTURE_FILTER)
		return fail("-F: this build has no filters (CAPTURE_FILTER)");
	parser.path = path;
	if (reader_open(&parser.reader, path) < 0)
		return fail("-F %s: %s", path, strerror(parser.reader.error));
	r = program(&parser, code, &filter->count);
	reader_close(&parser.reader);
	if (r)
		return r;
	filter->code = code;
	/* a program that computes its lengths keeps them: the writer cuts */
	if (snaplen)
		(void)netring_filter_snaplen(code, filter->count, snaplen);
	return 0;
}
