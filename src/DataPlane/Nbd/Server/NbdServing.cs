namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>What is served, told when clients can connect.</summary>
internal sealed record NbdServing
{
    /// <summary>The backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>Its volume.</summary>
    public required string VolumeId { get; init; }

    /// <summary>Size of the volume in bytes.</summary>
    public required long VolumeBytes { get; init; }

    /// <summary>How clients name it.</summary>
    public required string Uri { get; init; }

    /// <summary>Whether clients can write.</summary>
    public required bool Writable { get; init; }

    /// <summary>The file that takes what they write; absent where they cannot.</summary>
    public string? Overlay { get; init; }

    /// <summary>Whether clients need TLS.</summary>
    public required bool Tls { get; init; }

    /// <summary>Most bytes of decompressed chunks that are kept.</summary>
    public required long CacheBytes { get; init; }

    /// <summary>Most bytes that requests of all clients hold besides.</summary>
    public required long BufferBytes { get; init; }

    /// <summary>The process that serves.</summary>
    public required int ProcessId { get; init; }

    /// <summary>What is not as it could be, in words; empty when there is nothing of that kind.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
