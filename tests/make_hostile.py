#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/make_hostile.py OUTSIDE DIR - hostile layers, one per trick, each with a harmless one of the same form

OUTSIDE is a folder that the tricks try to reach; DIR receives NAME.bad.tar, NAME.good.tar and the
table "cases": NAME, options, expectation, separated by tabs. An expectation is one of
  refused TEXT   the layer is refused, and the message holds TEXT
  has PATH       it unpacks, and PATH (in the target, not followed) exists
  hasnt PATH     it unpacks, and PATH does not exist
  is PATH VALUE  it unpacks, and stat -c '%F:%a:%u:%g:%s:%Y:%h' of PATH contains VALUE
The good layer always unpacks.
"""
import gzip
import os
import struct
import sys

OUTSIDE, TARGET = sys.argv[1], sys.argv[2]
BLOCK = 512
REG, LINK, SYM, CHR, BLK, DIR, FIFO = b"0", b"1", b"2", b"3", b"4", b"5", b"6"


def number(value, width):
    """A header's number: octal, or base-256 where that does not fit or is negative."""
    if 0 <= value < 8 ** (width - 1):
        return b"%0*o\0" % (width - 1, value)
    return (value & ((1 << (8 * width)) - 1) | 1 << (8 * width - 1)).to_bytes(width, "big")


def entry(name, kind=REG, data=b"", link="", mode=0o644, uid=0, gid=0, mtime=1000000000, dev=(0, 0), size=None):
    """One header with its data; sizes and ids may lie. Long names come in an extended header."""
    long = [(k, v) for k, v in (("path", name), ("linkpath", link)) if len(v) > 100]
    if long:
        return pax(long) + entry(name[:100], kind, data, link[:100], mode, uid, gid, mtime, dev, size)
    name, link = (x.encode() for x in (name, link))
    real = len(data) if size is None else size
    head = name.ljust(100, b"\0")
    head += number(mode, 8) + number(uid, 8) + number(gid, 8) + number(real, 12) + number(mtime, 12)
    head += b" " * 8 + kind + link.ljust(100, b"\0") + b"ustar\x0000"
    head += b"root".ljust(32, b"\0") * 2 + number(dev[0], 8) + number(dev[1], 8)
    head = head.ljust(BLOCK, b"\0")
    head = head[:148] + b"%06o\0 " % sum(head) + head[156:]
    return head + data + b"\0" * (-len(data) % BLOCK)


def folder(name, **rest):
    return entry(name, DIR, **{"mode": 0o755, **rest})


def sym(name, link, **rest):
    return entry(name, SYM, link=link, mode=0o777, **rest)


def hard(name, link, **rest):
    return entry(name, LINK, link=link, **rest)


def pax(records, kind=b"x"):
    """An extended header; records: (key, value) pairs, so that a key may come twice."""
    body = b""
    for key, value in records:
        value = value.encode() if isinstance(value, str) else value
        rest = b" " + key.encode() + b"=" + value + b"\n"
        length = len(rest) + len(str(len(rest)))
        length = len(rest) + len(str(length))
        body += str(length).encode() + rest
    return entry("PaxHeaders/x", kind, body)


def longname(name, kind=b"L"):
    return entry("././@LongLink", kind, name.encode() + b"\0")


END = b"\0" * 2 * BLOCK
FILE = entry("file", data=b"content")
ABS = OUTSIDE.lstrip("/")
UP = "../" * 40
CAPABILITY = struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)
ACL = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", t, p, i) for t, p, i in
                                      ((1, 7, 0xffffffff), (2, 5, 77), (4, 5, 0xffffffff), (16, 5, 0xffffffff), (32, 0, 0xffffffff)))


def nested(depth):
    """Names of one letter, so deep that PATH_MAX would be passed."""
    return pax([("path", "d/" * depth + "f")]) + entry("f")


def through(link):
    """A file through a symlink."""
    return sym("s", link) + entry("s/pwn", data=b"x")


CASES = [
    # name, options, expectation, bad entries, good entries
    # -- names --
    ("dotdot", "", "refused has a '..' component", entry("../pwn"), entry("..pwn")),
    ("dotdot-inside", "", "refused has a '..' component", folder("a") + entry("a/../../pwn"), folder("a") + entry("a/..b")),
    ("dotdot-deep", "", "refused has a '..' component", entry(UP + ABS + "/pwn"), entry("a/b/c/d")),
    ("dotdot-pax", "", "refused has a '..' component", pax([("path", "../pwn")]) + FILE, pax([("path", "pwn")]) + FILE),
    ("dotdot-gnu", "", "refused has a '..' component", longname("../pwn") + FILE, longname("pwn") + FILE),
    ("absolute", "", "has " + ABS + "/pwn", entry("/" + ABS + "/pwn"), entry("pwn")),
    ("absolute-pax", "", "has " + ABS + "/pwn", pax([("path", OUTSIDE + "/pwn")]) + FILE, pax([("path", "pwn")]) + FILE),
    ("long-component", "", "refused longer than 255 bytes", pax([("path", "a" * 256)]) + FILE, pax([("path", "a" * 255)]) + FILE),
    ("long-path", "", "refused longer than 4095 bytes", nested(2048), nested(2000)),
    ("long-gnu", "", "refused longer than", longname("a/" * 3000 + "f") + FILE, longname("a/" * 1000 + "f") + FILE),
    ("huge-gnu", "", "refused archive is damaged", longname("a/" * 800000) + FILE, longname("a") + FILE),
    ("huge-pax", "", "refused archive is damaged", pax([("comment", "a" * 2000000)]) + FILE, pax([("comment", "a" * 20000)]) + FILE),
    ("control-characters", "", "refused \\x0a", folder("a\nb") + entry("a\nb/../c"), entry("a\nb")),
    # -- symlinks as parents --
    ("symlink-absolute", "", "has " + ABS + "/pwn", through(OUTSIDE), through("/t")),
    ("symlink-up", "", "has " + ABS + "/pwn", through(UP + ABS), through("../t")),
    ("symlink-chain", "", "has " + ABS + "/pwn", sym("a", UP + ABS) + sym("b", "a") + entry("b/pwn"), folder("t") + sym("a", "t") + sym("b", "a") + entry("b/f")),
    ("symlink-loop", "", "refused symlink", sym("a", "b") + sym("b", "a") + entry("a/f"), sym("a", "b") + sym("b", "c") + entry("a/f")),
    ("symlink-long", "", "refused too long", sym("a", "b/" + "./" * 2000) + sym("b", "./" * 2000) + entry("a/f"), sym("a", "b/.") + sym("b", "./c") + entry("a/f")),
    ("symlink-to-file", "", "refused is not a folder", entry("f") + sym("s", "f") + entry("s/pwn"), folder("f") + sym("s", "f") + entry("s/pwn")),
    ("symlink-empty", "", "refused without a target", sym("s", ""), sym("s", "x")),
    ("symlink-replaced-late", "", "has s/f", folder("s") + entry("s/a") + sym("s", OUTSIDE) + folder("s", mtime=5) + entry("s/f"), folder("s") + entry("s/f")),
    ("folder-to-symlink", "", "is s symbolic link", folder("s", mode=0o700, mtime=5) + entry("s/f") + sym("s", OUTSIDE), folder("s") + entry("s/f")),
    # -- the root --
    ("root-symlink", "", "refused the root can only be a folder", sym(".", OUTSIDE), folder(".")),
    ("root-symlink-slash", "", "refused the root can only be a folder", sym("/", OUTSIDE), folder("/")),
    ("root-symlink-dots", "", "refused the root can only be a folder", sym("./.", OUTSIDE), folder("./.")),
    ("root-file", "", "refused the root can only be a folder", entry("."), folder(".")),
    ("root-hardlink", "", "refused the root can only be a folder", FILE + hard("./", "file"), FILE + hard("./f", "file")),
    ("root-device", "--devices", "refused the root can only be a folder", entry(".", CHR, dev=(1, 3)), folder(".")),
    ("root-whiteout", "", "refused hides no name", entry(".wh.."), entry(".wh.a")),
    # -- hardlinks --
    ("hardlink-absolute", "", "refused does not exist", hard("l", OUTSIDE + "/canary"), entry("canary") + hard("l", "/canary")),
    ("hardlink-up", "", "refused has a '..' component", hard("l", UP + ABS + "/canary"), entry("canary") + hard("l", "canary")),
    ("hardlink-symlink-parent", "", "refused does not exist", sym("s", OUTSIDE) + hard("l", "s/canary"), folder("t") + sym("s", "t") + entry("t/canary") + hard("l", "s/canary")),
    ("hardlink-symlink", "", "refused is not a regular file", sym("s", OUTSIDE + "/canary") + hard("l", "s"), entry("s") + hard("l", "s")),
    ("hardlink-symlink-write", "", "refused is not a regular file", sym("s", OUTSIDE + "/canary") + hard("l", "s") + entry("l", data=b"pwned"), entry("s") + hard("l", "s") + entry("l", data=b"new")),
    ("hardlink-folder", "", "refused is not a regular file", folder("d") + hard("l", "d"), entry("d") + hard("l", "d")),
    ("hardlink-missing", "", "refused does not exist", hard("l", "nothing"), entry("nothing") + hard("l", "nothing")),
    ("hardlink-self", "", "refused does not exist", FILE + hard("file", "file"), FILE + hard("l", "file")),
    ("hardlink-root", "", "refused a hardlink to the root", hard("l", "/"), FILE + hard("l", "/file")),
    ("hardlink-chmod", "", "is canary :644:", entry("canary") + hard("l", "canary", mode=0o4777), entry("canary") + hard("l", "canary")),
    ("hardlink-then-file", "", "is a :1:1000000000:1", entry("a", data=b"1") + hard("b", "a") + entry("b", data=b"22"), entry("a") + hard("b", "a")),
    # -- existing names are never opened --
    ("symlink-then-file", "", "is s regular file", sym("s", OUTSIDE + "/canary") + entry("s", data=b"pwned"), entry("s") + entry("s", data=b"new")),
    ("symlink-then-folder", "", "is s directory", sym("s", OUTSIDE) + folder("s", mode=0o777) + entry("s/pwn"), folder("s") + folder("s", mode=0o700)),
    ("symlink-dot-file", "", "is s regular file", sym("s", OUTSIDE + "/canary") + entry("./s", data=b"pwned"), entry("s") + entry("./s")),
    ("folder-file-folder", "", "hasnt d/old", folder("d") + entry("d/old") + entry("d") + folder("d") + entry("d/new"), folder("d")),
    ("fifo-then-file", "", "is p regular file", entry("p", FIFO) + entry("p", data=b"x"), entry("p", FIFO)),
    ("file-parent", "", "refused is not a folder", FILE + entry("file/x"), folder("file") + entry("file/x")),
    ("fifo-parent", "", "refused is not a folder", entry("p", FIFO) + entry("p/x"), folder("p") + entry("p/x")),
    # -- devices --
    ("device-whiteout", "--devices", "refused overlay's whiteout", entry("w", CHR, dev=(0, 0)), entry("w", CHR, dev=(1, 3))),
    ("device-whiteout-dropped", "", "refused overlay's whiteout", entry("w", CHR, dev=(0, 0)), entry("w", CHR, dev=(1, 3))),
    ("device-dropped", "", "hasnt sda", entry("sda", BLK, dev=(8, 0), mode=0o666), FILE),
    ("device-setuid", "--devices", "is null :666:", entry("null", CHR, dev=(1, 3), mode=0o6666), entry("null", CHR, dev=(1, 3))),
    # -- attributes --
    ("xattr-overlay", "", "has d", pax([("SCHILY.xattr.user.overlay.redirect", "/etc"), ("SCHILY.xattr.trusted.overlay.redirect", "/etc"), ("SCHILY.xattr.user.overlay.opaque", "y")]) + folder("d"), pax([("SCHILY.xattr.user.a", "b")]) + folder("d")),
    ("xattr-host", "", "has f", pax([("SCHILY.xattr.security.selinux", "x"), ("SCHILY.xattr.security.ima", "x"), ("SCHILY.xattr.trusted.a", "x"), ("SCHILY.xattr.nonsense", "x")]) + entry("f"), pax([("SCHILY.xattr.user.a", "b")]) + entry("f")),
    ("xattr-capability", "", "is f :500:7:8:", pax([("SCHILY.xattr.security.capability", CAPABILITY)]) + entry("f", data=b"x", mode=0o500, uid=7, gid=8), entry("f", mode=0o500)),
    ("xattr-acl", "", "is f :750:7:8:", pax([("SCHILY.xattr.system.posix_acl_access", ACL)]) + entry("f", mode=0o750, uid=7, gid=8), entry("f")),
    ("setuid", "", "is f :6755:7:8:", entry("f", data=b"x", mode=0o6755, uid=7, gid=8), entry("f")),
    ("owner-minus-one", "", "refused is out of range", entry("f", uid=-1), entry("f", uid=1)),
    ("owner-2-32-minus-1", "", "refused is out of range", entry("f", uid=2 ** 32 - 1), entry("f", uid=2 ** 32 - 2)),
    ("owner-2-32", "", "refused is out of range", entry("f", gid=2 ** 32), entry("f", gid=2 ** 32 - 2)),
    ("owner-2-40", "", "refused is out of range", entry("f", gid=2 ** 40 + 1), entry("f", gid=3000000000)),
    ("owner-pax", "", "refused is out of range", pax([("uid", "4294967295")]) + entry("f"), pax([("uid", "4294967294")]) + entry("f")),
    ("time-negative", "", "is f :0:1", pax([("mtime", "-5.5")]) + entry("f"), pax([("mtime", "5.5")]) + entry("f")),
    ("time-huge", "", "is f :0:1", pax([("mtime", "99999999999999999")]) + entry("f"), pax([("mtime", "9999999999")]) + entry("f")),
    ("time-base256", "", "is f :0:1", entry("f", mtime=-1), entry("f", mtime=1)),
    # -- whiteouts --
    ("whiteout-empty", "", "refused hides no name", entry(".wh."), entry(".wh.a")),
    ("whiteout-dot", "", "refused hides no name", folder("a") + entry("a/.wh.."), folder("a") + entry("a/.wh..a")),
    ("whiteout-dotdot", "", "refused hides no name", folder("a") + entry("a/.wh..."), folder("a") + entry("a/.wh....")),
    ("whiteout-dot-merged", "--merged", "refused hides no name", entry(".wh.."), entry(".wh.a")),
    ("whiteout-dotdot-merged", "--merged", "refused hides no name", folder("a") + entry("a/.wh..."), folder("a") + entry("a/.wh.b")),
    ("whiteout-symlink-parent", "--merged", "has s", sym("s", OUTSIDE) + entry("s/.wh.canary"), folder("t") + sym("s", "t") + entry("s/.wh.canary")),
    ("whiteout-opaque-outside", "--merged", "has s", sym("s", OUTSIDE) + entry("s/.wh..wh..opq"), folder("t") + sym("s", "t") + entry("s/.wh..wh..opq")),
    ("whiteout-of-symlink", "--merged", "has s", sym("s", OUTSIDE) + entry(".wh.s"), entry(".wh.s")),
    ("whiteout-folder", "", "refused begins with '.wh.'", entry(".wh.a/f"), entry("wh.a/f")),
    ("whiteout-type", "", "refused not a regular file", sym(".wh.a", "x"), entry(".wh.a")),
    ("whiteout-device", "--devices", "refused not a regular file", entry(".wh.a", CHR, dev=(1, 3)), entry(".wh.a")),
    ("whiteout-own", "--merged", "has d/f", folder("d") + entry("d/f") + entry(".wh.d"), folder("d")),
    ("whiteout-parent-then-child", "", "is d directory", entry(".wh.d") + entry("d/f"), entry("d/f")),
    ("aufs", "", "hasnt .wh..wh.plnk", folder(".wh..wh.plnk") + entry(".wh..wh.plnk/1.2") + entry(".wh..wh.aufs"), FILE),
    # -- pax and sizes --
    ("pax-size", "", "hasnt inner", pax([("size", "1024")]) + entry("f", data=entry("inner") + b"\0" * 512, size=0), pax([("size", "1024")]) + entry("f", data=b"x" * 1024, size=1024)),
    ("pax-size-onto-longname", "", "hasnt inner", pax([("size", "512")]) + longname("f") + entry("x", data=entry("inner")[:512], size=0), longname("f") + entry("x")),
    ("pax-broken", "", "refused the header is malformed", entry("PaxHeaders/x", b"x", b"99999 path=a\n") + FILE, pax([("path", "a")]) + FILE),
    ("pax-global", "", "has file", pax([("path", "../pwn")], b"g") + FILE, pax([("comment", "abc")], b"g") + FILE),
    ("size-negative", "", "refused negative size", entry("f", size=-512), entry("f")),
    ("size-past-end", "", "refused archive is damaged", entry("f", size=1 << 30), entry("f", data=b"x" * 1024)),
    ("size-2-63", "", "refused archive is damaged", entry("f", size=(1 << 63) - 1), entry("f")),
    ("sparse-outside", "", "refused outside of the file", pax([("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "f"), ("GNU.sparse.realsize", "10")]) + entry("x", data=b"1\n99999999999\n512\n".ljust(512, b"\0") + b"x" * 512),
     pax([("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "f"), ("GNU.sparse.realsize", "1048576")]) + entry("x", data=b"1\n1048064\n512\n".ljust(512, b"\0") + b"x" * 512)),
    ("sparse-huge", "--max-bytes 1000000", "refused larger than", pax([("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", "f"), ("GNU.sparse.realsize", str(1 << 50))]) + entry("x", data=b"1\n0\n512\n".ljust(512, b"\0") + b"x" * 512), FILE),
    ("checksum", "", "refused archive is damaged", FILE + b"x" * 512, FILE),
    # -- bombs --
    ("bytes", "--max-bytes 100000", "refused larger than", entry("f", data=b"x" * 200000), entry("f", data=b"x" * 50000)),
    ("entries", "--max-entries 50", "refused too many entries", b"".join(entry("f%d" % i) for i in range(51)), b"".join(entry("f%d" % i) for i in range(50))),
    ("entries-implicit", "--max-entries 50", "refused too many entries", entry("d/" * 50 + "f"), entry("d/" * 20 + "f")),
    ("entries-copied", "--max-entries 3", "refused too many entries", entry("a/b/c/f"), entry("a/f")),
]


def write(name, data):
    with open(os.path.join(TARGET, name), "wb") as f:
        f.write(data)


def compressed(good):
    """Streams that are damaged, not archives: (name, expectation, bad, good)."""
    z = gzip.compress(good)
    wrong = bytearray(z)
    wrong[-6] ^= 1
    return [
        ("gzip-cut", "refused is cut short", z[:-9], z),
        ("gzip-crc", "refused gzip data is damaged", bytes(wrong), z),
        ("gzip-garbage", "refused followed by something else", z + b"\0\0x", z + b"\0" * 3000),
        ("gzip-second-member", "refused gzip data is", z + b"\x1f\x8b\x08\xff" + b"x" * 30, gzip.compress(good[:700]) + gzip.compress(good[700:])),
        ("gzip-bomb", "refused larger than", gzip.compress(entry("f", data=b"\0" * 20000000) + END), z),
    ]


def main():
    rows = []
    for name, options, expectation, bad, good in CASES:
        write(name + ".bad.tar", bad + END)
        write(name + ".good.tar", good + END)
        rows.append((name, options or "-", expectation))
    for name, expectation, bad, good in compressed(FILE + END):
        write(name + ".bad.tar", bad)
        write(name + ".good.tar", good)
        rows.append((name, "--max-bytes 10000000", expectation))
    write("cases", "".join("\t".join(row) + "\n" for row in rows).encode())


main()
