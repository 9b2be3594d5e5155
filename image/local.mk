# image/
image_light_sources = \
	image/bundle.c image/bundle.h \
	image/config.c image/config.h \
	image/names.c image/names.h \
	image/platform.c image/platform.h \
	image/reference.c image/reference.h \
	image/rootfs.c image/rootfs.h \
	image/store_lock.c image/store_lock.h \
	image/store_lookup.c image/store_lookup.h \
	image/store_names.c image/store_names.h \
	image/store_read.c image/store_read.h
image_heavy_sources = \
	image/blob.c image/blob.h \
	image/blobs.c image/blobs.h \
	image/confined.c image/confined.h \
	image/digest.c image/digest.h \
	image/docker_archive.c image/docker_archive.h \
	image/gc.c image/gc.h \
	image/gc_mark.c image/gc_mark.h \
	image/image.h \
	image/ingest.c image/ingest.h \
	image/ingest_archive.c image/ingest_archive.h \
	image/ingest_blob.c image/ingest_blob.h \
	image/ingest_docker.c image/ingest_docker.h \
	image/ingested.c image/ingested.h \
	image/inflate.c image/inflate.h \
	image/layer.c image/layer.h \
	image/layer_attr.c image/layer_attr.h \
	image/layer_index.c image/layer_index.h \
	image/layer_names.c image/layer_names.h \
	image/layer_path.c image/layer_path.h \
	image/layer_read.c image/layer_read.h \
	image/layer_ring.c image/layer_ring.h \
	image/layer_tree.c image/layer_tree.h \
	image/layer_walk.c image/layer_walk.h \
	image/layer_whiteout.c image/layer_whiteout.h \
	image/layer_write.c image/layer_write.h \
	image/layout.c image/layout.h \
	image/manifest.c image/manifest.h \
	image/report.c image/report.h \
	image/resolve.c image/resolve.h \
	image/store_idmap.c image/store_idmap.h \
	image/store_write.c image/store_write.h \
	image/text_set.c image/text_set.h \
	image/tree_compare.c image/tree_compare.h \
	image/unpack.c image/unpack.h \
	image/unpack_confine.c image/unpack_confine.h \
	image/verify.c image/verify.h

# What tests/layers.bats and bench/unpack drive.
noinst_PROGRAMS += tests/layer_tool
tests_layer_tool_LDADD = $(heavy_libs) -lpthread

unit_tests += \
	tests/unit/test_image_config \
	tests/unit/test_image_manifest \
	tests/unit/test_image_names \
	tests/unit/test_image_store \
	tests/unit/test_inflate \
	tests/unit/test_layer \
	tests/unit/test_names \
	tests/unit/test_unpack_confine

# It packs what it unpacks.
tests_unit_test_inflate_LDADD = $(LDADD) -lz
