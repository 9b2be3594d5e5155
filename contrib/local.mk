# contrib/: configuration of the engines that call doboz-oci; installed to read and to copy, docs/ tells where to
nobase_dist_pkgdata_DATA = \
	contrib/containerd/config-v2.toml \
	contrib/containerd/config-v3.toml \
	contrib/containers/doboz.conf \
	contrib/crio/10-doboz.conf \
	contrib/docker/daemon.json \
	contrib/kubernetes/runtimeclass.yaml \
	contrib/slurm/oci.conf
