"""A directory of files with odd names and sizes, and how two directories differ."""

import hashlib
import os
import random

# Names that a file can have and that signing, encoding and XML have to carry. Each is a path below the directory.
ODD_NAMES = [
    "plain.txt",
    "with space.txt",
    "  two leading spaces",
    "trailing space ",
    "two  spaces  inside",
    "ünïcödé-ß.txt",
    "日本語/ファイル.txt",
    "emoji-😀-👩‍👩‍👧.bin",
    "decomposed-e\u0301",
    "composed-\u00e9",
    "no-break\u00a0space",
    "right-to-left-\u05d0\u05d1",
    "a+b.txt",
    "+",
    "100%.txt",
    "%",
    "%20-literal",
    "%2F-literal",
    "%zz-no-escape",
    "hash#tag",
    "question?mark",
    "question?mark=1&versions",
    "quote'single",
    'quote"double',
    "amp&ersand",
    "&amp;",
    "<tag>",
    "]]>",
    "semi;colon",
    "eq=uals",
    "dollar$sign",
    "back`tick",
    "paren(s)",
    "brackets[1]",
    "braces{x}",
    "tilde~",
    "~home",
    "caret^",
    "pipe|",
    "back\\slash",
    "comma,at@colon:bang!",
    "star*",
    "-dash-first",
    "--delete",
    ".dotfile",
    ".hidden/.deeper/file",
    "..two-dots",
    "...",
    "dir.with.dots/..a",
    "same",
    "same-prefix/same",
    "same-prefix/same-prefix",
    "a/b/c/d/e/f/g/h/i/j/k/deep",
    "a/b.txt",
    "a-b",
    "a.b",
    "CASE",
    "case",
    "x" * 200,
    "l" * 100 + "/" + "m" * 100 + "/" + "ü" * 100,
]

# Around Flare's limits (inline objects, blocks) and those of buffers.
SIZES = [0, 1, 2, 1023, 4095, 4096, 4097, 8192, 65535, 65536, 65537, 131072, 300000]


def make(directory, count, seed):
    """count files: each of the odd names, the rest in nested directories; the same for the same seed."""
    source = random.Random(seed)
    names = list(ODD_NAMES)
    for i in range(max(0, count - len(names))):
        names.append(f"many/{i % 7}/dir {i % 3}/file-{i:04d}")
    for i, name in enumerate(names[:count]):
        size = SIZES[i % len(SIZES)] if i < 10 * len(SIZES) else source.randrange(20000)
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(source.randbytes(size))


def random_file(path, size, seed):
    source = random.Random(seed)
    with open(path, "wb") as f:
        for begin in range(0, size, 1 << 20):
            f.write(source.randbytes(min(1 << 20, size - begin)))
    return path


def digest(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


def contents(directory):
    """Path below the directory (with slashes) → (size, SHA-256), for every file."""
    found = {}
    for parent, _, names in os.walk(directory):
        for name in names:
            path = os.path.join(parent, name)
            found[os.path.relpath(path, directory)] = (os.path.getsize(path), digest(path))
    return found


def differences(wanted, got):
    """Sentences, none if the two directories hold the same files with the same bytes."""
    a, b = contents(wanted), contents(got)
    sentences = [f"missing: {name!r}" for name in sorted(a.keys() - b.keys())]
    sentences += [f"too many: {name!r}" for name in sorted(b.keys() - a.keys())]
    sentences += [f"differs: {name!r}, {a[name]} became {b[name]}" for name in sorted(a.keys() & b.keys()) if a[name] != b[name]]
    return sentences
