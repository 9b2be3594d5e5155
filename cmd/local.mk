# cmd/: the mains, the verbs, the option tables; nothing else prints or exits
cmd_sources = \
	cmd/main.c
helper_sources = \
	cmd/image_main.c \
	cmd/image_user.c cmd/image_user.h
