using BackupEngine.ControlPlane.Tests.VolumeService.Support;

[assembly: AssemblyFixture(typeof(FileSystems))]

namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>
/// The file systems that tests share: each is made when the first test asks for it, and unmounted after the last.
/// </summary>
public sealed class FileSystems : IDisposable
{
    private readonly Lazy<LoopFileSystem> _xfs = new(() => LoopFileSystem.Mount("xfs"));
    private readonly Lazy<LoopFileSystem> _btrfs = new(() => LoopFileSystem.Mount("btrfs"));
    private readonly Lazy<LoopFileSystem> _btrfsZstd = new(() => LoopFileSystem.Mount("btrfs", "loop,compress=zstd"));

    public LoopFileSystem Xfs => Made(_xfs, "xfs");

    public LoopFileSystem Btrfs => Made(_btrfs, "btrfs");

    public LoopFileSystem BtrfsZstd => Made(_btrfsZstd, "btrfs");

    public LoopFileSystem Of(string name) => name switch
    {
        "xfs" => Xfs,
        "btrfs" => Btrfs,
        "btrfs-zstd" => BtrfsZstd,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such file system"),
    };

    public void Dispose()
    {
        foreach (var made in new[] { _xfs, _btrfs, _btrfsZstd }.Where(lazy => lazy.IsValueCreated))
            made.Value.Dispose();
    }

    private static LoopFileSystem Made(Lazy<LoopFileSystem> lazy, string kind)
    {
        var obstacle = LoopFileSystem.WhyNot(kind);
        Assert.SkipUnless(obstacle is null, obstacle ?? "");
        return lazy.Value;
    }
}
