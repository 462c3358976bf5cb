using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Backends;

/// <summary>The directory on this machine.</summary>
public sealed class LocalDirectoryBackendTests : RepositoryBackendTests
{
    private readonly TemporaryDirectory _directory = new();

    private string Path => _directory.Sub("repository");

    [Fact]
    public void The_order_on_the_disk_is_contents_then_name_then_directory()
    {
        var files = new RecordingFileSystem(new LinuxFileSystem());
        using var backend = new LocalDirectoryBackend(Path, files);
        backend.Initialize();
        files.Calls.Clear();
        var pack = new ObjectName(ObjectKind.Pack, "000000000000000000000000000000ab");
        backend.PublishSmall(pack, [1, 2, 3], new SessionId(1));
        Assert.Equal(
            [
                "create tmp/00000000000000000000000000000001-00000001",
                "write tmp/00000000000000000000000000000001-00000001 0+3",
                "fdatasync tmp/00000000000000000000000000000001-00000001",
                "mkdir packs/ab",
                "fsync packs",
                "rename tmp/00000000000000000000000000000001-00000001 packs/ab/000000000000000000000000000000ab",
                "fsync packs/ab",
            ],
            files.Calls.Select(call => call.Replace(Path + "/", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_directory_that_is_made_is_flushed_into_its_parent()
    {
        var files = new RecordingFileSystem(new LinuxFileSystem());
        using var backend = new LocalDirectoryBackend(_directory.Sub("a/b/repository"), files);
        backend.Initialize();
        foreach (var parent in new[] { "a/b/repository", "a/b", "a", "" })
        {
            var path = _directory.Sub(parent).TrimEnd('/');
            Assert.Contains($"fsync {path}", files.Calls);
        }

        files.Calls.Clear();
        using var beside = new LocalDirectoryBackend(_directory.Sub("a/b/other"), files);
        beside.Initialize();
        Assert.DoesNotContain($"fsync {_directory.Sub("a")}", files.Calls);
    }

    [Fact]
    public void After_a_failed_flush_of_a_directory_no_other_is_believed()
    {
        var files = new FaultyFileSystem(new LinuxFileSystem());
        using var backend = new LocalDirectoryBackend(Path, files);
        backend.Initialize();
        backend.PublishSmall(new ObjectName(ObjectKind.Manifest, "first"), [1], new SessionId(1));
        files.FailingCall = files.Calls + 5;
        Assert.Throws<RepositoryException>(
            () => backend.PublishSmall(new ObjectName(ObjectKind.Manifest, "second"), [1], new SessionId(1)));
        Assert.StartsWith("fsync", files.FailedCall, StringComparison.Ordinal);
        Assert.Throws<RepositoryException>(
            () => backend.PublishSmall(new ObjectName(ObjectKind.Manifest, "third"), [1], new SessionId(1)));
    }

    [Fact]
    public void Files_are_for_their_owner_only()
    {
        using var backend = new LocalDirectoryBackend(Path);
        backend.Initialize();
        backend.PublishSmall(ObjectName.Config, [1], new SessionId(1));
        const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(ReadWrite, File.GetUnixFileMode(Path + "/config"));
        Assert.Equal(ReadWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path + "/packs"));
    }

    [Fact]
    public void An_interrupted_creation_can_be_done_again()
    {
        using var backend = new LocalDirectoryBackend(Path);
        backend.Initialize();
        using var unfinished = backend.Create(ObjectName.Config, new SessionId(1));
        backend.Initialize();
        Directory.CreateDirectory(Path + "/photographs");
        Assert.Throws<RepositoryException>(backend.Initialize);
    }

    private protected override IRepositoryBackend OpenBackend() => new LocalDirectoryBackend(Path);

    protected override void Clean() => _directory.Dispose();
}
