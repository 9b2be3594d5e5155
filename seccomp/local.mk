# seccomp/
seccomp_sources = seccomp/compile.h seccomp/default.h seccomp/profile.h
