using BackupEngine.DataPlane.Nbd.Protocol;
using CsCheck;

namespace BackupEngine.DataPlane.Tests.Nbd.Protocol;

/// <summary>What is written is read back, and what is not of the form is refused, never read beyond its end.</summary>
public sealed class CodecTests
{
    private static readonly Gen<string> AnyText = Gen.String[Gen.Char['\u0001', '\u2000'], 0, 100];

    private static readonly Gen<(int Type, int Flags, ulong Cookie, ulong Offset, ulong Length, bool Extended)> Any =
        from type in Gen.Int[0, 0xffff]
        from flags in Gen.Int[0, 0xffff]
        from cookie in Gen.ULong
        from offset in Gen.ULong
        from length in Gen.ULong
        from extended in Gen.Bool
        select (type, flags, cookie, offset, length, extended);

    [Fact]
    public void Requests() => Any.Sample(one =>
    {
        var length = one.Extended ? one.Length : (uint)one.Length;
        var header = new RequestHeader(
            (Command)one.Type, (CommandOptions)one.Flags, one.Cookie, one.Offset, length);
        var bytes = new byte[RequestHeader.ExtendedBytes];
        header.Write(bytes, one.Extended);
        Assert.Equal(header, RequestHeader.Read(bytes, one.Extended));
        Assert.Throws<NbdProtocolException>(() => RequestHeader.Read(bytes, !one.Extended));
    });

    [Fact]
    public void Replies() => Any.Sample(one =>
    {
        var (offset, length) = one.Extended ? (one.Offset, one.Length) : (0, (uint)one.Length);
        var header = new ReplyHeader((ReplyType)one.Type, (ReplyOptions)one.Flags, one.Cookie, offset, length);
        var bytes = new byte[ReplyHeader.ExtendedBytes];
        header.Write(bytes, one.Extended);
        Assert.Equal(header, ReplyHeader.Read(bytes, one.Extended));
        Assert.Throws<NbdProtocolException>(() => ReplyHeader.Read(bytes, !one.Extended));
        var simple = new SimpleReply((NbdError)one.Type, one.Cookie);
        simple.Write(bytes);
        Assert.Equal(simple, SimpleReply.Read(bytes));
    });

    [Fact]
    public void Options() => Gen.Select(AnyText, AnyText, AnyText.Array[0, 5], Gen.UInt, Gen.ULong).Sample(
        (name, text, queries, number, size) =>
        {
            var contexts = MetaContextRequest.Read(new MetaContextRequest(name, queries).Write());
            Assert.Equal(name, contexts.ExportName);
            Assert.Equal(queries, contexts.Queries);
            Assert.Equal(new MetaContext(number, text), MetaContext.Read(new MetaContext(number, text).Write()));
            Assert.Equal(new ExportEntry(name, text), ExportEntry.Read(new ExportEntry(name, text).Write()));
            var export = ExportRequest.Read(new ExportRequest(name, [InfoType.BlockSize, InfoType.Name]).Write());
            Assert.Equal(name, export.Name);
            Assert.Equal([InfoType.BlockSize, InfoType.Name], export.Wanted);
            var exported = new ExportSize(size, (ExportFeatures)(number & 0xffff));
            Assert.Equal(exported, ExportSize.Read(exported.WriteInfo().AsSpan(2)));
            Assert.Equal(exported, ExportSize.Read(exported.WriteAnswer()));
            var error = new ErrorChunk(NbdError.NoSpace, "full", number % 2 == 0 ? size : null);
            Assert.Equal(error, ErrorChunk.Read(error.Type, error.Write()));
        });

    [Fact]
    public void Block_status() => Gen.Select(
        Gen.UInt, Gen.Select(Gen.UInt[1, uint.MaxValue], Gen.UInt).Array[1, 20], Gen.Bool).Sample(
        (context, extents, extended) =>
        {
            StatusExtent[] written = [.. extents.Select(extent => new StatusExtent(extent.Item1, extent.Item2))];
            var bytes = new byte[BlockStatusChunk.Bytes(written.Length, extended)];
            BlockStatusChunk.Write(bytes, context, written, extended);
            var read = BlockStatusChunk.Read(bytes, extended);
            Assert.Equal((context, written.Length), (read.ContextId, read.Count));
            for (var i = 0; i < written.Length; i++)
            {
                Assert.Equal(written[i], read[i]);
            }

            Assert.Throws<NbdProtocolException>(() => _ = BlockStatusChunk.Read(bytes.AsSpan(1), extended).Count);
        });

    [Fact]
    public void Bytes_that_mean_nothing_are_refused_and_nothing_else_happens() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        Action[] readers =
        [
            () => MetaContextRequest.Read(bytes), () => MetaContext.Read(bytes), () => ExportEntry.Read(bytes),
            () => ExportRequest.Read(bytes), () => ExportSize.Read(bytes), () => BlockSizes.Read(bytes),
            () => ErrorChunk.Read(ReplyType.ErrorOffset, bytes), () => BlockStatusRequest.Read(bytes),
            () => _ = BlockStatusChunk.Read(bytes, extended: true).Count,
            () => _ = BlockStatusChunk.Read(bytes, extended: false).Count,
        ];
        foreach (var reader in readers)
        {
            var error = Record.Exception(reader);
            Assert.True(error is null or NbdProtocolException, error?.ToString());
        }
    });

    [Theory]
    [InlineData(0, 4096, 65536)]
    [InlineData(3, 4096, 65536)]
    [InlineData(131072, 131072, 131072)]
    [InlineData(4096, 512, 65536)]
    [InlineData(1, 65536, 4096)]
    public void Block_sizes_that_are_not_allowed_are_refused(uint minimum, uint preferred, uint maximum) =>
        Assert.Throws<NbdProtocolException>(
            () => BlockSizes.Read(new BlockSizes(minimum, preferred, maximum).WriteInfo().AsSpan(2)));
}
