# SPDX-License-Identifier: MIT
# An option is in all the places where it has to be: what is missing is told.
# shellcheck shell=sh disable=SC2016 # of make, for sed

. test/lib.sh

# Options with a question, their values aside: those do something by themselves.
awk '$1 == "config" { name = $2 }
	$1 == "bool" && NF > 1 { print name }' Kconfig | sort >"$T/switches"

# A file of its own, a flag of the build, or a branch.
effects() {
	sed -n 's/.*\$(CONFIG_\([A-Z0-9_]*\).*/\1/p' Makefile
	grep -rhow 'NETRING_CONFIG_[A-Z0-9_]*' src include tools |
		sed 's/^NETRING_CONFIG_//'
	# or it only brings others
	awk '$1 == "config" { name = $2 } $1 == "select" { print name }' Kconfig
}
effects | sort -u >"$T/effects"
is "each has a file, a flag or a branch" \
	"$(comm -23 "$T/switches" "$T/effects")" ""

# Each help says more than the question.
is "each has a help" "$(awk '
	$1 == "config" { name = $2 }
	$1 == "bool" && NF > 1 { open[name] = 1 }
	$1 == "help" { delete open[name] }
	END { for (name in open) print name }' Kconfig)" ""

# First cells of the table "option", against what has a prompt.
awk -F '|' '/^\| option / { table = 1 } !/^\|/ { table = 0 } table { print $2 }' \
	README.md | grep -o '[A-Z][A-Z0-9_]*' | sort >"$T/told"
awk '$1 == "config" { name = $2 }
	($1 == "bool" || $1 == "int") && NF > 1 { print name }' Kconfig |
	sort >"$T/options"
ok "there are options" test -s "$T/options"
ok "README.md's table names every option, once, and no other" \
	diff "$T/told" "$T/options"

done_testing
