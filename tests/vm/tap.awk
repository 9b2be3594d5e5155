# SPDX-License-Identifier: Apache-2.0
# tests/vm/tap.awk - from the consoles of guests, in which tests/run said everything, to one TAP
#
# Behind the cases of each guest stand two of its own: that all checks were heard of, and that nothing was left.

function result(bad, text)
{
	failed += bad
	any_failed += bad
	print (bad ? "not ok " : "ok ") ++n " " layout ": " text
	fflush()
}

/^== [^ ]+$/ {
	layout = $2
	failed = told = finished = 0
	next
}

/^    (not )?ok / {
	bad = $1 == "not"
	sub(/^ *(not )?ok *([0-9]+ *)?(- )?/, "")
	result(bad, $0)
	next
}

/^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$/ {
	told = $3 + 1
}

/^finished: 0 left$/ {
	finished = 1
}

/^== [^ ]+: [0-9]+ s$/ {
	result(told - 1 != failed, command ? "the command" : "the checks come to their end")
	result(!finished, "nothing is left, and the guest comes to its end")
}

# A plan inside would be taken for ours, and so would the line of a check.
{
	print (command ? "" : "# ") $0
	fflush()
}

END {
	print "1.." n
	exit any_failed != 0
}
