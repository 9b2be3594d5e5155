# base/: the lowest layer; libc only, and yajl in json.c alone
base_sources = \
	base/arena.c base/arena.h \
	base/attr.h \
	base/confine.c base/confine.h \
	base/dir.c base/dir.h \
	base/duration.c base/duration.h \
	base/env.c base/env.h \
	base/error.c base/error.h \
	base/error_kind.c base/error_kind.h \
	base/fd.c base/fd.h \
	base/helper.c base/helper.h \
	base/json.c base/json.h \
	base/json_decode.c \
	base/json_write.c \
	base/passwd.c base/passwd.h \
	base/proc.c base/proc.h \
	base/ranges.c base/ranges.h \
	base/rootfs.h \
	base/str.c base/str.h \
	base/sys.c base/sys.h

unit_tests += \
	tests/unit/test_confine \
	tests/unit/test_dir \
	tests/unit/test_duration \
	tests/unit/test_error \
	tests/unit/test_fd \
	tests/unit/test_json \
	tests/unit/test_proc \
	tests/unit/test_str
