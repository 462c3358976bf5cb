using System.Diagnostics;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>A real file system, on a loop device, that is full.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const int ChunkSize = 64 * 1024;

    private readonly TemporaryDirectory _directory = new();
    private bool _mounted;

    private string Mount => _directory.Sub("mount");

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", "-l", Mount);
        }

        _directory.Dispose();
    }

    [Fact]
    public async Task A_full_disk_is_a_clear_error_and_everything_is_as_before()
    {
        MountSmallDisk();
        var small = TestVolume.Mixed(ChunkSize, 40, seed: 1);
        var large = TestVolume.Mixed(ChunkSize, 2000, seed: 2);
        using var repository = Repository.Create(Mount, new RepositoryOptions { ChunkSizeBytes = ChunkSize });
        await small.BackUpAsync(repository, "before");
        var free = new DriveInfo(Mount).AvailableFreeSpace;
        var error = await Assert.ThrowsAsync<RepositoryFullException>(() => large.BackUpAsync(repository, "too-large"));
        Assert.Contains("No space is left", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(Mount + "/tmp"));
        Assert.Empty(repository.ListSessions());
        Assert.InRange(new DriveInfo(Mount).AvailableFreeSpace, free - (1 << 20), free + (1 << 20));
        await small.AssertRestoresAsync(repository, "before");
        FillUp();
        Assert.Throws<RepositoryFullException>(() => repository.BeginBackup(small.Options("no-room")));
        repository.DeleteBackup(BackupId.Parse("before"));
        Assert.Empty(repository.ListManifests());
        File.Delete(Mount + "/ballast");
        await small.BackUpAsync(repository, "after");
        await small.AssertRestoresAsync(repository, "after");
    }

    [Fact]
    public async Task Deleting_and_collecting_work_on_a_full_disk()
    {
        MountSmallDisk();
        var (one, two) = (TestVolume.Mixed(ChunkSize, 60, seed: 1), TestVolume.Mixed(ChunkSize, 40, seed: 2));
        using var repository = Repository.Create(Mount, new RepositoryOptions { ChunkSizeBytes = ChunkSize });
        await one.BackUpAsync(repository, "one");
        await two.BackUpAsync(repository, "two");
        Assert.True(await repository.TryReserveSpaceAsync(CancellationToken.None));
        FillUp();
        repository.DeleteBackup(BackupId.Parse("one"));
        var report = await repository.CollectAsync(new CollectOptions(), progress: null, CancellationToken.None);
        Assert.InRange(report.DeletedBytes, 1 << 20, 8 << 20);
        Assert.True(File.Exists(Mount + "/reserve"), "the reserve is made again");
        await two.AssertRestoresAsync(repository, "two");
        var three = TestVolume.Mixed(ChunkSize, 20, seed: 3);
        await three.BackUpAsync(repository, "three");
        await three.AssertRestoresAsync(repository, "three");
    }

    private void MountSmallDisk()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs root: mounts a loop device");
        Assert.SkipUnless(File.Exists("/sbin/mkfs.ext4") || File.Exists("/usr/sbin/mkfs.ext4"), "needs mkfs.ext4");
        var image = _directory.Sub("image");
        using (var file = File.Create(image))
        {
            file.SetLength(48 << 20);
        }

        Directory.CreateDirectory(Mount);
        Run("mkfs.ext4", "-q", "-F", "-m", "0", image);
        _mounted = Run("mount", "-o", "loop", image, Mount) == 0;
        Assert.SkipUnless(_mounted, "needs a loop device");
    }

    /// <summary>
    /// Takes the last block; what delayed allocation gives back at a flush is taken in the next round.
    /// </summary>
    private void FillUp()
    {
        using var ballast = new FileStream(
            Mount + "/ballast", FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        long before;
        do
        {
            before = ballast.Length;
            WriteUntilFull(ballast, 1 << 20);
            WriteUntilFull(ballast, 512);
            ballast.Flush(flushToDisk: true);
        }
        while (ballast.Length > before);
    }

    private static void WriteUntilFull(FileStream file, int pieceBytes)
    {
        try
        {
            while (true)
            {
                file.Write(new byte[pieceBytes]);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static int Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
