# netns/: network namespaces; its first source comes with the bridge
netns_sources =
