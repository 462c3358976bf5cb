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

    /// <summary>
    /// Of manifests that say where the next incremental re-reads: both numbers. Others stay of version 1.
    /// </summary>
    public const ushort ManifestWithReread = 2;

    /// <summary>Throws unless a file of these two versions can be read.</summary>
    /// <param name="version">The version that wrote it.</param>
    /// <param name="minimumReader">The oldest version that can read it.</param>
    /// <param name="fileName">For the message.</param>
    /// <param name="newest">The newest version of this kind of file that this program knows.</param>
    /// <exception cref="RepositoryFormatException">It cannot; the message says which versions can.</exception>
    public static void RequireReadable(int version, int minimumReader, string fileName, int newest = Current)
    {
        if (version < OldestReadable || minimumReader > newest || version < minimumReader)
        {
            throw new RepositoryFormatException(
                $"{fileName} has format version {version} and needs a reader of version {minimumReader} or newer; "
                + $"this program reads versions {OldestReadable} to {newest}. Nothing was changed. "
                + "Use a program of that version.");
        }
    }
}
