namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Payload of a chunk that tells an error.</summary>
/// <param name="Error">What went wrong; never <see cref="NbdError.None"/>.</param>
/// <param name="Message">For people; may be empty.</param>
/// <param name="OffsetBytes">Where; null where the chunk does not tell.</param>
public sealed record ErrorChunk(NbdError Error, string Message, ulong? OffsetBytes)
{
    /// <summary>Longest payload, in bytes.</summary>
    public const int MaximumBytes = 4 + 2 + NbdLimits.StringBytes + 8;

    /// <summary>The type of the chunk.</summary>
    public ReplyType Type => OffsetBytes is null ? ReplyType.Error : ReplyType.ErrorOffset;

    /// <summary>The payload.</summary>
    public byte[] Write()
    {
        var writer = new WireWriter().UInt32((uint)Error).UInt16(NbdText.Encode(Message).Length).RemainingText(Message);
        return (OffsetBytes is { } offset ? writer.UInt64(offset) : writer).ToArray();
    }

    /// <summary>
    /// Reads a payload. Error chunks of unknown type begin in the same way; what they add is left out.
    /// </summary>
    /// <exception cref="NbdProtocolException">It is not of that form, or tells no error.</exception>
    public static ErrorChunk Read(ReplyType type, ReadOnlySpan<byte> from)
    {
        var reader = new WireReader(from, "The error");
        var error = (NbdError)(int)reader.UInt32();
        var message = NbdText.DecodeMessage(reader.Take(reader.UInt16()));
        ulong? offset = type == ReplyType.ErrorOffset ? reader.UInt64() : null;
        return error == NbdError.None
            ? throw new NbdProtocolException("An error came that has the number of success.")
            : new ErrorChunk(error, message, offset);
    }
}
