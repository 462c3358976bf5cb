using System.Security.Cryptography;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Backup;

public sealed class LoopDeviceTests
{
    private const int VolumeBytes = (24 << 20) + 512;

    [Fact]
    public async Task A_block_device_is_backed_up_and_restored_past_the_page_cache()
    {
        LoopDevice.SkipUnlessPossible();
        using var harness = new PipelineHarness();
        var content = Content();
        using var sourceLoop = LoopDevice.Over(harness.Folder.CreateFile("source", VolumeBytes, content));
        using var targetLoop = LoopDevice.Over(harness.Folder.CreateFile("target", VolumeBytes + 4096, Noise()));
        using var source = BlockDevice.Open(sourceLoop.Path, DeviceAccess.Read, direct: true);
        var backup = await harness.BackupAsync(source);
        Assert.True(backup.DirectIo);
        Assert.Equal(VolumeBytes, backup.VolumeBytes);
        using (var target = BlockDevice.Open(targetLoop.Path, DeviceAccess.ReadWrite, direct: true))
        {
            var result = await PipelineHarness.RestoreAsync(harness.RestoreRequest(backup, target));
            Assert.True(result.DirectIo);
        }

        var restored = await File.ReadAllBytesAsync(targetLoop.Path, TestContext.Current.CancellationToken);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(restored.AsSpan(0, VolumeBytes)));
    }

    [Fact]
    public async Task A_file_of_odd_length_is_backed_up_and_restored()
    {
        using var harness = new PipelineHarness();
        var content = Content()[..((3 << 20) + 777)];
        var path = harness.Folder.CreateFile("source", content.Length, content);
        using var source = BlockDevice.Open(path, DeviceAccess.Read, direct: true);
        var backup = await harness.BackupAsync(source);
        var targetPath = harness.Folder.CreateFile(
            "target", content.Length + 1000, Noise().AsSpan(0, content.Length + 1000));
        var behind = Noise()[content.Length..(content.Length + 1000)];
        using (var target = BlockDevice.Open(targetPath, DeviceAccess.ReadWrite, direct: true))
        {
            await PipelineHarness.RestoreAsync(harness.RestoreRequest(backup, target));
        }

        var restored = await File.ReadAllBytesAsync(targetPath, TestContext.Current.CancellationToken);
        Assert.Equal(content, restored[..content.Length]);
        Assert.Equal(behind, restored[content.Length..(content.Length + 1000)]);
    }

    private static byte[] Content()
    {
        var content = Noise()[..VolumeBytes];
        content.AsSpan(5 << 20, 7 << 20).Clear();
        return content;
    }

    private static byte[] Noise()
    {
        var content = new byte[VolumeBytes + 4096];
        new Random(7).NextBytes(content);
        return content;
    }
}
