using System.Buffers.Binary;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Manifests.Nodes;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests.Nodes;

public sealed class NodeFormatTests
{
    private const int ChecksumOffset = 12;

    /// <summary>
    /// Children of a node of some level, of mixed kinds, with runs so that every form of node occurs.
    /// </summary>
    private static readonly Gen<(int Level, NodeReference[] Children)> GenChildren =
        Gen.Select(Gen.Int[0, 6], Gen.Int[1, 256], Gen.Int, Gen.Int[0, 100], (level, count, seed, mix) =>
        {
            var random = new Random(seed);
            var children = new NodeReference[count];
            for (var i = 0; i < count; i++)
            {
                children[i] = random.Next(100) < mix ? RandomChild(level, random) : children[Math.Max(0, i - 1)];
            }

            if (!children.AsSpan().ContainsAnyExcept(NodeReference.Zero))
            {
                children[count / 2] = NodeReference.Stored(Ids.Of(1), 1);
            }

            return (level, children);
        });

    [Fact]
    public void What_is_written_is_read() => GenChildren.Sample(node =>
    {
        var bytes = NodeEncoder.Encode(node.Level, node.Children, parent: null);
        Assert.Equal(node.Children, Decode(bytes, []));
    });

    [Fact]
    public void Every_form_is_chosen_where_it_is_the_smallest()
    {
        var mixed = Enumerable.Range(1, 256).Select(i => NodeReference.Chunk(Ids.Of(i))).ToArray();
        Assert.Equal((NodeKind.Full, 16 + 64 + 8192), KindAndSize(mixed));

        var sparse = new NodeReference[256];
        sparse[3] = mixed[0];
        Assert.Equal((NodeKind.Sparse, 16 + 1 + 1 + 32), KindAndSize(sparse));

        var repeated = Enumerable.Repeat(mixed[7], 256).ToArray();
        repeated[200] = mixed[0];
        repeated[255] = NodeReference.Zero;
        Assert.Equal((NodeKind.Uniform, 16 + 32 + 2 + 1 + 32), KindAndSize(repeated));

        var former = new TreeNode(new NodeHeader(NodeKind.Full, 0, 0, 256, 256), Ids.Of(1), Ids.Of(1), default, mixed);
        var changed = mixed.ToArray();
        changed[9] = NodeReference.Chunk(Ids.Of(1000));
        Assert.Equal((NodeKind.Patch, 16 + 32 + 1 + 1 + 32), KindAndSize(changed, former));

        static (NodeKind Kind, int SizeBytes) KindAndSize(NodeReference[] children, TreeNode? parent = null)
        {
            var bytes = NodeEncoder.Encode(0, children, parent);
            return (NodeHeader.Read(bytes).Kind, bytes.Length);
        }
    }

    [Fact]
    public void A_node_of_zeros_is_not_written() =>
        Assert.Throws<ArgumentException>(() => NodeEncoder.Encode(0, new NodeReference[256], parent: null));

    [Fact]
    public void A_patch_that_is_not_half_the_size_is_not_written()
    {
        var mixed = Enumerable.Range(1, 256).Select(i => NodeReference.Chunk(Ids.Of(i))).ToArray();
        var former = new TreeNode(new NodeHeader(NodeKind.Full, 0, 0, 256, 256), Ids.Of(1), Ids.Of(1), default, mixed);
        for (var changes = 1; changes <= 256; changes++)
        {
            mixed = [.. mixed];
            mixed[changes - 1] = NodeReference.Chunk(Ids.Of(1000 + changes));
            var bytes = NodeEncoder.Encode(0, mixed, former);
            var patchBytes = 16 + 32 + changes + ((changes + 3) / 4) + (32 * changes);
            Assert.Equal(patchBytes * 2 <= 8272 ? NodeKind.Patch : NodeKind.Full, NodeHeader.Read(bytes).Kind);
        }
    }

    [Fact]
    public void Any_byte_changed_is_refused() => GenChildren.Sample(
        node =>
        {
            var bytes = NodeEncoder.Encode(node.Level, node.Children, parent: null);
            for (var i = 0; i < bytes.Length; i++)
            {
                foreach (var flip in new byte[] { 1, 0x80, 0xFF })
                {
                    bytes[i] ^= flip;
                    Assert.Throws<CorruptDataException>(() => Decode(bytes, []));
                    bytes[i] ^= flip;
                }
            }
        },
        iter: 5);

    [Fact]
    public void Any_other_length_is_refused() => GenChildren.Sample(
        node =>
        {
            var bytes = NodeEncoder.Encode(node.Level, node.Children, parent: null);
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<CorruptDataException>(() => Decode(bytes[..length], []));
                Assert.Throws<CorruptDataException>(() => Decode(WithChecksum(bytes[..length]), []));
            }

            Assert.Throws<CorruptDataException>(() => Decode(WithChecksum([.. bytes, 0]), []));
        },
        iter: 5);

    /// <summary>A forged checksum: the form is still checked, and nothing but the one exception comes out.</summary>
    [Fact]
    public void Any_byte_changed_under_a_right_checksum_is_refused_or_well_formed() => GenChildren.Sample(
        node =>
        {
            var bytes = NodeEncoder.Encode(node.Level, node.Children, parent: null);
            var end = Math.Min(bytes.Length, NodeHeader.Read(bytes).IdsOffset + 64);
            for (var i = 0; i < end; i++)
            {
                for (var value = 0; value < 256; value += i < 16 ? 1 : 51)
                {
                    var forged = bytes.ToArray();
                    forged[i] = (byte)value;
                    DecodeOrRefuse(WithChecksum(forged));
                }
            }
        },
        iter: 5);

    [Fact]
    public void Random_bytes_are_refused_or_well_formed() =>
        Gen.Select(Gen.Byte.Array[17, 400], Gen.Int[1, 4], Gen.Byte[0, 6], Gen.Byte[1, 16]).Sample(
            (bytes, kind, level, count) =>
            {
                "BEtn"u8.CopyTo(bytes);
                bytes[4] = 1;
                bytes[5] = (byte)kind;
                bytes[6] = level;
                bytes[7] = (byte)(kind == (int)NodeKind.Patch ? 1 : 0);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), count);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(10), (ushort)(bytes[10] % (count + 1)));
                DecodeOrRefuse(WithChecksum(bytes));
            },
            iter: 20_000);

    private static void DecodeOrRefuse(byte[] bytes)
    {
        try
        {
            var children = Decode(bytes, new NodeReference[256]);
            Assert.All(children, child => Assert.Equal(child.Kind == ReferenceKind.Zero, child.Id.IsZero));
            Assert.All(children, child => Assert.Equal(child.Kind == ReferenceKind.Stored, child.LiveChunks >= 1));
        }
        catch (CorruptDataException)
        {
            // Refused, as it may be.
        }
    }

    private static NodeReference[] Decode(byte[] bytes, NodeReference[] parentChildren)
    {
        var header = NodeHeader.Read(bytes);
        var children = new NodeReference[header.ChildCount];
        parentChildren.AsSpan(0, Math.Min(parentChildren.Length, children.Length)).CopyTo(children);
        NodeDecoder.ReadBase(header, bytes);
        NodeDecoder.Apply(header, bytes, children);
        return children;
    }

    private static byte[] WithChecksum(byte[] bytes)
    {
        if (bytes.Length >= 16)
        {
            var checksum = Crc32C.Append(Crc32C.Compute(bytes.AsSpan(0, ChecksumOffset)), bytes.AsSpan(16));
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), checksum);
        }

        return bytes;
    }

    private static NodeReference RandomChild(int level, Random random) => random.Next(3) switch
    {
        0 => NodeReference.Zero,
        1 when level > 0 => NodeReference.Uniform(Ids.Of(random.Next(1, 3))),
        _ when level == 0 => NodeReference.Chunk(Ids.Of(random.NextInt64(1, long.MaxValue))),
        _ => NodeReference.Stored(
            Ids.Of(random.NextInt64(1, long.MaxValue)), random.NextInt64(1, (1L << (8 * level)) + 1)),
    };
}
