# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# tests/clients/containers.bash - what the tests of podman and buildah share: a storage and a configuration of
# their own, the latter made out of contrib/containers/doboz.conf

# containers_begin: sets CONTAINERS_CONF and, in setup_file's shell, containers_storage
containers_begin()
{
	{
		# Debian 12's podman merges no folders here; a table may stand once in a file.
		sed "s|\"/usr/local/bin/doboz-oci\"|\"$RUNTIME\"|; s|\"krun\", |&\"runc\", |" "$CLIENTS/../../contrib/containers/doboz.conf" |
			sed 's|^\[engine\]|&\ncgroup_manager = "cgroupfs"\nevents_logger = "file"|'
		printf '[containers]\ndefault_ulimits = []\nlog_driver = "k8s-file"\n[network]\nnetwork_backend = "netavark"\n'
	} > "$CLIENTS_SCRATCH/containers.conf"
	export CONTAINERS_CONF=$CLIENTS_SCRATCH/containers.conf
}

# The options that keep storage out of the host's: podman and buildah have them in common.
# shellcheck disable=SC2034 # for the tests
containers_storage=(--root "$CLIENTS_SCRATCH/storage" --runroot "$CLIENTS_SCRATCH/runroot")
