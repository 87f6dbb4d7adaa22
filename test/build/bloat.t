# SPDX-License-Identifier: MIT
# What builds differ by, symbol by symbol; and how deep the stack gets.
# shellcheck shell=sh disable=SC2016 # awk's

. test/lib.sh

mk bloat -s tiny_defconfig
no "bloatcheck wants a baseline" mk bloat -s -j2 CC="$CHECK_CC" bloatcheck
has "and says so" "$(cat "$T/output")" "make baseline"
ok "make baseline" mk bloat -s CC="$CHECK_CC" baseline
ok "make bloatcheck" mk bloat -s CC="$CHECK_CC" bloatcheck
is "finds no difference to itself" "$(sed -n 3p "$T/output" | tr -s ' ')" \
	"(add/remove: 0/0 grow/shrink: 0/0 up/down: 0/0) Total: 0 bytes"
ok "with another option" mk bloat -s -j2 CC="$CHECK_CC" \
	CONFIG_CAPTURE_FILTER=y bloatcheck
cp "$T/output" "$T/difference"
has "a new function" "$(grep filter "$T/difference" | tr -s ' ')" \
	"netring_capture_set_filter - "
is "the sums are right" "$(awk '/^-----/ { exit } NR > 1 { sum += $NF }
	END { print sum }' "$T/difference")" \
	"$(sed -n 's/.*Total: \(.*\) bytes/\1/p' "$T/difference")"
is "and are what the text grew" "$(awk '/\.a$/ { grown = $1 - grown }
	END { print grown }' "$T/difference")" \
	"$(sed -n 's/.*Total: \(.*\) bytes/\1/p' "$T/difference")"

# One of each kind: grown, shrunk, gone, new; a static one of each of two files.
mkdir "$T/old" "$T/new"
echo '#define NOIPA static __attribute__((noipa))
NOIPA int same(int *p) { return *p; }
int grows(int *p) { return same(p); }
char gone[3] = "no", shrinks[9] = "shrinks";' >"$T/old/a.c"
echo '#define NOIPA static __attribute__((noipa))
NOIPA int same(int *p) { return *p; }
int other(int *p) { return same(p); }
const char *text(void) { return "old"; }' >"$T/old/b.c"
echo '#define NOIPA static __attribute__((noipa))
NOIPA int same(int *p) { return *p; }
int grows(int *p) { return same(p) * same(p + 1) / 3; }
char added[5] = "news", shrinks[7] = "shrink";' >"$T/new/a.c"
sed 's/return .p;/return *p * 3 + p[1];/; s/old/newer/' "$T/old/b.c" \
	>"$T/new/b.c"
for build in old new; do
	(cd "$T/$build" && gcc -Os -fno-inline -ffunction-sections \
		-fdata-sections -c a.c b.c && ar rc lib.a a.o b.o)
done
ok "two archives" sh test/size/bloat-o-meter "$T/old/lib.a" "$T/new/lib.a"
is "differ by these" "$(sed '1d; /^---/,$d' "$T/output" |
	sed 's/  */ /g; s/ [0-9-]* [0-9-]* \([+-]\)[0-9]*$/ \1/' |
	LC_ALL=C sort)" "$(printf '%s\n' "added +" "b.o: same +" "gone -" \
		"grows +" "shrinks -" "strings of text +")"
has "new ones have no old size" "$(grep '^added' "$T/output" | tr -s ' ')" \
	"added - 5 +5"
has "nor those gone a new one" "$(grep '^gone' "$T/output" | tr -s ' ')" \
	"gone 3 - -3"

# The stack: chains, across files, by address; what has no bound is refused.
cat >"$T/a.c" <<'END'
int far_(int), leaf(void *);
static __attribute__((noipa)) int by_address(int n)
{
	char big[1000];
	return leaf(big) + n;
}
static __attribute__((noipa)) int call(int (*f)(int), int n)
{
	return f(n) + 1;
}
int indirect(int n) { return call(by_address, n) + 1; }
int far(int n) { return far_(n) + 1; }
END
cat >"$T/b.c" <<'END'
int leaf(void *);
int far_(int n) { char big[2000]; return leaf(big) + n; }
END
# shellcheck disable=SC2086 # several words
stacks() { (
	cd "$T" || exit
	files=
	for file; do
		gcc -Os -fno-optimize-sibling-calls -fcallgraph-info=su \
			-c "$file.c"
		files="$files $file.ci"
	done
	awk -f "$SRC/test/size/stack.awk" $files
); }
if echo | gcc -fcallgraph-info=su -E - >/dev/null 2>&1; then
	ok "stack: two files" stacks a b
	sort -k 2 "$T/output" >"$T/stack"
	is "whose functions call each other" "$(cut -d ' ' -f 2- "$T/stack")" \
		"far far_
indirect call by_address"
	is "so much deep" "$(awk '{ print int($1 / 1000) }' "$T/stack")" "2
1"
	echo 'int r(int n) { return n ? r(n - 1) * r(n / 2) : 1; }' >"$T/r.c"
	no "recursion is refused" stacks r
	echo 'int leaf(void *);
	int d(int n) { char big[n]; return leaf(big); }' >"$T/d.c"
	no "a frame of any size is refused" stacks d
	echo 'int netring_x(void); int m(void) { return netring_x() + 1; }' \
		>"$T/m.c"
	no "a function of ours that is not there is refused" stacks m
	ok "make stack" mk bloat -s -j2 stack CC="$CHECK_CC"
	has "tells of public functions" "$(cat "$T/output")" \
		" netring_capture_open "
else
	skip "stack" "this compiler has no -fcallgraph-info"
fi

done_testing
