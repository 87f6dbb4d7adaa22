# SPDX-License-Identifier: MIT
# Prints the figures that test/size/table measured, checks them, or makes them
# the budget.
#
# usage: awk -v verb=print|check|write -f table.awk budget FIGURES
#
# A line of the budget: architecture, configuration, five numbers. Of FIGURES:
# the same, "-" where there is no number, and gcc's version.

function complain(text)
{
	complaints = complaints text "\n"
	bad = 1
}

function up(n, to)
{
	return n % to ? n + to - n % to : n
}

# What may be spent, given what is: so that not every byte changes the file.
function allowed(i, n)
{
	return i == 1 ? up(n, 128) : i >= 4 ? up(n, 32) : n
}

function check(key, i, n, budget,    where)
{
	if (n == "-")
		return
	where = key ": " what[i] " " n ", of " budget " allowed"
	if (n > budget)
		complain(where)
	else if (budget - n > 256 && budget - n > budget / 20)
		complain(where ": so much is no longer needed")
}

function cells(config, i, j, width,    key, sum)
{
	key = name " " config
	sum = figure[key, i] == "-" ? "-" : figure[key, i] + figure[key, j]
	return sprintf("%" width "s", sum)
}

BEGIN {
	what[1] = "text"
	what[2] = "data"
	what[3] = "bss"
	what[4] = "stack"
	what[5] = "the probe's stack"
}

FILENAME == ARGV[1] {
	line[++lines] = $0
	if ($1 == "gcc")
		gcc = $2
	else if (!/^#/ && NF == 7)
		for (i = 1; i <= 5; i++)
			budget[$1 " " $2, i] = $(i + 2)
	if (!/^#/ && NF == 7)
		known[$1 " " $2] = 1
	next
}

{
	key = $1 " " $2
	if (!($1 in version))
		names[++count] = $1
	version[$1] = $8
	for (i = 1; i <= 5; i++) {
		figure[key, i] = $(i + 2)
		if ($8 == gcc && key in known)
			check(key, i, $(i + 2), budget[key, i])
	}
}

# Lines of other architectures, and all others, stay.
function write(    i, j, key, part)
{
	for (i = 1; i <= lines; i++) {
		split(line[i], part)
		key = part[1] " " part[2]
		if (part[1] == "gcc") {
			line[i] = "gcc " version[names[1]]
		} else if (key in known && (key, 1) in figure) {
			line[i] = sprintf("%-9s %-7s", part[1], part[2])
			for (j = 1; j <= 5; j++)
				line[i] = line[i] sprintf(j == 1 ? "%7d" : \
					j < 4 ? "%6d" : "%7d", \
					allowed(j, figure[key, j]))
		}
		print line[i]
	}
}

END {
	if (verb == "write") {
		write()
		exit
	}
	printf "%-10s%20s%19s%19s%14s\n", "", "text", "data and bss", "stack",
	       "probe's"
	printf "%-10s%6s%7s%7s%6s%7s%6s%6s%7s%6s%8s%6s\n", "", "tiny",
	       "router", "full", "tiny", "router", "full", "tiny", "router",
	       "full", "router", "full"
	for (i = 1; i <= count; i++) {
		name = names[i]
		print sprintf("%-10s", name) cells("tiny", 1, 0, 6) \
			cells("router", 1, 0, 7) cells("full", 1, 0, 7) \
			cells("tiny", 2, 3, 6) cells("router", 2, 3, 7) \
			cells("full", 2, 3, 6) cells("tiny", 4, 0, 6) \
			cells("router", 4, 0, 7) cells("full", 4, 0, 6) \
			cells("router", 5, 0, 8) cells("full", 5, 0, 6)
		if (version[name] != gcc)
			print name ": gcc " version[name] ", the budget is " \
				"that of gcc " gcc ": not checked"
		else if (!((name " full") in known))
			print name ": no budget"
	}
	printf "%s", complaints
	if (bad)
		print "If this is wanted: make size-budget"
	exit verb == "check" && bad
}
