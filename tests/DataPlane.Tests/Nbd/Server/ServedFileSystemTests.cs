using System.Diagnostics;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>
/// Files out of the file system in a backup, without restoring it: nbdfuse shows the volume as a file, and what reads a
/// file system reads that.
/// </summary>
public sealed class ServedFileSystemTests : IDisposable
{
    private readonly CommandLineFixture _cli = new();
    private readonly byte[] _content = new byte[3_000_000];

    public ServedFileSystemTests() => new Random(8).NextBytes(_content);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _cli.Dispose();

    [Fact]
    public async Task Debugfs_reads_a_file_of_ext4()
    {
        Assert.SkipUnless(CanUseFuse, "nbdfuse, or the right to mount, is missing.");
        var tree = Directory.CreateDirectory(_cli.Folder.File("tree"));
        await File.WriteAllBytesAsync(Path.Combine(tree.FullName, "file"), _content, Cancel);
        var image = _cli.Folder.CreateFile("image", 32 << 20);
        Shell.Run("mkfs.ext4", "-q", "-d", tree.FullName, image);
        using var server = await ServeAsync(image);
        using var fuse = await FuseMount.StartAsync(_cli.Folder, server.Uri, writable: false);
        var copy = _cli.Folder.File("copy");
        Shell.Run("debugfs", "-R", $"dump /file {copy}", fuse.File);
        Assert.Equal(_content, await File.ReadAllBytesAsync(copy, Cancel));
    }

    [Fact]
    public async Task E2fsck_finds_nothing_after_the_kernel_wrote_to_an_overlay()
    {
        Assert.SkipUnless(CanUseFuse, "nbdfuse, or the right to mount, is missing.");
        LoopDevice.SkipUnlessPossible();
        var image = _cli.Folder.CreateFile("image", 32 << 20);
        Shell.Run("mkfs.ext4", "-q", image);
        var overlay = _cli.Folder.File("overlay");
        using (var server = await ServeAsync(image, "--writable-overlay", overlay))
        {
            using (var fuse = await FuseMount.StartAsync(_cli.Folder, server.Uri, writable: true))
            {
                using var mount = new MountedFile(fuse.File, _cli.Folder);
                await File.WriteAllBytesAsync(Path.Combine(mount.Path, "file"), _content, Cancel);
            }

            await server.TerminateAsync();
        }

        using (var server = await NbdServeProcess.StartAsync(
            _cli.Repository, "a", _cli.Folder, "--writable-overlay", overlay))
        using (var fuse = await FuseMount.StartAsync(_cli.Folder, server.Uri, writable: false))
        {
            Shell.Run("e2fsck", "-fn", fuse.File);
            var copy = _cli.Folder.File("copy");
            Shell.Run("debugfs", "-R", $"dump /file {copy}", fuse.File);
            Assert.Equal(_content, await File.ReadAllBytesAsync(copy, Cancel));
        }
    }

    private static bool CanUseFuse =>
        Shell.IsRoot && Shell.Has("nbdfuse") && Shell.Has("debugfs") && File.Exists("/dev/fuse");

    private async Task<NbdServeProcess> ServeAsync(string image, params string[] options)
    {
        _cli.CreateRepository();
        _cli.Backup(image, "--backup-id", "a");
        return await NbdServeProcess.StartAsync(_cli.Repository, "a", _cli.Folder, options);
    }

    /// <summary>A served volume as a file.</summary>
    private sealed class FuseMount : IDisposable
    {
        private readonly Process _process;
        private readonly string _folder;

        private FuseMount(Process process, string folder) => (_process, _folder) = (process, folder);

        public string File => Path.Combine(_folder, "nbd");

        public static async Task<FuseMount> StartAsync(TemporaryFolder folder, string uri, bool writable)
        {
            var path = Directory.CreateDirectory(folder.File("fuse-" + Guid.NewGuid().ToString("N")[..6])).FullName;
            string[] readOnly = writable ? [] : ["-r"];
            var process = Process.Start(new ProcessStartInfo("nbdfuse", [.. readOnly, Path.Combine(path, "nbd"), uri])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            })!;
            var mount = new FuseMount(process, path);
            while (!System.IO.File.Exists(mount.File))
            {
                Assert.False(process.HasExited, "nbdfuse has ended");
                await Task.Delay(20, Cancel);
            }

            return mount;
        }

        public void Dispose()
        {
            Shell.Run("umount", _folder);
            _process.WaitForExit();
            _process.Dispose();
        }
    }

    /// <summary>A file system in a file, mounted.</summary>
    private sealed class MountedFile : IDisposable
    {
        public MountedFile(string file, TemporaryFolder folder)
        {
            Path = Directory.CreateDirectory(folder.File("mounted")).FullName;
            Shell.Run("mount", "-o", "loop", file, Path);
        }

        public string Path { get; }

        public void Dispose() => Shell.Run("umount", Path);
    }
}
