using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>Room for one record in the buffers of a stream, to be filled by who got it.</summary>
/// <param name="Place">Where the record will be.</param>
/// <param name="First">The buffer that the room begins in; it may go on in the next ones.</param>
/// <param name="OffsetBytes">Where it begins.</param>
/// <param name="LengthBytes">How long it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackSpace(PackPlace Place, PackBuffer First, int OffsetBytes, int LengthBytes)
{
    /// <summary>Copies a record into its room.</summary>
    /// <exception cref="InvalidOperationException">It is not as long as the room: a defect.</exception>
    public void Fill(ReadOnlySpan<byte> head, ReadOnlySpan<byte> body)
    {
        if (head.Length + body.Length != LengthBytes)
        {
            throw new InvalidOperationException(
                $"A record of {head.Length + body.Length} bytes got room for {LengthBytes}.");
        }

        var (buffer, at) = (First, OffsetBytes);
        Copy(head, ref buffer, ref at);
        Copy(body, ref buffer, ref at);
    }

    /// <summary>Notes that the room is being filled; under the lock of the stream.</summary>
    public void Begin() => Note(1);

    /// <summary>Notes that it has been; under the lock of the stream.</summary>
    public void End() => Note(-1);

    private static void Copy(ReadOnlySpan<byte> bytes, ref PackBuffer buffer, ref int at)
    {
        while (bytes.Length > 0)
        {
            if (at == buffer.LengthBytes)
            {
                (buffer, at) = (buffer.Next!, 0);
            }

            var part = bytes[..Math.Min(bytes.Length, buffer.LengthBytes - at)];
            part.CopyTo(buffer.Memory.Span[at..]);
            at += part.Length;
            bytes = bytes[part.Length..];
        }
    }

    private void Note(int change)
    {
        var buffer = First;
        for (var left = LengthBytes - (First.LengthBytes - OffsetBytes); ; left -= buffer.LengthBytes)
        {
            buffer.Filling += change;
            if (left <= 0)
            {
                return;
            }

            buffer = buffer.Next!;
        }
    }
}
