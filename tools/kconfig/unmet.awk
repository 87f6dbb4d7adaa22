# SPDX-License-Identifier: MIT
# Tells which values that were asked for could not be had, and why: functions
# for kconfig.awk.

# What of an expression is not true: the false ones of its terms.
function missing(expr,    term, n, i, list)
{
	n = terms(expr, term)
	if (n == 1)
		return truth(expr) ? "" : term[1] ~ /\|/ ? expr : term[1]
	for (i = 1; i <= n; i++)
		list = list_of(list, missing(term[i]), " && ")
	return list
}

function list_of(list, more, between)
{
	return list == "" || more == "" ? list more : list between more
}

# Splits an expression at each && that is outside of parentheses, unless there
# is a || as well; takes off parentheses around the whole.
function terms(expr, term,    i, c, depth, n, ored, start)
{
	start = 1
	for (i = 1; i <= length(expr); i++) {
		c = substr(expr, i, 1)
		depth += (c == "(") - (c == ")")
		if (depth)
			continue
		ored = ored || c == "|"
		if (substr(expr, i, 2) == "&&") {
			term[++n] = trimmed(substr(expr, start, i - start))
			start = i + 2
		}
	}
	if (!n && !ored && expr ~ /^\(.*\)$/)
		return terms(trimmed(substr(expr, 2, length(expr) - 2)), term)
	if (ored) {
		term[1] = expr
		return 1
	}
	term[++n] = trimmed(substr(expr, start))
	return n
}

function trimmed(text)
{
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

# One line for an option whose value was asked for; a number that is out of its
# range was told when it was read.
function tell_unmet(name,    why)
{
	if (!(name in asked) || given[name] "" == value(name) "")
		return
	if (!prompt[name])
		why = "it follows from other options"
	else if (!visible(name))
		why = "it depends on " list_of(missing(needs[name]), \
					       missing(shown[name]), " && ")
	else
		return
	warn(asked[name] "CONFIG_" name "=" given[name] \
	     " cannot be had: " why)
}
