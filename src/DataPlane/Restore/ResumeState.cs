namespace BackupEngine.DataPlane.Restore;

/// <summary>What a resume file says: which restore it is of, and how far that may have changed its target.</summary>
/// <param name="Format">Which kind of file this is.</param>
/// <param name="RepositoryId">The repository.</param>
/// <param name="BackupId">The backup.</param>
/// <param name="RootId">The root of its tree, so that another backup of the same id is told apart.</param>
/// <param name="VolumeBytes">Size of the volume.</param>
/// <param name="Target">The target by its path, or as the caller calls it.</param>
/// <param name="BegunBytes">Everything from here on was left alone by the restore.</param>
internal sealed record ResumeState(
    string Format,
    Guid RepositoryId,
    string BackupId,
    string RootId,
    long VolumeBytes,
    string Target,
    long BegunBytes);
