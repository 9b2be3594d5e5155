# image/
image_light_sources = \
	image/bundle.c image/bundle.h \
	image/config.c image/config.h \
	image/platform.c image/platform.h \
	image/reference.c image/reference.h \
	image/rootfs.c image/rootfs.h \
	image/store_read.c image/store_read.h
image_heavy_sources = image/digest.h image/layer.h

unit_tests += \
	tests/unit/test_image_config \
	tests/unit/test_image_names
