#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# autogen.sh - make ./configure out of configure.ac
set -e
cd "$(dirname "$0")"
mkdir -p build-aux
autoreconf --install --force --warnings=all,no-obsolete
