using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Images;
using BackupEngine.DataPlane.Nbd.Protocol;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.Devices;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>qcow2 images through qemu-nbd, whole and by their dirty bitmaps.</summary>
public sealed class BitmapTests : NbdTestBase
{
    private const int Bytes = 24 << 20;

    private string Image => Folder.File("image.qcow2");

    [Fact]
    public async Task An_incremental_by_a_bitmap_reads_what_is_dirty_and_restores_the_same()
    {
        var (harness, full) = await FullAsync();
        using (harness)
        {
            Shell.Run("qemu-img", "bitmap", "--add", Image, "b0");
            Change("write -P 1 1M 4k", "discard 4M 1M", "write -z 8M 64k", "write -P 7 20M 200k");
            var result = await IncrementalAsync(harness, full, "b0");
            Assert.Equal((ChangedBlocksUse.Used, null), (result.ChangedBlocks, result.FullRead));
            Assert.InRange(result.BytesRead, 4 << 10, 6 << 20);
            Assert.Equal(Raw(), await harness.RestoreAsync(result));
        }
    }

    [Theory]
    [InlineData("lost", "b0", FullReadReason.Unknown)]
    [InlineData("of another point in time", "b1", FullReadReason.BaseMismatch)]
    public async Task Without_the_right_bitmap_everything_is_read_and_told(
        string what, string bitmap, FullReadReason expected)
    {
        var (harness, full) = await FullAsync();
        using (harness)
        {
            if (what != "lost")
            {
                Shell.Run("qemu-img", "bitmap", "--add", Image, bitmap);
            }

            Change("write -P 1 1M 4k");
            var result = await IncrementalAsync(harness, full, bitmap);
            Assert.Equal(expected, result.FullRead);
            Assert.NotEmpty(result.Warnings);
            Assert.Equal(Bytes, result.BytesRead);
            Assert.Equal(Raw(), await harness.RestoreAsync(result));
        }
    }

    [Fact]
    public void A_bitmap_that_is_not_there_is_told_with_those_that_are()
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        Create();
        Shell.Run("qemu-img", "bitmap", "--add", Image, "b1");
        var server = Keep(NbdTool.Qemu(Image, Socket, "--format=qcow2", "--read-only", "--bitmap=b1"));
        var device = Open(NbdTestBase.Options(server.Uri) with
        {
            Contexts = [MetaContexts.Allocation, MetaContexts.DirtyBitmapPrefix + "b0"],
            Bitmap = "b0",
        });
        var survey = device.Survey(Cancelled);
        Assert.Null(survey.ChangedBlocks);
        Assert.Contains("no bitmap 'b0'", survey.Unknown, StringComparison.Ordinal);
        Assert.Contains("but base:allocation, qemu:dirty-bitmap:b1", survey.Unknown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_format_is_never_guessed()
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        Create();
        var error = Assert.Throws<UsageException>(() => OpenImage(null, null));
        Assert.Contains("--source-format", error.Message, StringComparison.Ordinal);
        using var raw = OpenImage(ImageFormat.Raw, null);
        Assert.Equal(new FileInfo(Image).Length, raw.LengthBytes);
    }

    [Fact]
    public void An_image_that_names_another_file_is_not_opened()
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        var secret = Folder.CreateFile("secret", 1 << 20);
        Shell.Run("qemu-img", "create", "-f", "qcow2", "-b", secret, "-F", "raw", Image);
        Assert.Equal(
            DeviceErrorKind.NotUsable,
            Assert.Throws<DeviceException>(() => OpenImage(ImageFormat.Qcow2, null)).Kind);
        Assert.Throws<DeviceException>(() => ImageOpener.Open(
            secret, ImageFormat.Qcow2, direct: false, null, Options, NullLogger.Instance));
    }

    [Fact]
    public void A_damaged_image_is_refused_in_the_words_of_qemu()
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        Create();
        using (var file = File.OpenWrite(Image))
        {
            file.Position = 20;
            file.WriteByte(200);
        }

        var error = Assert.Throws<DeviceException>(() => OpenImage(ImageFormat.Qcow2, null));
        Assert.Contains("qemu-nbd: ", error.Message, StringComparison.Ordinal);
    }

    private static NbdClientOptions Options(NbdUri uri) => new() { Uri = uri };

    private void Create()
    {
        Shell.Run("qemu-img", "create", "-q", "-f", "qcow2", Image, Bytes.ToString());
        Change("write -P 3 0 3M", "write -P 4 16M 6M");
    }

    private async Task<(PipelineHarness Harness, BackupResult Full)> FullAsync()
    {
        Assert.SkipUnless(NbdTool.HasQemu, "qemu-utils is not installed");
        Create();
        var harness = new PipelineHarness();
        using var source = OpenImage(ImageFormat.Qcow2, null);
        var full = await PipelineHarness.BackupAsync(harness.Request(source) with
        {
            BaseToken = BitmapToken.Of("", "b0"),
        });
        Assert.Equal(Bytes - (9 << 20), full.KnownZeroBytes);
        Assert.Equal(Raw(), await harness.RestoreAsync(full));
        return (harness, full);
    }

    private async Task<BackupResult> IncrementalAsync(PipelineHarness harness, BackupResult full, string bitmap)
    {
        using var source = OpenImage(ImageFormat.Qcow2, bitmap);
        return await PipelineHarness.BackupAsync(harness.Request(source, full) with { VerifyChanged = 0 });
    }

    private IBlockDevice OpenImage(ImageFormat? format, string? bitmap) =>
        ImageOpener.Open(Image, format, direct: false, bitmap, Options, NullLogger.Instance);

    private void Change(params string[] commands) =>
        Shell.Run("qemu-io", ["-f", "qcow2", .. commands.SelectMany(command => (string[])["-c", command]), Image]);

    private byte[] Raw()
    {
        var raw = Folder.File(Guid.NewGuid().ToString("N"));
        Shell.Run("qemu-img", "convert", "-O", "raw", Image, raw);
        return File.ReadAllBytes(raw);
    }
}
