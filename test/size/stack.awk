# SPDX-License-Identifier: MIT
# How deep the stack gets: the frames of the longest chain of calls that each
# public function begins, from the call graphs of gcc -fcallgraph-info=su.
#
# usage: awk -f stack.awk FILE.ci...
#
# Prints "BYTES FUNCTION calls FUNCTION...", unsorted. Not counted: what the C
# library, the compiler's helpers and the caller's own callbacks need. Fails
# where there is no bound: recursion, frames whose size is not known.

function complain(text)
{
	print "stack.awk: " text >"/dev/stderr"
	bad = 1
}

# The part of the line between quotes after the word @key.
function value(key,    rest)
{
	rest = substr($0, index($0, " " key ": \"") + length(key) + 4)
	return substr(rest, 1, index(rest, "\"") - 1)
}

# How deep @f gets; deepest[f] is the callee which that is through.
function depth(f,    n, i, callees, d, most)
{
	if (f in known)
		return known[f]
	if (f in active) {
		complain("recursion: " f)
		return 0
	}
	active[f] = 1
	most = 0
	n = split(calls[f], callees, " ")
	for (i = 1; i <= n; i++) {
		if (!(callees[i] in frame)) {
			if (callees[i] ~ /netring_|:/)
				complain("whose frame? " callees[i])
			continue
		}
		d = depth(callees[i])
		if (d > most) {
			most = d
			deepest[f] = callees[i]
		}
	}
	delete active[f]
	return known[f] = frame[f] + most
}

function name(f)
{
	sub(/^.*:/, "", f)
	sub(/^\*/, "", f)
	sub(/\.(constprop|isra|part)\..*/, "", f)
	sub(/_config_[0-9a-f]+$/, "", f)
	return f
}

FNR == 1 {
	file = FILENAME
}

/^node:/ && !/shape : ellipse/ {
	f = value("title")
	if (match($0, /[0-9]+ bytes \([a-z,]+\)/)) {
		frame[f] = substr($0, RSTART) + 0
		if (/\(dynamic\)/)
			complain("a frame of any size: " f)
	} else {
		complain("a frame of unknown size: " f)
	}
	if (f ~ /:/)
		local[f] = file
}

/^edge:/ {
	from = value("sourcename")
	to = value("targetname")
	called[to] = 1
	if (to == "__indirect_call")
		indirect[file] = indirect[file] " " from
	else
		calls[from] = calls[from] " " to
}

# A static function that nobody calls is called by its address, by whoever
# does so in its file.
END {
	for (f in local)
		if (!(f in called)) {
			n = split(indirect[local[f]], caller, " ")
			for (i = 1; i <= n; i++)
				calls[caller[i]] = calls[caller[i]] " " f
			if (!n)
				complain("who calls it? " f)
		}
	for (f in frame) {
		if (f in local || f ~ /_$/)
			continue
		printf "%d %s", depth(f), name(f)
		while (f in deepest) {
			f = deepest[f]
			printf " %s", name(f)
		}
		print ""
	}
	exit bad
}
