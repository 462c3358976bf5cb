using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// One request to an export. It may be sent more than once, on different connections, with the same effect.
/// </summary>
/// <param name="Command">What is asked for.</param>
/// <param name="Options">Command flags.</param>
/// <param name="OffsetBytes">Where.</param>
/// <param name="LengthBytes">How much.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct NbdRequest(Command Command, CommandOptions Options, long OffsetBytes, long LengthBytes)
{
    /// <summary>Fills a buffer.</summary>
    public static NbdRequest Read(long offsetBytes, Memory<byte> target) =>
        new(Command.Read, CommandOptions.None, offsetBytes, target.Length) { Target = target };

    /// <summary>What a READ fills.</summary>
    public Memory<byte> Target { get; init; }

    /// <summary>What a WRITE sends.</summary>
    public ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Takes what a BLOCK_STATUS answers; emptied before each try.</summary>
    public List<ContextStatus>? Statuses { get; init; }

    /// <summary>Whether it changes the export.</summary>
    public bool Changes => Command is Command.Write or Command.WriteZeroes or Command.Trim;

    /// <summary>What it does, for messages, as in "reading 4096 bytes".</summary>
    public string Describe() => Command switch
    {
        Command.Read => $"reading {LengthBytes} bytes",
        Command.Write => $"writing {LengthBytes} bytes",
        Command.WriteZeroes => $"zeroing {LengthBytes} bytes",
        Command.Trim => $"discarding {LengthBytes} bytes",
        Command.Flush => "flushing",
        _ => $"asking for the status of {LengthBytes} bytes",
    };
}
