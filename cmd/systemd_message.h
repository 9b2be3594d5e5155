/* SPDX-License-Identifier: Apache-2.0 */
/* cmd/systemd_message.h - the words of a request as the properties of a D-Bus message */
#pragma once

#include "base/attr.h"

#include <systemd/sd-bus.h>

/** systemd_append_properties - an "a(sv)" out of NAME TYPE COUNT VALUE... (cgroups/wire.h); records
 *  Return: 0 or more, or a negative errno */
int systemd_append_properties(sd_bus_message *m, char *const *words) MUST_USE;
