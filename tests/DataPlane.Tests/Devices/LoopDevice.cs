namespace BackupEngine.DataPlane.Tests.Devices;

/// <summary>A real block device over a file.</summary>
internal sealed class LoopDevice : IDisposable
{
    private LoopDevice(string path) => Path = path;

    public string Path { get; }

    public static void SkipUnlessPossible()
    {
        Assert.SkipUnless(Shell.IsRoot, "needs root: makes loop devices");
        Assert.SkipUnless(Shell.Has("losetup") && File.Exists("/dev/loop-control"), "needs losetup and loop devices");
    }

    /// <summary>Attaches a file with direct I/O where its file system does it.</summary>
    public static LoopDevice Over(string file, params string[] options)
    {
        // Another process may take the device that the tool found free: that is tried again.
        for (var attempt = 1; ; attempt++)
        {
            var (exitCode, output, errors) =
                Shell.TryRun("losetup", ["--find", "--show", "--direct-io=on", .. options, file]);
            if (exitCode == 0)
            {
                return new LoopDevice(output.Trim());
            }

            Assert.True(attempt < 10, $"losetup: {errors}");
        }
    }

    public void Dispose() => Shell.Run("losetup", "--detach", Path);
}
