# image/
image_light_sources = \
	image/bundle.c image/bundle.h \
	image/config.c image/config.h \
	image/platform.c image/platform.h \
	image/reference.c image/reference.h \
	image/rootfs.c image/rootfs.h \
	image/store_read.c image/store_read.h
image_heavy_sources = \
	image/digest.c image/digest.h \
	image/inflate.c image/inflate.h \
	image/layer.c image/layer.h \
	image/layer_attr.c image/layer_attr.h \
	image/layer_names.c image/layer_names.h \
	image/layer_path.c image/layer_path.h \
	image/layer_read.c image/layer_read.h \
	image/layer_ring.c image/layer_ring.h \
	image/layer_tree.c image/layer_tree.h \
	image/layer_walk.c image/layer_walk.h \
	image/layer_whiteout.c image/layer_whiteout.h \
	image/layer_write.c image/layer_write.h \
	image/unpack_confine.c image/unpack_confine.h

# What tests/layers.bats and bench/unpack drive.
noinst_PROGRAMS += tests/layer_tool
tests_layer_tool_LDADD = $(heavy_libs) -lpthread

unit_tests += \
	tests/unit/test_image_config \
	tests/unit/test_image_names
