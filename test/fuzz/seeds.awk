# SPDX-License-Identifier: MIT
# Seeds as they are in the tree, made into what printf %b takes, a line each:
# the name, a blank, the bytes as \0ooo.
#
# usage: LC_ALL=C awk -f seeds.awk seeds/TARGET
#
#   = NAME            begins a seed
#   0a1b ff           bytes
#   u16:7 u32:7 u64:7 numbers, the least byte first
#   "text\n"          a string; \n, \r, \\ and \" as in C
#   40*ff             a byte, so many times
#   # to the end of the line: a remark

function byte(n)
{
	bytes = bytes sprintf("\\0%03o", n)
}

function number(n, size)
{
	for (; size; size--) {
		byte(n % 256)
		n = int(n / 256)
	}
}

function digit(c)
{
	return index(digits, c) - 1
}

function hex(text,    i)
{
	text = tolower(text)
	if (length(text) % 2 || text ~ /[^0-9a-f]/) {
		printf "%s:%d: what is %s?\n", FILENAME, FNR, text | "cat >&2"
		exit 1
	}
	for (i = 1; i < length(text); i += 2)
		byte(digit(substr(text, i, 1)) * 16 + digit(substr(text, i + 1, 1)))
}

# From the quote on; returns what is behind the other.
function string(line,    c)
{
	for (line = substr(line, 2); line != ""; line = substr(line, 2)) {
		c = substr(line, 1, 1)
		if (c == "\"")
			return substr(line, 2)
		if (c == "\\") {
			line = substr(line, 2)
			c = substr(line, 1, 1)
			if (c == "n")
				c = "\n"
			else if (c == "r")
				c = "\r"
		}
		byte(ascii[c])
	}
	return ""
}

function finish()
{
	if (name != "")
		print name, bytes
	bytes = ""
}

BEGIN {
	digits = "0123456789abcdef"
	for (i = 1; i < 128; i++)
		ascii[sprintf("%c", i)] = i
}

/^= / {
	finish()
	name = $2
	next
}

{
	line = $0
	while (line != "") {
		sub(/^[ \t]+/, "", line)
		if (line == "" || line ~ /^#/)
			break
		if (line ~ /^"/) {
			line = string(line)
			continue
		}
		match(line, /[ \t]|$/)
		word = substr(line, 1, RSTART - 1)
		line = substr(line, RSTART)
		if (word ~ /^u(16|32|64):[0-9]+$/) {
			split(word, part, ":")
			number(part[2], substr(part[1], 2) / 8)
		} else if (word ~ /^[0-9]+\*[0-9a-f][0-9a-f]$/) {
			split(word, part, "*")
			for (i = 0; i < part[1]; i++)
				hex(part[2])
		} else {
			hex(word)
		}
	}
}

END {
	finish()
}
