# SPDX-License-Identifier: MIT
# Takes the C programs out of a Markdown file: dir/1.c, dir/2.c, ...

/^```/ {
	if (inside && text ~ /[^a-z_]main\(/)
		printf "%s", text > (dir "/" ++count ".c")
	inside = !inside && $0 == "```c"
	text = ""
	next
}

inside {
	text = text $0 "\n"
}
