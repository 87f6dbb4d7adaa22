# SPDX-License-Identifier: MIT
# From abi.map and our headers to assertions in C.
#
# usage: awk -f abi.awk abi.map HEADER...

function complain(text)
{
	print "#error " text
}

function assert(expression)
{
	print "_Static_assert(" expression ", \"" expression "\");"
}

FILENAME == ARGV[1] {
	if ($1 == "number") {
		ours = $2
		sub(/^number +[^ ]+ +/, "")
		number[ours] = $0
	} else if ($1 == "struct" || $1 == "part") {
		real[$2] = ($3 == "bpf_attr" ? "union " : "struct ") $3
		prefix[$2] = $4 == "-" ? "" : $4
		whole[$2] = $1 == "struct"
	} else if ($1 == "field") {
		name[$2] = $3
	} else if ($1 == "skip") {
		name[$2] = "-"
	} else if (!/^#/ && NF) {
		complain("abi.map: not understood: " $0)
	}
	next
}

/^#define NR_[A-Za-z0-9_]+ / && !($2 in number) {
	assert("(" $2 ") == (" substr($2, 4) ")")
}

/^struct [a-z0-9_]+ {/ {
	ours = $2
	known = ours in real
	used[ours] = 1
	if (!known && ours ~ /^nr_/)
		complain("abi.map: what is struct " ours "?")
	if (known && whole[ours])
		assert("sizeof(struct " ours ") == sizeof(" real[ours] ")")
	next
}

/^}/ {
	known = 0
}

# A field: one tab, so that those of a union inside of it are not meant.
known && /^\t([a-z0-9_]+ )+\*?[a-z0-9_]+(\[.*\])?;|^\t} [a-z]+;/ {
	sub(/;.*/, "")
	sub(/\[.*/, "")
	field = $NF
	sub(/^\*/, "", field)
	key = ours "." field
	there = key in name ? name[key] : prefix[ours] field
	done[key] = 1
	if (there == "-")
		next
	assert("offsetof(struct " ours ", " field ") == offsetof(" \
	       real[ours] ", " there ")")
	assert("sizeof(((struct " ours " *)0)->" field ") == sizeof(((" \
	       real[ours] " *)0)->" there ")")
}

END {
	for (ours in number)
		assert("(unsigned long)(" ours ") == (unsigned long)(" \
		       number[ours] ")")
	for (ours in real)
		if (!used[ours])
			complain("abi.map: no struct " ours " any more")
	for (key in name)
		if (!done[key])
			complain("abi.map: no field " key " any more")
}
