using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// The version of the repository format, and the two numbers that every file carries: the version that wrote it and
/// the oldest version that can read it. A later version that only adds leaves the second number alone.
/// </summary>
internal static class FormatVersion
{
    /// <summary>What this program writes.</summary>
    public const ushort Current = 1;

    /// <summary>The oldest reader of what this program writes.</summary>
    public const ushort MinimumReader = 1;

    /// <summary>The oldest format that this program still reads.</summary>
    public const ushort OldestReadable = 1;

    /// <summary>Throws unless a file of these two versions can be read.</summary>
    /// <exception cref="RepositoryFormatException">It cannot; the message says which versions can.</exception>
    public static void RequireReadable(int version, int minimumReader, string fileName)
    {
        if (version < OldestReadable || minimumReader > Current || version < minimumReader)
        {
            throw new RepositoryFormatException(
                $"{fileName} has format version {version} and needs a reader of version {minimumReader} or newer; "
                + $"this program reads versions {OldestReadable} to {Current}. Nothing was changed. "
                + "Use a program of that version.");
        }
    }
}
