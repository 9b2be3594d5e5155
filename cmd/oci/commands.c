/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/oci/commands.c - the verbs of doboz-oci, in the order of its help text */
#include "cmd/cmd.h"

/* A verb's row is defined next to its code; this is the one list of them. */
const struct command *const cmd_oci_commands[] = {
	&cmd_oci_create,   &cmd_oci_start,  &cmd_oci_run,        &cmd_oci_exec,    &cmd_oci_kill,
	&cmd_oci_delete,   &cmd_oci_state,  &cmd_oci_list,       &cmd_oci_ps,      &cmd_oci_pause,
	&cmd_oci_resume,   &cmd_oci_update, &cmd_oci_mounts,     &cmd_oci_events,  &cmd_oci_spec,
	&cmd_oci_features, &cmd_oci_check,  &cmd_oci_checkpoint, &cmd_oci_restore, NULL,
};
