# SPDX-License-Identifier: MIT
# Counts what tests printed in the Test Anything Protocol.
#
# usage: awk -f count.awk bad=0|1 expected-skips LOG...
#
# A line of expected-skips: an expression for the test's name, one for the rest.

function finish()
{
	if (name == "")
		return
	if (plan != seen || plan == "" || (status != 0 && !wrong)) {
		printf "FAILED   %s: %d of %s tests, exit %s\n", name, seen, \
		       plan == "" ? "?" : plan, status == "" ? "?" : status
		failed++
	}
}

function skip(what, reason,    i)
{
	skipped++
	printf "skipped  %s: %s (%s)\n", name, what, reason
	for (i = 1; i <= expected; i++)
		if (name ~ ("^" who[i] "$") &&
		    (what ": " reason) ~ why[i])
			return
	print "         which test/expected-skips does not list"
	bad = 1
}

FILENAME == ARGV[2] {
	if (!/^#/ && NF > 1) {
		who[++expected] = $1
		sub(/^[^ \t]+[ \t]+/, "")
		why[expected] = $0
	}
	next
}

FNR == 1 {
	finish()
	name = FILENAME
	sub(/.*\//, "", name)
	gsub(/,/, "/", name)
	plan = status = ""
	seen = wrong = 0
}

/^1\.\.[0-9]+/ {
	plan = substr($1, 4) + 0
	if (plan == 0) {
		sub(/^1\.\.0[ \t]*(# *([Ss][Kk][Ii][Pp][^ ]*)? *)?/, "")
		skip("all", $0)
	}
}

/^(not )?ok([ \t]|$)/ {
	seen++
	if (/# *[Ss][Kk][Ii][Pp]/) {
		what = reason = $0
		sub(/^(not )?ok[ \t]*[0-9]*[ \t]*(- )?/, "", what)
		sub(/ *# *[Ss][Kk][Ii][Pp].*/, "", what)
		sub(/.*# *[Ss][Kk][Ii][Pp][^ ]* */, "", reason)
		skip(what, reason)
	} else if (/^ok/) {
		passed++
	} else if (!/# *[Tt][Oo][Dd][Oo]/) {
		print "FAILED   " name ": " $0
		failed++
		wrong++
	}
}

/^# exit [0-9]+$/ {
	status = $3
}

END {
	finish()
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
	exit failed > 0 || bad
}
