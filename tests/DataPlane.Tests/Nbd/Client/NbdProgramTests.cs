using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Jobs;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>Exports as source and target, by the command line and by the job server.</summary>
public sealed class NbdProgramTests : NbdTestBase
{
    private const int Bytes = 4 << 20;

    [Fact]
    public void Backup_from_one_export_and_restore_to_another()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit && NbdTool.HasQemu, "nbdkit or qemu-utils is not installed");
        using var program = new CommandLineFixture();
        program.CreateRepository();
        var content = Random(Bytes);
        content.AsSpan(1 << 20, 1 << 20).Clear();
        var source = Folder.CreateFile("source", Bytes, content);
        var target = Folder.CreateFile("target", Bytes, Random(Bytes, 8));
        var reader = Keep(NbdTool.Qemu(source, Socket, "--format=raw", "--read-only"));
        var writer = Keep(NbdTool.Nbdkit(Folder.File("target.sock"), "file", target));
        var backup = program.Backup(reader.Uri, "--nbd-connections", "2");
        Assert.Equal(Bytes, backup.GetProperty("bytes_read").GetInt64());
        CommandLineFixture.Json(
            "restore", "--repository", program.Repository, "--backup", backup.GetProperty("backup_id").GetString()!,
            "--target", writer.Uri);
        Assert.Equal(content, File.ReadAllBytes(target));
    }

    [Fact]
    public void What_cannot_be_is_refused()
    {
        using var program = new CommandLineFixture();
        program.CreateRepository();
        var volume = program.CreateVolume(65536);
        string[] backup = ["backup", "--repository", program.Repository, "--volume-id", "v", "--source"];
        CommandLineFixture.Fails(ExitCode.Usage, [.. backup, "nbd://"]);
        CommandLineFixture.Fails(ExitCode.Usage, [.. backup, volume, "--nbd-bitmap", "b"]);
        CommandLineFixture.Fails(ExitCode.Usage, [.. backup, volume, "--nbd-next-bitmap", "b", "--base-token", "t"]);
        CommandLineFixture.Fails(
            ExitCode.Usage, [.. backup, "nbd://127.0.0.1:1/", "--nbd-connections", "0"]);
        CommandLineFixture.Fails(ExitCode.Device, [.. backup, $"nbd+unix:///?socket={Socket}"]);
    }

    [Fact]
    public async Task Jobs_use_exports_too()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var content = Random(Bytes);
        var target = Folder.CreateFile("target", Bytes);
        var reader = Keep(NbdTool.Nbdkit(
            Socket, "--read-only", "file", Folder.CreateFile("source", Bytes, content)));
        var writer = Keep(NbdTool.Nbdkit(Folder.File("target.sock"), "file", target));
        await using var server = await JobServerProcess.StartAsync(Folder.File("dp.sock"));
        var source = await AttachAsync(server, "a", reader.Uri, DeviceAccess.Read);
        Assert.Equal(Bytes, source.SizeBytes);
        await AttachAsync(server, "b", writer.Uri, DeviceAccess.ReadWrite);
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(
            () => AttachAsync(server, "c", reader.Uri, DeviceAccess.ReadWrite));
        Assert.Equal(Grpc.Core.StatusCode.FailedPrecondition, refused.StatusCode);
        var repository = Folder.File("repository");
        var id = Guid.NewGuid().ToString();
        var backup = await server.RunJobAsync(Requests.Backup("j1", repository, id, "a"));
        Assert.Equal(JobState.Succeeded, backup.State);
        var restore = await server.RunJobAsync(Requests.Restore("j2", repository, id, "b"));
        Assert.Equal(JobState.Succeeded, restore.State);
        Assert.Equal(content, File.ReadAllBytes(target));
        Assert.True(await server.DetachAsync("a"));
    }

    private static async Task<Attachment> AttachAsync(
        JobServerProcess server, string id, string uri, DeviceAccess access) =>
        await server.Client.AttachDeviceAsync(
            new AttachDeviceRequest
            {
                AttachmentId = id,
                Connection = new ConnectionInfo { Nbd = new NbdExport { Uri = uri } },
                Access = access,
            },
            cancellationToken: Cancelled);
}
