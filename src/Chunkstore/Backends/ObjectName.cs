using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>One file of a repository.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name among its kind; checked by whoever made it to hold nothing that is special in a
/// path.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ObjectName(ObjectKind Kind, string Name)
{
    /// <summary>The only configuration.</summary>
    public static ObjectName Config { get; } = new(ObjectKind.Config, "config");
}
