# bench/: one script or program per figure that we publish; "make bench BENCH=name" runs one.
# A C program goes into bench_programs and is built by "make bench" only.
bench_programs += bench/limit bench/interleave
bench_limit_SOURCES = bench/limit.c
bench_limit_LDADD =
bench_interleave_SOURCES = bench/interleave.c
bench_interleave_LDADD =
BENCH =
bench: all $(bench_programs)
	$(AM_V_at)DOBOZ_SRC=$(abs_top_srcdir) DOBOZ_BUILD=$(abs_top_builddir) \
		$(top_srcdir)/bench/run $(BENCH)
.PHONY: bench
