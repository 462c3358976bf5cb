"""BLAKE3 as its paper describes it (https://github.com/BLAKE3-team/BLAKE3-specs), in plain Python: hash, keyed hash, derive_key."""
import struct

IV = (0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19)
PERMUTATION = (2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8)
CHUNK_START, CHUNK_END, PARENT, ROOT, KEYED_HASH, DERIVE_KEY_CONTEXT, DERIVE_KEY_MATERIAL = (1 << bit for bit in range(7))
MASK = 0xFFFFFFFF


def _compress(chaining, block, counter, length, flags):
    v = list(chaining) + [IV[0], IV[1], IV[2], IV[3], counter & MASK, counter >> 32, length, flags]

    def mix(a, b, c, d, x, y):
        va, vb, vc, vd = v[a], v[b], v[c], v[d]
        va = (va + vb + x) & MASK
        vd ^= va
        vd = (vd >> 16) | (vd << 16) & MASK
        vc = (vc + vd) & MASK
        vb ^= vc
        vb = (vb >> 12) | (vb << 20) & MASK
        va = (va + vb + y) & MASK
        vd ^= va
        vd = (vd >> 8) | (vd << 24) & MASK
        vc = (vc + vd) & MASK
        vb ^= vc
        vb = (vb >> 7) | (vb << 25) & MASK
        v[a], v[b], v[c], v[d] = va, vb, vc, vd

    m = list(struct.unpack("<16I", block))
    for round_number in range(7):
        mix(0, 4, 8, 12, m[0], m[1])
        mix(1, 5, 9, 13, m[2], m[3])
        mix(2, 6, 10, 14, m[4], m[5])
        mix(3, 7, 11, 15, m[6], m[7])
        mix(0, 5, 10, 15, m[8], m[9])
        mix(1, 6, 11, 12, m[10], m[11])
        mix(2, 7, 8, 13, m[12], m[13])
        mix(3, 4, 9, 14, m[14], m[15])
        if round_number < 6:
            m = [m[i] for i in PERMUTATION]
    return [v[i] ^ v[i + 8] for i in range(8)]


def _chunk(data, key, index, flags):
    """The last compression of a chunk of up to 1024 bytes, not yet done: whether it is the root's is not known here."""
    blocks = [data[i:i + 64] for i in range(0, len(data), 64)] or [b""]
    chaining = key
    for number, block in enumerate(blocks):
        block_flags = flags | (CHUNK_START if number == 0 else 0) | (CHUNK_END if number == len(blocks) - 1 else 0)
        last = (chaining, block.ljust(64, b"\0"), index, len(block), block_flags)
        if number < len(blocks) - 1:
            chaining = _compress(*last)
    return last


def _tree(data, key, index, flags):
    if len(data) <= 1024:
        return _chunk(data, key, index, flags)
    chunks = (len(data) + 1023) // 1024
    left_chunks = 1 << ((chunks - 1).bit_length() - 1)
    left = _compress(*_tree(data[:left_chunks * 1024], key, index, flags))
    right = _compress(*_tree(data[left_chunks * 1024:], key, index + left_chunks, flags))
    return (key, struct.pack("<16I", *left, *right), 0, 64, flags | PARENT)


def _digest(data, key, flags):
    chaining, block, _, length, last_flags = _tree(bytes(data), key, 0, flags)
    return struct.pack("<8I", *_compress(chaining, block, 0, length, last_flags | ROOT))


def hash(data):
    """32 bytes."""
    return _digest(data, IV, 0)


def keyed(key, data):
    """32 bytes under a key of 32 bytes."""
    return _digest(data, struct.unpack("<8I", key), KEYED_HASH)


def derive_key(context, material):
    """A key of 32 bytes for one purpose."""
    context_key = _digest(context.encode(), IV, DERIVE_KEY_CONTEXT)
    return _digest(material, struct.unpack("<8I", context_key), DERIVE_KEY_MATERIAL)
