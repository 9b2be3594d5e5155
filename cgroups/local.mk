# cgroups/
cgroups_sources = cgroups/cgroup.h cgroups/resources.h
