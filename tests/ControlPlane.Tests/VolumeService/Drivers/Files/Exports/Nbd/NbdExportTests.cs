using System.Net;
using System.Security.Cryptography.X509Certificates;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Support;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.Exports.Nbd;

/// <summary>Exports to other hosts by the real qemu-nbd, with the clients of QEMU and libnbd.</summary>
public sealed class NbdExportTests(FileSystems systems) : IDisposable
{
    private const string There = "there";

    /// <summary>Each test has a loopback address of its own, so ports cannot collide.</summary>
    private readonly IPAddress _address = new([127, .. Random.Shared.GetItems(
        [.. Enumerable.Range(2, 250).Select(part => (byte)part)], 3)]);

    private readonly TestCertificates _certificates = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_backup_of_another_host_reads_the_device_and_its_holes_and_cannot_write()
    {
        await using var test = await StartAsync();
        var volume = await test.NewVolumeAsync();
        var data = RawFile.Pattern(1, 1 << 20);
        RawFile.Write(test.FileOf(volume), 1 << 20, data);
        var (request, connector) = RequestFrom(There, volume);

        var exported = await test.Driver.ExportAsync(request, Cancel);

        Assert.Equal("nbd", exported.Connection.Type);
        Assert.Equal($"nbds://{_address}:10900/{request.AttachmentId}", exported.Connection.Path);
        Assert.Equal(DriverUnderTest.VolumeBytes, exported.SizeBytes);
        using var copy = TestDirectory.InTemp();
        var image = Path.Combine(copy.Path, "image");
        Assert.Equal((0, ""), Run("nbdcopy", Uri(exported, connector), image));
        Assert.Equal(
            await File.ReadAllBytesAsync(test.FileOf(volume), Cancel), await File.ReadAllBytesAsync(image, Cancel));
        var (_, map) = Run("nbdinfo", "--map", "--totals", Uri(exported, connector));
        Assert.Contains("hole,zero", map, StringComparison.Ordinal);
        Assert.Contains("1048576", map, StringComparison.Ordinal);
        Assert.NotEqual(0, Run("nbdcopy", image, Uri(exported, connector)).ExitCode);
    }

    [Fact]
    public async Task A_restore_of_another_host_writes_the_device()
    {
        await using var test = await StartAsync();
        var volume = await test.NewVolumeAsync();
        var (request, connector) = RequestFrom(There, volume, DeviceAccess.ReadWrite);
        using var copy = TestDirectory.InTemp();
        var image = Path.Combine(copy.Path, "image");
        var data = RawFile.Pattern(2, (int)DriverUnderTest.VolumeBytes);
        await File.WriteAllBytesAsync(image, data, Cancel);

        var exported = await test.Driver.ExportAsync(request, Cancel);

        Assert.Equal((0, ""), Run("nbdcopy", "--flush", image, Uri(exported, connector)));
        Assert.Equal(data, await File.ReadAllBytesAsync(test.FileOf(volume), Cancel));
    }

    [Fact]
    public async Task Nobody_else_can_connect()
    {
        await using var test = await StartAsync();
        var volume = await test.NewVolumeAsync();
        var (request, connector) = RequestFrom(There, volume);
        var uri = (await test.Driver.ExportAsync(request, Cancel)).Connection.Path;
        var otherHost = _certificates.NewHost("elsewhere", _address);
        using var otherAuthority = new TestCertificates();
        var forged = otherAuthority.NewHost(There, _address);
        File.Copy(Path.Combine(connector, "ca-cert.pem"), Path.Combine(forged, "ca-cert.pem"), overwrite: true);

        Assert.Equal(0, Size(uri, connector));
        Assert.NotEqual(0, Size(uri, otherHost));
        Assert.NotEqual(0, Size(uri, _certificates.NewNobody()));
        Assert.NotEqual(0, Size(uri, forged));
        Assert.NotEqual(0, Run("nbdinfo", "--size", uri.Replace("nbds:", "nbd:", StringComparison.Ordinal)).ExitCode);
        Assert.NotEqual(0, Size(uri[..uri.LastIndexOf('/')] + "/", connector));
        Assert.NotEqual(0, Size(uri.Replace($"{_address}", "127.0.0.1", StringComparison.Ordinal), connector));
        Assert.Equal(0, Size(uri, connector));
    }

    [Fact]
    public async Task A_subject_of_several_names_is_told_as_the_server_reads_it()
    {
        await using var test = await StartAsync();
        var volume = await test.NewVolumeAsync();
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName("host \"b\" ");
        builder.AddOrganizationName("Example, Inc. + Sons; #1");
        builder.AddCountryOrRegion("DE");
        var (request, connector) = RequestFrom(There, volume, subject: builder.Build());

        var exported = await test.Driver.ExportAsync(request, Cancel);

        Assert.Equal(0, Size(exported.Connection.Path, connector));
        Assert.NotEqual(0, Size(exported.Connection.Path, _certificates.NewHost(There, _address)));
    }

    [Fact]
    public async Task Asked_again_it_is_the_same_server_also_after_a_restart()
    {
        await using var test = await StartAsync();
        var (request, _) = RequestFrom(There, await test.NewVolumeAsync());
        var exported = await test.Driver.ExportAsync(request, Cancel);
        var server = Assert.Single(NbdServerProcess.Of(request.AttachmentId));
        Assert.Equal(exported, await test.Driver.ExportAsync(request, Cancel));
        await test.RestartAsync();
        Assert.Equal(exported, await test.Driver.ExportAsync(request, Cancel));
        Assert.Empty(await test.Driver.MendExportsAsync(Cancel));
        Assert.Equal([server], NbdServerProcess.Of(request.AttachmentId));
        Assert.Equal([request], await test.Driver.ListExportsAsync(Cancel));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_died_is_started_again_at_the_same_place(bool byMending)
    {
        await using var test = await StartAsync();
        var (request, connector) = RequestFrom(There, await test.NewVolumeAsync());
        var exported = await test.Driver.ExportAsync(request, Cancel);
        await KillAsync(request.AttachmentId);
        Assert.NotEqual(0, Size(exported.Connection.Path, connector));
        if (byMending)
            Assert.Empty(await test.Driver.MendExportsAsync(Cancel));
        else
            Assert.Equal(exported, await test.Driver.ExportAsync(request, Cancel));
        Assert.Equal(0, Size(exported.Connection.Path, connector));
    }

    [Fact]
    public async Task Nothing_of_it_is_left_even_of_one_that_is_stopped()
    {
        await using var test = await StartAsync();
        var (request, _) = RequestFrom(There, await test.NewVolumeAsync());
        await test.Driver.ExportAsync(request, Cancel);
        Command.Run("kill", "-STOP", $"{Assert.Single(NbdServerProcess.Of(request.AttachmentId)).Id}");
        await test.Driver.UnexportAsync(request.AttachmentId, Cancel);
        await test.Driver.UnexportAsync(request.AttachmentId, Cancel);
        Assert.Empty(NbdServerProcess.Of(request.AttachmentId));
        Assert.Empty(await test.Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task What_serves_without_a_record_is_ended_and_other_directories_are_let_alone()
    {
        await using var test = await StartAsync();
        await using var neighbour = await StartAsync();
        var (request, _) = RequestFrom(There, await test.NewVolumeAsync());
        var (other, _) = RequestFrom(There, await neighbour.NewVolumeAsync());
        var local = DriverUnderTest.Export(request.Device, backupId: Guid.NewGuid());
        await test.Driver.ExportAsync(request, Cancel);
        await test.Driver.ExportAsync(local, Cancel);
        await neighbour.Driver.ExportAsync(other, Cancel);
        foreach (var record in Directory.GetFiles(Path.Combine(test.Root, "exports")))
            File.Delete(record);

        Assert.Empty(await test.Driver.MendExportsAsync(Cancel));

        await GoneAsync(request.AttachmentId);
        await WaitUntilAsync(() => LoopDevices.BoundBelow(test.Root).Count == 0);
        Assert.Single(NbdServerProcess.Of(other.AttachmentId));
    }

    [Fact]
    public async Task Whoever_takes_over_gets_the_device_and_the_former_owner_loses_it()
    {
        await using var test = await StartAsync();
        var (request, former) = RequestFrom(There, await test.NewVolumeAsync(), DeviceAccess.ReadWrite);
        var (taking, heir) = RequestFrom("heir", request.Device, DeviceAccess.ReadWrite);
        taking = taking with { AttachmentId = request.AttachmentId, BackupId = request.BackupId };
        await test.Driver.ExportAsync(request, Cancel);

        var exported = await test.Driver.ExportAsync(taking, Cancel);

        Assert.Equal(0, Size(exported.Connection.Path, heir));
        Assert.NotEqual(0, Size(exported.Connection.Path, former));
        var here = taking with { Connector = new Connector { Host = "HERE" } };
        Assert.Equal("local", (await test.Driver.ExportAsync(here, Cancel)).Connection.Type);
        Assert.Empty(NbdServerProcess.Of(request.AttachmentId));
        Assert.Equal("nbd", (await test.Driver.ExportAsync(taking, Cancel)).Connection.Type);
        await WaitUntilAsync(() => LoopDevices.BoundBelow(test.Root).Count == 0);
        Assert.Single(await test.Driver.ListExportsAsync(Cancel));
    }

    [Fact]
    public async Task Why_it_cannot_be_exported_is_said()
    {
        await using var test = await StartAsync(options => options with { LastPort = options.FirstPort });
        var volume = await test.NewVolumeAsync();
        var (request, _) = RequestFrom(There, volume);
        var noCertificate = request with { Connector = new Connector { Host = There } };
        Assert.Contains("named no certificate", await RefusedAsync(test, noCertificate), StringComparison.Ordinal);
        await test.Driver.ExportAsync(request, Cancel);
        var (second, _) = RequestFrom(There, await test.NewVolumeAsync());
        Assert.Contains("from 10900 to 10900", await RefusedAsync(test, second), StringComparison.Ordinal);
        Assert.Equal([request], await test.Driver.ListExportsAsync(Cancel));

        await using var broken = await StartAsync(options => options with { TlsDirectory = "/nowhere" });
        var (third, _) = RequestFrom(There, await broken.NewVolumeAsync());
        var reason = await RefusedAsync(broken, third);
        Assert.Contains("qemu-nbd could not serve", reason, StringComparison.Ordinal);
        Assert.Contains("/nowhere", reason, StringComparison.Ordinal);
        await broken.Driver.UnexportAsync(third.AttachmentId, Cancel);
        Assert.Empty(await broken.Driver.ListExportsAsync(Cancel));

        await using var absent = await StartAsync(options => options with { Program = "qemu-nbd-of-nobody" });
        var (fourth, _) = RequestFrom(There, await absent.NewVolumeAsync());
        Assert.Contains("qemu-utils", await RefusedAsync(absent, fourth), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_encryption_only_where_it_is_configured_so()
    {
        await using var test = await StartAsync(options => options with { TlsDirectory = null });
        var (request, _) = RequestFrom(There, await test.NewVolumeAsync());
        var exported = await test.Driver.ExportAsync(request, Cancel);
        Assert.StartsWith("nbd://", exported.Connection.Path, StringComparison.Ordinal);
        Assert.Equal(
            $"{DriverUnderTest.VolumeBytes}", Run("nbdinfo", "--size", exported.Connection.Path).Output.Trim());
    }

    public void Dispose() => _certificates.Dispose();

    private Task<DriverUnderTest> StartAsync(Func<NbdExportOptions, NbdExportOptions>? adjust = null)
    {
        Assert.SkipUnless(Command.Exists("qemu-nbd"), "needs qemu-nbd (Debian: qemu-utils)");
        Assert.SkipUnless(Command.Exists("nbdcopy"), "needs nbdcopy (Debian: libnbd-bin)");
        var options = new NbdExportOptions
        {
            Address = $"{_address}",
            FirstPort = 10900,
            LastPort = 10909,
            TlsDirectory = _certificates.NewHost("here", _address),
        };
        return DriverUnderTest.StartAsync(
            systems.Xfs.NewDirectory(), ExportMode.LoopDevice, nbd: adjust?.Invoke(options) ?? options);
    }

    /// <summary>A request of another host, and the directory of that host's certificates.</summary>
    private (ExportRequest Request, string Certificates) RequestFrom(
        string host, DeviceReference device, DeviceAccess access = DeviceAccess.Read,
        X500DistinguishedName? subject = null)
    {
        var directory = _certificates.NewHost(host, _address, subject);
        var identity = NbdCertificates.ReadIdentity(
            new EngineOptions { Host = host, Roles = [EngineRole.Backup], NbdTlsDirectory = directory });
        var connector = new Connector { Host = host, Identity = identity };
        return (new ExportRequest(Guid.NewGuid(), device, access, connector, Guid.NewGuid()), directory);
    }

    private static async Task<string> RefusedAsync(DriverUnderTest test, ExportRequest request) =>
        (await Assert.ThrowsAsync<VolumeDriverException>(() => test.Driver.ExportAsync(request, Cancel))).Message;

    private static string Uri(ExportedDevice exported, string certificates) =>
        $"{exported.Connection.Path}?tls-certificates={certificates}";

    /// <summary>Exit code of a client that asks for the size.</summary>
    private static int Size(string uri, string certificates) =>
        Run("nbdinfo", "--size", $"{uri}?tls-certificates={certificates}").ExitCode;

    private static (int ExitCode, string Output) Run(string program, params string[] arguments) =>
        Command.Try("timeout", ["60", program, .. arguments]);

    private static async Task KillAsync(Guid attachment)
    {
        Command.Run("kill", "-KILL", $"{Assert.Single(NbdServerProcess.Of(attachment)).Id}");
        await GoneAsync(attachment);
    }

    private static Task GoneAsync(Guid attachment) =>
        WaitUntilAsync(() => NbdServerProcess.Of(attachment).Count == 0);

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "waited in vain");
            await Task.Delay(10, Cancel);
        }
    }
}
