# tests/: the checks. All of them are driven by tests/run, which ends with one line of counts.
check_env = DOBOZ_BUILD=$(abs_top_builddir) UNIT_TESTS="$(unit_tests)"

# make check PARTS="static unit": only these; see tests/run for VERBOSE, JOBS and MUST_RUN
PARTS =
check-local:
	$(AM_V_at)$(check_env) $(top_srcdir)/tests/run $(PARTS)

# The same checks, built with AddressSanitizer and UndefinedBehaviorSanitizer, in a folder of its own.
check-san:
	$(AM_V_at)$(top_srcdir)/tests/san $(PARTS)

lint:
	$(AM_V_at)CC='$(CC)' $(top_srcdir)/tests/lint

format:
	$(AM_V_at)cd $(top_srcdir) && git ls-files -z -- '*.c' '*.h' | xargs -0 clang-format -i

.PHONY: check-san lint format
