# netns/: network namespaces
netns_sources = \
	netns/counters.c netns/counters.h

unit_tests += \
	tests/unit/test_counters
