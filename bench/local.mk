# bench/: one script or program per figure that we publish; "make bench BENCH=name" runs one.
# A C program goes into bench_programs and is built by "make bench" only.
bench_programs +=
BENCH =
bench: all $(bench_programs)
	$(AM_V_at)DOBOZ_SRC=$(abs_top_srcdir) DOBOZ_BUILD=$(abs_top_builddir) \
		$(top_srcdir)/bench/run $(BENCH)
.PHONY: bench
