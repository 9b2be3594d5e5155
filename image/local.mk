# image/
image_light_sources = image/bundle.h image/config.h image/platform.h image/reference.h image/rootfs.h image/store_read.h
image_heavy_sources = image/digest.h image/layer.h
