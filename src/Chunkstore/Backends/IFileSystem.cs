namespace BackupEngine.Chunkstore.Backends;

/// <summary>
/// The calls that <see cref="LocalDirectoryBackend"/> makes on a file system, all of them: what stands between a
/// repository and its disk. A test puts a recorder or a source of faults here.
/// </summary>
/// <remarks>Failures are <see cref="IOException"/> whose <see cref="Exception.HResult"/> is the errno.</remarks>
internal interface IFileSystem
{
    /// <summary>What this file system refused, and what is done instead, in words for the log.</summary>
    IReadOnlyCollection<string> Fallbacks { get; }

    /// <summary>Creates a directory, readable by the owner only; no error where it is there already.</summary>
    void CreateDirectory(string path);

    /// <summary>Creates a file for writing, readable by the owner only (O_CREAT | O_EXCL).</summary>
    IWritableFile CreateFile(string path);

    /// <summary>Gives a file another name on the same file system, atomically.</summary>
    /// <returns>False where the new name is taken; nothing was changed then.</returns>
    bool RenameNoReplace(string path, string newPath);

    /// <summary>Makes the names in a directory durable (fsync of the directory).</summary>
    void FlushDirectory(string path);

    /// <summary>Removes the name of a file; false where there is none.</summary>
    bool Delete(string path);

    /// <summary>Opens a file for reading; null where there is none.</summary>
    IReadableFile? OpenFile(string path);

    /// <summary>The entries of a directory; null where there is none.</summary>
    IReadOnlyList<FileEntry>? List(string path);
}
