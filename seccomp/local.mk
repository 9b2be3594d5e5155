# seccomp/: linux.seccomp; libseccomp in compile.c alone
seccomp_sources = \
	seccomp/builtin.c seccomp/builtin.h \
	seccomp/check.c seccomp/check.h \
	seccomp/compile.c seccomp/compile.h \
	seccomp/default.c seccomp/default.h \
	seccomp/enosys.c seccomp/enosys.h \
	seccomp/groups.c seccomp/groups.h \
	seccomp/import.c seccomp/import.h \
	seccomp/kernel.c seccomp/kernel.h \
	seccomp/listener.c seccomp/listener.h \
	seccomp/profile.c seccomp/profile.h \
	seccomp/program.h

# The default profile's program is compiled at build time (seccomp/builtin.h).
noinst_PROGRAMS += seccomp/generate
seccomp_generate_SOURCES = seccomp/generate.c $(seccomp_sources)
seccomp_generate_LDADD = libbase.a $(SECCOMP_LIBS) $(YAJL_LIBS)

nodist_libdobozseccomp_a_SOURCES = seccomp/default_program.c
CLEANFILES += seccomp/default_program.c
seccomp/default_program.c: seccomp/generate$(EXEEXT)
	$(AM_V_GEN)if test "$(cross_compiling)" = yes; then \
		echo '#include "seccomp/builtin.h"'; \
		echo 'const struct sock_filter seccomp_builtin_insns[1];'; \
		echo 'const unsigned short seccomp_builtin_n;'; \
	else ./seccomp/generate$(EXEEXT); fi >$@.new && mv $@.new $@

unit_tests += \
	tests/unit/test_seccomp_builtin \
	tests/unit/test_seccomp_compare \
	tests/unit/test_seccomp_default \
	tests/unit/test_seccomp_enosys \
	tests/unit/test_seccomp_profile \
	tests/unit/test_seccomp_run
