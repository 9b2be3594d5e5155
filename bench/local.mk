# bench/: one script or program per figure that we publish; "make bench BENCH=name" runs one.
# A C program goes into bench_programs and is built by "make bench" only.
bench_programs += bench/limit bench/interleave bench/peak bench/empty
bench_limit_SOURCES = bench/limit.c
bench_limit_LDADD =
bench_interleave_SOURCES = bench/interleave.c
bench_interleave_LDADD =
bench_peak_SOURCES = bench/peak.c
bench_peak_LDADD =
# Nothing but what the loader and libc do for a program that is linked as ours is.
bench_empty_SOURCES = bench/empty.c
bench_empty_LDADD = $(SECCOMP_LIBS) $(CAP_LIBS) $(YAJL_LIBS)
bench_empty_LDFLAGS = $(AM_LDFLAGS) $(START_LDFLAGS) -Wl,-u,seccomp_load -Wl,-u,cap_from_name -Wl,-u,yajl_parse
BENCH =
bench: all $(bench_programs)
	$(AM_V_at)DOBOZ_SRC=$(abs_top_srcdir) DOBOZ_BUILD=$(abs_top_builddir) \
		$(top_srcdir)/bench/run $(BENCH)
.PHONY: bench
