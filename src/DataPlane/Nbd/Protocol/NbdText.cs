using System.Text;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Strings of the protocol: UTF-8, at most <see cref="NbdLimits.StringBytes"/> bytes, no NUL.</summary>
public static class NbdText
{
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The bytes of a string that is to be sent.</summary>
    /// <exception cref="ArgumentException">Too long, or holds a NUL.</exception>
    public static byte[] Encode(string text)
    {
        var bytes = Strict.GetBytes(text);
        return bytes.Length <= NbdLimits.StringBytes && !bytes.Contains((byte)0)
            ? bytes
            : throw new ArgumentException(
                $"A string of the NBD protocol has at most {NbdLimits.StringBytes} bytes and no NUL.", nameof(text));
    }

    /// <summary>A string that came.</summary>
    /// <exception cref="NbdProtocolException">Too long, holds a NUL, or is not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > NbdLimits.StringBytes || bytes.Contains((byte)0))
        {
            throw new NbdProtocolException(
                $"A string of {bytes.Length} bytes came; at most {NbdLimits.StringBytes} without NUL are allowed.");
        }

        try
        {
            return Strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new NbdProtocolException("A string came that is not UTF-8.");
        }
    }

    /// <summary>A message for people: whatever came, cut to a length, without control characters.</summary>
    public static string DecodeMessage(ReadOnlySpan<byte> bytes)
    {
        var text = Encoding.UTF8.GetString(bytes[..Math.Min(bytes.Length, NbdLimits.StringBytes)]);
        return string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
    }
}
