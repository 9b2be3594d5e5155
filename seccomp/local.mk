# seccomp/: linux.seccomp; libseccomp in compile.c alone
seccomp_sources = \
	seccomp/check.c seccomp/check.h \
	seccomp/compile.c seccomp/compile.h \
	seccomp/default.c seccomp/default.h \
	seccomp/enosys.c seccomp/enosys.h \
	seccomp/groups.c seccomp/groups.h \
	seccomp/import.c seccomp/import.h \
	seccomp/kernel.c seccomp/kernel.h \
	seccomp/profile.c seccomp/profile.h

unit_tests += \
	tests/unit/test_seccomp_compare \
	tests/unit/test_seccomp_default \
	tests/unit/test_seccomp_enosys \
	tests/unit/test_seccomp_profile \
	tests/unit/test_seccomp_run
