# tests/: the checks. All of them are driven by tests/run, which ends with one line of counts.

# make check PARTS="static unit": only these; see tests/run for VERBOSE, JOBS and MUST_RUN
PARTS =
check-local: check-now

# The same without asking make again whether everything is built.
check-now:
	$(AM_V_at)DOBOZ_BUILD=$(abs_top_builddir) UNIT_TESTS="$(unit_tests)" $(top_srcdir)/tests/run $(PARTS)

# The program with a folder for a resctrl filesystem (tests/rdt.bats): the fake comes before the library.
noinst_PROGRAMS += tests/doboz_rdt
tests_doboz_rdt_SOURCES = cmd/main.c tests/fake_resctrl.c
tests_doboz_rdt_LDADD = $(start_libs)
tests_doboz_rdt_LDFLAGS = $(doboz_LDFLAGS)

# What a shell cannot ask (tests/cgroup_limits.bats), without libraries: it runs in containers.
noinst_PROGRAMS += tests/cgroup_probe
tests_cgroup_probe_SOURCES = tests/cgroup_probe.c
tests_cgroup_probe_LDADD =
tests_cgroup_probe_LDFLAGS = -static

unit-tests: $(unit_tests)
print-unit-tests:
	@echo $(unit_tests)

# The checks that run programs, built with AddressSanitizer and UndefinedBehaviorSanitizer, below san/.
check-san:
	$(AM_V_at)$(top_srcdir)/tests/san $(PARTS)

# The tests that run containers, under Debian 12's kernel 6.1 with v2, v1 and hybrid cgroups, and systemd or not; not part
# of "check". PARTS=vm runs the short part of it.
check-vm: unit-tests
	$(AM_V_at)VM_ALL=1 JOBS=1 CHECK_TIMEOUT=3600 DOBOZ_BUILD=$(abs_top_builddir) $(top_srcdir)/tests/run vm

# podman, buildah, containerd, Docker and others of this host, with doboz-oci, in namespaces of their own; "check" runs
# the short part of it.
check-clients: all
	$(AM_V_at)CLIENTS_ALL=1 UNIT_TESTS= DOBOZ_BUILD=$(abs_top_builddir) $(top_srcdir)/tests/run clients

lint: all
	$(AM_V_at)$(top_srcdir)/tests/lint

# make fuzz [FUZZ=fuzz_json] [FUZZ_SECONDS=60]
FUZZ =
FUZZ_SECONDS = 60
fuzz: $(noinst_LIBRARIES)
	$(AM_V_at)FUZZ_SECONDS=$(FUZZ_SECONDS) FUZZ_LIBS="$(start_libs) $(heavy_libs)" DOBOZ_BUILD=$(abs_top_builddir) \
		$(top_srcdir)/tests/fuzz/run $(FUZZ)

format:
	$(AM_V_at)cd $(top_srcdir) && git ls-files -z -- '*.c' '*.h' | xargs -0 clang-format -i

.PHONY: check-now unit-tests print-unit-tests check-san check-vm check-clients lint fuzz format
