#!/usr/bin/env python3
"""Restores one backup from a repository. Written from docs/format.md alone, to prove that the document is enough.

Usage: restore.py REPOSITORY BACKUP TARGET [--from-packs] [--key-file=FILE | --passphrase-file=FILE]
--from-packs reads the directories of the packs instead of the index. Exit code 0 only when every byte was proven.
Encrypted repositories need Debian's python3-cryptography, and python3-argon2 for passphrases.
"""
import json
import pathlib
import struct
import sys

import blake3

ZERO_ID = bytes(32)
FAN_OUT = 256


class Damaged(Exception):
    """The repository does not follow the format."""


def require(condition, what):
    if not condition:
        raise Damaged(what)


def crc32c(data, table=[]):
    if not table:
        for byte in range(256):
            value = byte
            for _ in range(8):
                value = (value >> 1) ^ (0x82F63B78 if value & 1 else 0)
            table.append(value)
    value = 0xFFFFFFFF
    for byte in data:
        value = table[(value ^ byte) & 255] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


def lz4_block(source, length):
    """The LZ4 block format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md"""
    out, at = bytearray(), 0

    def length_of(nibble):
        nonlocal at
        byte = 255 if nibble == 15 else 0
        while byte == 255:
            byte = source[at]
            at += 1
            nibble += byte
        return nibble

    while at < len(source):
        token = source[at]
        at += 1
        literals = length_of(token >> 4)
        out += source[at:at + literals]
        at += literals
        if at == len(source):
            break
        offset = source[at] | source[at + 1] << 8
        at += 2
        match = length_of(token & 15) + 4
        require(0 < offset <= len(out), "an LZ4 match before the start")
        while match > 0:
            piece = out[len(out) - offset:len(out) - offset + match]
            out += piece
            match -= len(piece)
    require(len(out) == length, "an LZ4 block of another length")
    return bytes(out)


def decompress(body, encoding, length):
    if encoding == 0:
        require(len(body) == length, "a raw body of another length")
        return body
    require(encoding == 1, "an unknown encoding")
    if length <= 65536:
        return lz4_block(body, length)
    pieces = [min(65536, length - start) for start in range(0, length, 65536)]
    sizes = [size + 1 for size in struct.unpack_from(f"<{len(pieces)}H", body)]
    out, at = b"", 2 * len(pieces)
    for plain, stored in zip(pieces, sizes):
        piece = body[at:at + stored]
        out += piece if stored == plain else lz4_block(piece, plain)
        at += stored
    return out


def aes_gcm(key, nonce, sealed, associated):
    """Decrypts and proves: the last 16 bytes are the tag."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated)
    except InvalidTag:
        raise Damaged("a tag does not fit: another key, or not what was written")


class Keys:
    """Everything that comes from the master key, which comes from a key slot."""

    def __init__(self, directory, repository_id, kind, secret):
        self.repository_id = repository_id
        self.master = self._unwrap(directory / "keys", kind, secret)
        self.id_key = blake3.derive_key("BackupEngine 2026 chunk store: id key", self.master)

    def _unwrap(self, directory, kind, secret):
        for path in sorted(path for path in directory.iterdir() if len(path.name) == 32):
            slot = json.loads(path.read_bytes())
            if slot["kind"] != kind or slot["repository_id"].replace("-", "") != self.repository_id.hex():
                continue
            names = ("format_version", "slot_id", "repository_id", "kind", "derivation", "memory_kib", "passes", "salt", "label")
            lines = ["BackupEngine key slot", *(str(slot[name]) for name in names)]
            associated = "".join(line + "\n" for line in lines).encode()
            try:
                return aes_gcm(self._slot_key(slot, secret), bytes(12), bytes.fromhex(slot["wrapped_key"]), associated)
            except Damaged:
                continue
        raise Damaged("no key slot is opened by this")

    @staticmethod
    def _slot_key(slot, secret):
        salt = bytes.fromhex(slot["salt"])
        if slot["derivation"] == "blake3":
            return blake3.derive_key("BackupEngine 2026 chunk store: key file of a slot", salt + secret)
        from argon2.low_level import Type, hash_secret_raw
        return hash_secret_raw(secret, salt, slot["passes"], slot["memory_kib"], 1, 32, Type.ID, 0x13)

    def _of(self, context, epoch, name):
        data_key = blake3.derive_key("BackupEngine 2026 chunk store: data key of an epoch", self.master + epoch.to_bytes(4, "little"))
        return blake3.derive_key("BackupEngine 2026 chunk store: key of " + context, data_key + self.repository_id + name)

    def open_record(self, pack, header, body):
        """The encoded chunk of an encrypted record."""
        seal = body[-32:]
        key = self._of("a pack", number(seal, 0, 4), bytes.fromhex(pack))
        return aes_gcm(key, seal[4:16], body[:-32] + seal[16:], header[:48])

    def open_text(self, epoch, sealed, associated):
        """The private part of a small file."""
        return aes_gcm(self._of("a sealed file", epoch, sealed[:32]), bytes(12), sealed[32:], associated)


class Repository:
    """Config, keys, and where every record lies."""

    def __init__(self, directory, from_packs, kind=None, secret=None):
        self.directory = pathlib.Path(directory)
        raw = (self.directory / "config").read_bytes()
        self.config = json.loads(raw)
        require(self.config["format"] == "backupengine-repository", "not a repository")
        require(self.config["minimum_reader_version"] <= 1, "a later version")
        unsigned = raw.replace(self.config["checksum"].encode(), b"0" * 64)
        require(blake3.hash(unsigned).hex() == self.config["checksum"], "the configuration's checksum")
        self.chunk_size = self.config["chunk_size_bytes"]
        self.id = bytes.fromhex(self.config["repository_id"].replace("-", ""))
        encryption = self.config["encryption"]
        require(encryption in ("none", "aes-256-gcm"), "an unknown encryption")
        require((encryption == "none") == (kind is None), "a key where there is none, or none where there is one")
        self.keys = Keys(self.directory, self.id, kind, secret) if kind else None
        material = self.keys.id_key if self.keys else bytes.fromhex(self.config["id_key"])
        self.chunk_key = blake3.derive_key("BackupEngine 2026 chunk store: ids of data chunks", material)
        self.node_key = blake3.derive_key("BackupEngine 2026 chunk store: ids of tree nodes", material)
        self.manifest_key = blake3.derive_key("BackupEngine 2026 chunk store: digests of manifests", material)
        self.places = {}
        self._read_packs() if from_packs else self._read_index()

    def _read_index(self):
        for path in sorted((self.directory / "index").iterdir()):
            data = path.read_bytes()
            require(data[:8] == b"BEINDXHD" and crc32c(data[:124]) == number(data, 124, 4), f"header of {path}")
            require(data[16:32] == self.id and data[32:48].hex() == path.name, f"identity of {path}")
            entries, packs, blocks = struct.unpack_from("<QII", data, 48)
            require(data[-8:] == b"BEINDXTL" and blake3.hash(data[:-64]) == data[-64:-32], f"digest of {path}")
            guide = 8 * (-(-entries // 512) + 1)
            start = 128 + 64 * packs + 32 * blocks + -(-guide // 32) * 32
            require(len(data) == start + 32 * entries + 64, f"length of {path}")
            for entry in range(start, start + 32 * entries, 32):
                line, offset = struct.unpack_from("<II", data, entry + 16)
                pack = data[128 + 64 * line:144 + 64 * line].hex()
                self.places.setdefault(data[entry:entry + 16], []).append((pack, offset))

    def _read_packs(self):
        for path in sorted((self.directory / "packs").glob("*/*")):
            data = path.read_bytes()
            require(data[:8] == b"BEPACKHD" and crc32c(data[:60]) == number(data, 60, 4), f"header of {path}")
            require(data[16:32] == self.id and data[32:48].hex() == path.name, f"identity of {path}")
            require(data[-8:] == b"BEPACKTL" and crc32c(data[-64:-12]) == number(data, len(data) - 12, 4), f"end of {path}")
            require(blake3.hash(data[:-64]) == data[-48:-16], f"digest of {path}")
            records, _, start = struct.unpack_from("<IIQ", data, len(data) - 64)
            for line in range(start, start + 44 * records, 44):
                self.places.setdefault(data[line:line + 16], []).append((path.name, number(data, line + 32, 4)))

    def read(self, chunk_id, key):
        """The plain bytes of a chunk or a node, proven by its id."""
        for pack, offset in self.places.get(chunk_id[:16], ()):
            with open(self.directory / "packs" / pack[-2:] / pack, "rb") as file:
                file.seek(offset)
                header = file.read(52)
                stored, plain = struct.unpack_from("<II", header, 8)
                body = file.read(stored)
            if header[16:48] != chunk_id:
                continue
            require(header[:5] == b"BErc\x01" and header[7] == 0, "a record's header")
            require(header[5] == (1 if self.keys else 0), "a record in the clear, or one that is not")
            require(crc32c(header[:48] + body) == number(header, 48, 4), "a record's CRC")
            if self.keys:
                body = self.keys.open_record(pack, header, body)
            data = decompress(body, header[6], plain)
            require(blake3.keyed(key, data) == chunk_id, "a chunk's id")
            return data
        raise Damaged(f"chunk {chunk_id.hex()} is nowhere")


def number(data, offset, size):
    return int.from_bytes(data[offset:offset + size], "little")


class Manifest:
    def __init__(self, repository, backup):
        data = (repository.directory / "manifests" / backup).read_bytes()
        require(data[:8] == b"BEMANIFS" and len(data) == number(data, 12, 4), "the manifest's head")
        require(data[16:32] == repository.id, "the manifest's repository")
        if repository.keys:
            require(blake3.hash(data[:-32]) == data[-32:], "the manifest's digest")
            data = data[:40] + repository.keys.open_text(number(data, 32, 4), data[40:-32], data[:40])
        else:
            require(blake3.keyed(repository.manifest_key, data[:-32]) == data[-32:], "the manifest's digest")
        self.root = data[40:72]
        self.volume_bytes = number(data, 72, 8)
        self.chunk_size = number(data, 80, 4)
        length = number(data, 168, 2)
        require(data[176:176 + length].decode() == backup, "the manifest's name")


class Tree:
    """Nodes are lists of children: None (zeros), ('stored', id) or ('uniform', chunk id)."""

    def __init__(self, repository, manifest):
        self.repository = repository
        self.chunks = -(-manifest.volume_bytes // manifest.chunk_size)
        self.level = 1
        while self.nodes(self.level) > 1:
            self.level += 1
        self.root = manifest.root

    def nodes(self, level):
        return -(-self.chunks // FAN_OUT ** (level + 1))

    def child_count(self, level, index):
        below = self.chunks if level == 0 else self.nodes(level - 1)
        return min(FAN_OUT, below - index * FAN_OUT)

    def chunk_ids(self):
        """(chunk number, id) of every chunk that is not zeros, in order."""
        if self.root != ZERO_ID:
            yield from self._walk(("stored", self.root), self.level, 0)

    def _walk(self, reference, level, index):
        if reference is None:
            return
        kind, identity = reference
        if level < 0:
            yield index, identity
            return
        count = self.child_count(level, index)
        children = self.node(identity, level, count) if kind == "stored" else [reference] * count
        for child, below in enumerate(children):
            yield from self._walk(below, level - 1, index * FAN_OUT + child)

    def node(self, identity, level, count, depth=None):
        data = self.repository.read(identity, self.repository.node_key)
        magic, version, kind, node_level, node_depth, children, stated, crc = struct.unpack_from("<4sBBBBHHI", data)
        require(magic == b"BEtn" and version == 1 and node_level == level and children == count, "a node's header")
        require(crc == crc32c(data[:12] + data[16:]), "a node's CRC")
        require(depth is None or node_depth == depth, "a chain of patches")
        at, base = 16, None
        if kind in (2, 4):
            base, at = data[at:at + 32], at + 32
        numbers = range(children)
        if kind != 1:
            numbers, at = list(data[at:at + stated]), at + stated
        kinds = [data[at + i // 4] >> (2 * (i % 4)) & 3 for i in range(stated)]
        at += -(-stated // 4)
        if kind == 2:
            result = list(self.node(base, level, count, node_depth - 1))
        elif kind == 4:
            result = [("stored" if level == 0 else "uniform", base)] * count
        else:
            result = [None] * count
        for place, child_kind in zip(numbers, kinds):
            if child_kind == 0:
                result[place] = None
                continue
            result[place] = ("stored" if child_kind == 1 else "uniform", data[at:at + 32])
            at += 32 + (level if child_kind == 1 else 0)
        require(at == len(data), "a node's length")
        return result


def secret_of(options):
    """The kind of slot and the bytes that open it, as the options say."""
    for option in options:
        name, _, path = option.partition("=")
        if name == "--key-file":
            return "key-file", pathlib.Path(path).read_bytes()
        if name == "--passphrase-file":
            secret = pathlib.Path(path).read_bytes()
            secret = secret[:-1] if secret.endswith(b"\n") else secret
            return "passphrase", secret[:-1] if secret.endswith(b"\r") else secret
    return None, None


def restore(directory, backup, target, options):
    repository = Repository(directory, "--from-packs" in options, *secret_of(options))
    manifest = Manifest(repository, backup)
    with open(target, "wb") as file:
        file.truncate(manifest.volume_bytes)
        for chunk, identity in Tree(repository, manifest).chunk_ids():
            data = repository.read(identity, repository.chunk_key)
            start = chunk * manifest.chunk_size
            require(len(data) == min(manifest.chunk_size, manifest.volume_bytes - start), "a chunk's length")
            file.seek(start)
            file.write(data)


if __name__ == "__main__":
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(arguments) != 3:
        sys.exit(__doc__)
    try:
        restore(*arguments, [word for word in sys.argv[1:] if word.startswith("--")])
    except (Damaged, OSError) as failure:
        sys.exit(f"restore.py: {failure}")
