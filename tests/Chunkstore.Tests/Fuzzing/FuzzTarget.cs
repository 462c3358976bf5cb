namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>A parser, with what it reads.</summary>
/// <param name="Name">Its name, also that of its folder in the corpus.</param>
/// <param name="Seeds">Inputs that it accepts.</param>
/// <param name="Parse">Reads an input to its end, as a program would; may throw the errors of the repository.</param>
/// <param name="MaximumBytes">Most bytes that it may allocate for one input, however that lies about lengths.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Seeds, Action<byte[]> Parse, long MaximumBytes)
{
    /// <summary>
    /// Makes the checksums of a changed input fit again, as somebody would who means harm: without it nothing behind
    /// a checksum would ever be reached.
    /// </summary>
    public Action<byte[]> Seal { get; init; } = _ => { };
}
