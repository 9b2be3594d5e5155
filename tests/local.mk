# tests/: the checks. All of them are driven by tests/run, which ends with one line of counts.
check_env = DOBOZ_SRC=$(abs_top_srcdir) DOBOZ_BUILD=$(abs_top_builddir)
check-local:
	$(AM_V_at)$(check_env) UNIT_TESTS="$(unit_tests)" $(top_srcdir)/tests/run
