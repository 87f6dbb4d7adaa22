# SPDX-License-Identifier: MIT
# Reads Kconfig and values, and writes the configuration that follows.
#
# usage: awk -v mode=M [-v all=y|n] [-v strict=1] [-v wish=1]
#            [-v set="X=y Z=8"] -f kconfig.awk -f unmet.awk Kconfig [values]...
#
#   mode=config  a complete .config        mode=make    for make to include
#   mode=min     the least defconfig       mode=header  macros for C
#   mode=new     options without a value
#
# all=    sets every bool first; strict=1 makes an unknown option of the files an
#         error; wish=1 tells which of their values cannot be had;
# set=    values that win over those of the files, and are told of likewise.
#
# The part of the Kconfig language that is understood: mainmenu, menu, endmenu,
# if, endif, config; and of a config: bool and int with or without a prompt
# ("prompt" if EXPR), def_bool, default, depends on, range, help. Expressions
# are made of options, y, n, !, &&, || and parentheses. Anything else stops
# with an error. What is written equals kconfiglib's, byte for byte.

function fail(text)
{
	print where ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

function warn(text)
{
	print "warning: " text > "/dev/stderr"
}

# --- expressions: recursive descent over the global string `rest`

function truth(expr,    saved, v)
{
	if (expr == "")
		return 1
	saved = rest
	rest = expr
	v = either()
	if (rest != "")
		fail("cannot read \"" rest "\" in \"" expr "\"")
	rest = saved
	return v
}

function either(    v, w)
{
	v = both()
	while (sub(/^\|\|[ \t]*/, "", rest)) {
		w = both()
		v = v || w
	}
	return v
}

function both(    v, w)
{
	v = single()
	while (sub(/^&&[ \t]*/, "", rest)) {
		w = single()
		v = v && w
	}
	return v
}

function single(    name, v)
{
	if (sub(/^![ \t]*/, "", rest))
		return !single()
	if (sub(/^\([ \t]*/, "", rest)) {
		v = either()
		if (!sub(/^\)[ \t]*/, "", rest))
			fail("missing ) before \"" rest "\"")
		return v
	}
	if (!match(rest, /^[A-Za-z0-9_]+/))
		fail("expected an option before \"" rest "\"")
	name = substr(rest, 1, RLENGTH)
	rest = substr(rest, RLENGTH + 1)
	sub(/^[ \t]+/, "", rest)
	if (name == "y" || name == "n")
		return name == "y"
	if (type[name] != "bool")
		fail(name " is no bool option")
	return value(name) == "y"
}

function conjunction(a, b)
{
	return a == "" ? b : b == "" ? a : "(" a ") && (" b ")"
}

# --- values

function visible(name)
{
	return prompt[name] && truth(shown[name]) && truth(needs[name])
}

function default_of(name,    i)
{
	held[name] = 0
	for (i = 1; i <= defaults[name]; i++) {
		if (!truth(default_if[name, i]) || !truth(needs[name]))
			continue
		if (type[name] == "int") {
			held[name] = 1
			return default_is[name, i]
		}
		held[name] = truth(default_is[name, i])
		return held[name] ? "y" : "n"
	}
	return type[name] == "int" ? "" : "n"
}

# A number as C has to see it, to whom 010 is eight and 08 a mistake.
function decimal(v,    sign)
{
	sign = v ~ /^-/ ? "-" : ""
	sub(/^[-+]/, "", v)
	sub(/^0+/, "", v)
	return v == "" ? "0" : sign v
}

function in_range(name, v,    i)
{
	v = decimal(v) + 0
	for (i = 1; i <= ranges[name]; i++)
		if (truth(range_if[name, i]) && truth(needs[name]))
			return v >= low[name, i] && v <= high[name, i]
	return 1
}

# The value of an option; written[] then tells if a .config mentions it.
function value(name,    v)
{
	if (name in cache)
		return cache[name]
	if (name in busy)
		fail(name " depends on itself")
	busy[name] = 1
	v = default_of(name)
	written[name] = held[name]
	if (visible(name)) {
		written[name] = 1
		if (name in given) {
			if (in_range(name, given[name]))
				v = given[name]
			else
				warn(given[name] " is out of the range of " \
				     name ", default taken")
		}
	}
	delete busy[name]
	return cache[name] = v
}

# --- reading Kconfig

function string(text)
{
	if (!match(text, /^"[^"]*"/))
		fail("expected a string, found: " text)
	rest = substr(text, RLENGTH + 1)
	sub(/^[ \t]+/, "", rest)
	return substr(text, 2, RLENGTH - 2)
}

function condition(text)
{
	if (text == "")
		return ""
	if (!sub(/^if[ \t]+/, "", text))
		fail("expected \"if\", found: " text)
	return text
}

# Splits "A if B" and leaves the condition in the global `tail`.
function before_if(text,    at)
{
	tail = ""
	at = match(text, /[ \t]+if[ \t]+/)
	if (at) {
		tail = substr(text, RSTART + RLENGTH)
		text = substr(text, 1, at - 1)
	}
	return text
}

function add_default(name, text,    i)
{
	i = ++defaults[name]
	default_is[name, i] = before_if(text)
	default_if[name, i] = tail
}

function add_range(name, text,    i, part)
{
	i = ++ranges[name]
	if (split(before_if(text), part) != 2)
		fail("range needs two numbers")
	low[name, i] = part[1] + 0
	high[name, i] = part[2] + 0
	range_if[name, i] = tail
}

function set_type(name, kind, text)
{
	type[name] = kind
	if (text == "")
		return
	string(text)
	prompt[name] = 1
	shown[name] = condition(rest)
}

function attribute(word, text)
{
	if (word == "depends") {
		if (!sub(/^on[ \t]+/, "", text))
			fail("expected \"depends on\"")
		if (current == "")
			context[depth] = conjunction(context[depth], text)
		else
			needs[current] = conjunction(needs[current], text)
	} else if (current == "") {
		fail("not understood: " word " " text)
	} else if (word == "bool" || word == "int") {
		set_type(current, word, text)
	} else if (word == "def_bool") {
		type[current] = "bool"
		add_default(current, text)
	} else if (word == "default") {
		add_default(current, text)
	} else if (word == "range") {
		add_range(current, text)
	} else {
		fail("not understood: " word " " text)
	}
}

function entry(word, text)
{
	if (word == "mainmenu") {
		string(text)
	} else if (word == "menu") {
		item[++items] = "menu"
		title[items] = string(text)
		depth++
		context[depth] = context[depth - 1]
		opened[depth] = items
		current = ""
	} else if (word == "if") {
		depth++
		context[depth] = conjunction(context[depth - 1], text)
		opened[depth] = 0
		current = ""
	} else if (word == "endmenu" || word == "endif") {
		if (depth < 1 || (word == "endmenu") != (opened[depth] > 0))
			fail(word " closes nothing")
		if (opened[depth]) {
			item[++items] = "endmenu"
			title[items] = title[opened[depth]]
			menu_if[opened[depth]] = context[depth]
			menu_if[items] = context[depth]
		}
		depth--
		current = ""
	} else if (word == "config") {
		if (text in needs)
			fail(text " is defined twice")
		item[++items] = "config"
		title[items] = current = text
		needs[text] = context[depth]
	} else {
		return 0
	}
	return 1
}

function width_of_indent(line,    i, c, w)
{
	for (i = 1; (c = substr(line, i, 1)) == " " || c == "\t"; i++)
		w += c == " " ? 1 : 8 - w % 8
	return w + 0
}

function read_kconfig(file,    line, word, text, state, n, in_help, indent)
{
	while ((state = (getline line < file)) > 0) {
		where = file ":" ++n
		if (line ~ /^[ \t]*$/)
			continue
		if (in_help) {
			if (!indent)
				indent = width_of_indent(line)
			if (indent && width_of_indent(line) >= indent)
				continue
			in_help = 0
		}
		sub(/^[ \t]+/, "", line)
		if (line ~ /^#/)
			continue
		sub(/[ \t]+$/, "", line)
		word = text = line
		sub(/[ \t].*/, "", word)
		sub(/^[^ \t]+[ \t]*/, "", text)
		if (word == "help") {
			in_help = 1
			indent = 0
		} else if (!entry(word, text)) {
			attribute(word, text)
		}
	}
	where = file
	if (state < 0)
		fail("cannot be read")
	if (depth)
		fail("a menu or an if is not closed")
	close(file)
}

# --- reading values

function assign(name, v, from, told)
{
	if (!(name in needs)) {
		warn(from ": unknown option CONFIG_" name)
		return 0
	}
	if (type[name] == "bool")
		v = v ~ /^[yn]/ ? substr(v, 1, 1) : ""
	else if (v !~ /^[-+]?[0-9]+$/)
		v = ""
	if (v == "")
		warn(from ": CONFIG_" name " has no value of type " type[name])
	else
		given[name] = v
	if (v != "" && told)
		asked[name] = told > 1 ? "" : from ": "
	return 1
}

function read_values(file,    line, state, n, name, from)
{
	while ((state = (getline line < file)) > 0) {
		from = file ":" ++n
		sub(/[ \t\r]+$/, "", line)
		if (line ~ /^CONFIG_[^=]+=/) {
			name = substr(line, 8)
			sub(/=.*/, "", name)
			sub(/^[^=]*=/, "", line)
			unknown += !assign(name, line, from, wish)
		} else if (line ~ /^# CONFIG_[^ ]+ is not set/) {
			name = substr(line, 10)
			sub(/ .*/, "", name)
			if (type[name] != "int")
				unknown += !assign(name, "n", from, wish)
		} else if (line !~ /^[ \t]*(#|$)/) {
			warn(from ": not understood: " line)
		}
	}
	if (state < 0) {
		where = file
		fail("cannot be read")
	}
	close(file)
}

function read_set(    n, i, word, pair)
{
	n = split(set, word, " ")
	for (i = 1; i <= n; i++) {
		split(word[i], pair, "=")
		assign(pair[1], pair[2], "CONFIG_" word[i], 2)
	}
}

# --- writing

function assignment(name, v)
{
	if (v == "n")
		return "# CONFIG_" name " is not set"
	return "CONFIG_" name "=" v
}

function write_config(    i, v, after_end)
{
	for (i = 1; i <= items; i++) {
		if (item[i] == "config") {
			v = value(title[i])
			if (!written[title[i]])
				continue
			if (after_end)
				print ""
			after_end = 0
			print assignment(title[i], v)
		} else if (!truth(menu_if[i])) {
			continue
		} else if (item[i] == "menu") {
			print "\n#\n# " title[i] "\n#"
			after_end = 0
		} else {
			print "# end of " title[i]
			after_end = 1
		}
	}
}

function write_min(name)
{
	if (value(name) "" != default_of(name) "")
		print assignment(name, value(name))
}

function write_new(name)
{
	if (visible(name) && !(name in given))
		print "CONFIG_" name "=" value(name)
}

# `override` lets the resolved value win over one from the command line.
function write_make(name,    v)
{
	v = value(name)
	print "override CONFIG_" name " := " \
	      (v == "n" || v == "" ? "" : v == "y" ? v : decimal(v))
}

function write_header(name,    v)
{
	if (name ~ /^TOOL/)
		return
	v = value(name)
	print "#define NETRING_CONFIG_" name " " \
	      (v == "y" ? 1 : v == "n" || v == "" ? 0 : decimal(v))
}

BEGIN {
	read_kconfig(ARGV[1])
	for (i = 1; i <= items; i++)
		if (item[i] == "config" && type[title[i]] == "bool" && all)
			given[title[i]] = all
	for (i = 2; i < ARGC; i++)
		read_values(ARGV[i])
	read_set()
	where = ARGV[1]
	if (mode == "config")
		write_config()
	for (i = 1; i <= items; i++) {
		if (item[i] != "config")
			continue
		tell_unmet(title[i])
		if (mode == "min")
			write_min(title[i])
		else if (mode == "new")
			write_new(title[i])
		else if (mode == "make")
			write_make(title[i])
		else if (mode == "header")
			write_header(title[i])
	}
	exit strict && unknown > 0
}
