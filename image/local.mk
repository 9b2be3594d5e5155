# image/
image_light_sources =
image_heavy_sources = image/digest.h image/layer.h
