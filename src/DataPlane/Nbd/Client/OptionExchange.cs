using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>Sends options and takes the replies to them, during the handshake.</summary>
internal sealed class OptionExchange(NbdTransport transport)
{
    /// <summary>Sends an option, and hands over every reply but the last.</summary>
    /// <param name="option">The option.</param>
    /// <param name="data">Its data.</param>
    /// <param name="take">Takes the type and the data of each reply; null where none but the last may come.</param>
    /// <returns>How it ended: <see cref="OptionReplyType.Ack"/> or an error, with its message.</returns>
    /// <exception cref="NbdProtocolException">The reply is not one, is too long, or never ends.</exception>
    public (OptionReplyType Type, string Message) Ask(
        Option option, ReadOnlySpan<byte> data, Action<OptionReplyType, byte[]>? take = null)
    {
        Send(option, data);
        for (var i = 0; i < NbdLimits.OptionReplies; i++)
        {
            var (header, reply) = Receive(option);
            if (header.IsError)
            {
                return (header.Type, NbdText.DecodeMessage(reply));
            }

            if (header.Type == OptionReplyType.Ack)
            {
                return (OptionReplyType.Ack, "");
            }

            (take ?? throw new NbdProtocolException($"The reply to {option} is a {header.Type}."))(header.Type, reply);
        }

        throw new NbdProtocolException($"More than {NbdLimits.OptionReplies} replies to {option} came.");
    }

    /// <summary>Sends an option that has no reply of that form.</summary>
    public void Send(Option option, ReadOnlySpan<byte> data)
    {
        var message = new byte[OptionHeader.Bytes + data.Length];
        new OptionHeader(option, (uint)data.Length).Write(message);
        data.CopyTo(message.AsSpan(OptionHeader.Bytes));
        transport.Send(message);
    }

    private (OptionReplyHeader Header, byte[] Data) Receive(Option option)
    {
        Span<byte> bytes = stackalloc byte[OptionReplyHeader.Bytes];
        transport.Receive(bytes);
        var header = OptionReplyHeader.Read(bytes);
        if (header.Option != option)
        {
            throw new NbdProtocolException($"A reply to {header.Option} came in answer to {option}.");
        }

        if (header.DataBytes > NbdLimits.OptionBytes)
        {
            throw new NbdProtocolException(
                $"A reply of {header.DataBytes} bytes to {option} came; {NbdLimits.OptionBytes} are allowed.");
        }

        var data = new byte[header.DataBytes];
        transport.Receive(data);
        return (header, data);
    }
}
