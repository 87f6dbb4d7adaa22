# SPDX-License-Identifier: MIT
# The archive on every architecture: what it needs, that it holds no state, its
# size and its stack.
#
# Environment: ARCHITECTURES, which test/vm/run.sh has compilers for.
# shellcheck shell=sh disable=SC2016,SC2153 # of awk; from outside

. test/lib.sh
. test/vm/lib.sh
: "${ARCHITECTURES:?which, as make check-vm names them}"

built=$BUILD/size
allowed=$(sed '/^#/d; /^$/d; s/[ \t].*//' test/build/symbols.allow)

# $1 an architecture, $2 an archive: what it needs beside its own
needed() {
	nm=$(word architectures "$1" 1)-nm
	"$nm" -A "$2" | awk '$(NF - 1) ~ /^[A-TV-Z]$/ { print $NF }' |
		LC_ALL=C sort -u >"$T/defined"
	"$nm" -u "$2" | awk 'NF == 2 { print $2 }' | LC_ALL=C sort -u |
		LC_ALL=C comm -23 - "$T/defined"
}

# $1 an architecture: the expressions of symbols.allow for it
expressions() {
	awk -v name="$1" '!/^#/ && NF && name ~ "^(" $1 ")$" { print $2 }' \
		test/vm/symbols.allow
}

# $1 an architecture: of what it needs, what no list has
unlisted() {
	set -- "$(expressions "$1")"
	grep -v -x -F -e "$allowed" "$T/needed" | grep -v -x -E -e "${1:-^$}"
}

# $1 an architecture: of the expressions for it, those that nothing matches
unneeded() {
	expressions "$1" | while read -r expression; do
		grep -q -x -E -e "$expression" "$T/needed" ||
			echo "$expression"
	done
}

# $1 an architecture, $2 an archive: its sections that $3 (awk) is true of
sections() {
	"$(word architectures "$1" 1)-readelf" -SW "$2" |
		sed -n 's/^ *\[ *[0-9]*\] //p' | awk "$3"' { print $1, $5 }'
}

# shellcheck disable=SC2086 # a list
measure() {
	BUDGETS=${1:-} WERROR=1 sh test/size/table check "$built" \
		$ARCHITECTURES
}

ok "sizes and stacks are within the budget" measure
cat "$T/output" >&2

for name in $ARCHITECTURES; do
	archive=$built/$name-full/libnetring.a
	gcc=$("$cache/toolchain/$name/cc" -dumpversion)
	needed "$name" "$archive" >"$T/needed"
	ok "$name: the archive was read" grep -q -x syscall "$T/needed"
	is "$name: no symbol is needed that is not listed" \
		"$(unlisted "$name")" ""
	if [ "$gcc" = "$(awk '$1 == "gcc" { print $2 }' test/size/budget)" ]
	then
		is "$name: none is listed that is not needed" \
			"$(unneeded "$name")" ""
	else
		skip "$name: size, and what is listed" "gcc $gcc"
	fi
	# Addresses are constant after relocation; .toc is the linker's.
	is "$name: no writable data" "$(sections "$name" "$archive" \
		'$1 !~ /^\.(data\.rel\.ro|toc)/ && $7 ~ /W/ && $5 !~ /^0+$/')" ""
	is "$name: no unwind tables" "$(sections "$name" "$archive" \
		'/eh_frame|ARM\.ex|gcc_except/')" ""

	# The same questions, of what has it all.
	cat >"$T/wrong.c" <<-'END'
		unsigned long long n, by, (*pointer)(void), state = 1;
		unsigned long long quotient(void) { return n / by; }
		void count(void)
		{
			__atomic_fetch_add(&n, by, __ATOMIC_RELAXED);
		}
	END
	"$cache/toolchain/$name/cc" -Os -fno-inline -funwind-tables \
		-fasynchronous-unwind-tables -c -o "$T/wrong.o" "$T/wrong.c"
	rm -f "$T/wrong.a"
	ar rc "$T/wrong.a" "$T/wrong.o"
	needed "$name" "$T/wrong.a" >"$T/needed"
	case $name in
	x86-64 | mips64el | s390x | ppc64el | riscv64) ;;
	arm64)
		has "$name: an atomic out of line is found" \
			"$(unlisted "$name")" __aarch64_ldadd8_relax
		;;
	i386 | mips* | armel)
		has "$name: a division is found" "$(unlisted "$name")" div
		[ "$name" = i386 ] || has "$name: an atomic is found" \
			"$(unlisted "$name")" _8
		;;
	*) has "$name: a division is found" "$(unlisted "$name")" div ;;
	esac
	has "$name: data is found" \
		"$(sections "$name" "$T/wrong.a" '$7 ~ /W/ && $5 !~ /^0+$/')" \
		.data
	has "$name: unwind tables are found" "$(sections "$name" \
		"$T/wrong.a" '/eh_frame|ARM\.ex|gcc_except/')" .
done

done_testing
