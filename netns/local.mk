# netns/: network namespaces
netns_sources = \
	netns/counters.c netns/counters.h \
	netns/device.c netns/device.h \
	netns/rtnl.c netns/rtnl.h

unit_tests += \
	tests/unit/test_counters
