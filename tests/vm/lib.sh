# SPDX-License-Identifier: GPL-2.0-only
# What the scripts of the lab share.
CACHE=${RS_VM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/reclaimscope-vm}
ALL_KERNELS="5.10 6.1 6.12 6.18 7.2"
PATH=$PATH:/usr/sbin:/sbin
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(cd "$HERE/../.." && pwd)
