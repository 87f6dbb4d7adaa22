# SPDX-License-Identifier: MIT
# A table of how much was run, from what "gcovr --csv" writes.
#
# usage: awk -F , -f coverage.awk lines=PERCENT branches=PERCENT FILE
#
# Exit status 1: less was run.

function percent(part, all)
{
	return all ? 100 * part / all : 100
}
function row(name, a, b, c, d)
{
	printf "%-26s %5d of %5d %5.1f %%  %5d of %5d %5.1f %%\n", \
	       name, b, a, percent(b, a), d, c, percent(d, c)
}
NR == 1 {
	for (i = 1; i <= NF; i++)
		at[$i] = i
	printf "%-26s %22s  %22s\n", "", "lines", "branches"
	next
}
{
	row($at["filename"], $at["line_total"], $at["line_covered"], \
	    $at["branch_total"], $at["branch_covered"])
	l += $at["line_total"]
	lc += $at["line_covered"]
	b += $at["branch_total"]
	bc += $at["branch_covered"]
}
END {
	row("total", l, lc, b, bc)
	if (!l || percent(lc, l) < lines || percent(bc, b) < branches) {
		print "less than " lines " % of lines or " branches \
		      " % of branches"
		exit 1
	}
}
