namespace BackupEngine.Chunkstore.Backends;

/// <summary>Where the files of a repository lie below its directory. Table: docs/format.md, "Directory".</summary>
internal static class RepositoryLayout
{
    /// <summary>Directory of files that have no name of their own yet.</summary>
    public const string Temporary = "tmp";

    /// <summary>
    /// Directories that may hold files of a creation that was interrupted: nothing belongs to a repository without
    /// configuration.
    /// </summary>
    public static IReadOnlyList<string> MadeBeforeConfig { get; } = [Temporary, DirectoryOf(ObjectKind.Key)];

    /// <summary>The directories that every repository has.</summary>
    public static IReadOnlyList<string> Directories { get; } =
    [
        .. Enum.GetValues<ObjectKind>().Select(DirectoryOf).Where(directory => directory.Length > 0),
        Temporary,
    ];

    /// <summary>The directory of a kind, relative; empty for what lies in the repository itself.</summary>
    public static string DirectoryOf(ObjectKind kind) => kind switch
    {
        ObjectKind.Config or ObjectKind.Reserve => "",
        ObjectKind.Pack => "packs",
        ObjectKind.Index => "index",
        ObjectKind.Manifest => "manifests",
        ObjectKind.Session => "sessions",
        ObjectKind.Key => "keys",
        ObjectKind.Quarantine => "quarantine",
        ObjectKind.Checkpoint => "checkpoints",
        ObjectKind.Proof => "verified",
        ObjectKind.Hold => "holds",
        ObjectKind.Generation => "gc",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    /// <summary>
    /// The directory in which a file lies. Packs are spread over 256 by the last two digits of their names, which are
    /// random enough.
    /// </summary>
    public static string DirectoryOf(ObjectName name) => name.Kind == ObjectKind.Pack
        ? Path.Combine(DirectoryOf(name.Kind), name.Name[^2..])
        : DirectoryOf(name.Kind);

    /// <summary>The path of a file, relative.</summary>
    public static string PathOf(ObjectName name) => Path.Combine(DirectoryOf(name), name.Name);
}
