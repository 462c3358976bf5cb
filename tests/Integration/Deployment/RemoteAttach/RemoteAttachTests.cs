using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Deployment.RemoteAttach;

/// <summary>A volume of one host is backed up and restored by another, over the network.</summary>
public sealed class RemoteAttachTests(VolumeFileSystem files)
{
    private const int FilledBytes = 24 << 20;

    [Fact]
    public async Task Another_host_backs_a_volume_up_and_restores_it_byte_for_byte()
    {
        await using var hosts = await ThreeHosts.StartAsync(files);
        var user = hosts.User;
        var volume = await user.CreateVolumeAsync();
        var device = await user.ConnectAsync(volume);
        Device.Fill(device, 0, FilledBytes, seed: 1);
        var first = Device.Hash(device);
        await user.DisconnectAsync(volume);

        var full = await BackUpAsync(hosts, volume, incremental: false);
        device = await user.ConnectAsync(volume);
        Device.Fill(device, 5 << 20, 1 << 20, seed: 2);
        var second = Device.Hash(device);
        await user.DisconnectAsync(volume);
        var incremental = await BackUpAsync(hosts, volume, incremental: true);

        var read = await user.StatisticAsync(incremental, "bytes_read")
            - await user.StatisticAsync(incremental, "reread_bytes");
        Assert.InRange(read, 1 << 20, FilledBytes / 2);
        using var admin = hosts.C.NewUser("admin");
        var facts = await admin.StepFactsAsync(full, "device-exposed", "attach-device", "transfer-data");
        Assert.Equal("nbd", (string)facts["connection_type"]!);
        Assert.StartsWith(
            $"nbds://{hosts.A.Host.Address}:109", (string)facts["connection_path"]!, StringComparison.Ordinal);
        Assert.Equal("tls", (string)facts["encrypted"]!);
        Assert.Contains("nbd", (string)facts["io_engine"]!, StringComparison.Ordinal);
        Assert.Equal(first, await RestoreAsync(hosts, full));
        Assert.Equal(second, await RestoreAsync(hosts, incremental));
        hosts.AssertNothingIsLeft();
    }

    [Fact]
    public async Task Strangers_are_refused_and_neither_a_killed_server_nor_a_lost_host_costs_a_backup()
    {
        await using var hosts = await ThreeHosts.StartWithTwoBackupHostsAsync(
            files, ("BackupRateLimitMiB", "64"), ("LeaseSeconds", "6"), ("HostSilenceSeconds", "6"));
        var volume = await FilledAsync(hosts);
        var hash = await HashAsync(hosts, volume);

        var backup = await hosts.User.BeginBackupAsync(volume);
        var server = await AwaitTransferAsync(hosts, backup);
        Assert.Equal(0, Connect(hosts, server.Uri, hosts.CertificatesOf(server.Connector)));
        Assert.NotEqual(0, Connect(hosts, server.Uri, hosts.CertificatesOf(server.Connector == "b" ? "d" : "b")));
        Assert.NotEqual(0, Connect(hosts, server.Uri, hosts.NewStranger()));
        Command.Run("kill", "-KILL", $"{server.Id}");

        await hosts.User.AwaitBackupAsync(backup, "available");
        Assert.Contains("had died; it was started again", hosts.A.LogTail(1000), StringComparison.Ordinal);
        var second = await hosts.User.BeginBackupAsync(volume);
        var former = (await AwaitTransferAsync(hosts, second)).Connector;
        hosts.Cut(former);
        await hosts.User.AwaitBackupAsync(second, "available");
        hosts.AssertNothingIsLeft();
        hosts.Heal(former);

        Assert.Equal(hash, await RestoreAsync(hosts, backup));
        Assert.Equal(hash, await RestoreAsync(hosts, second));
        hosts.AssertNothingIsLeft();
    }

    [Fact]
    public async Task A_restore_whose_server_is_killed_ends_with_a_reason_and_goes_when_it_is_asked_for_again()
    {
        await using var hosts = await ThreeHosts.StartAsync(files, ("RestoreRateLimitMiB", "2"));
        var volume = await FilledAsync(hosts);
        var hash = await HashAsync(hosts, volume);
        var backup = await hosts.User.BackupAsync(volume);

        var target = await hosts.User.BeginRestoreAsync(backup);
        var server = await AwaitTransferAsync(hosts, backup);
        Command.Run("kill", "-KILL", $"{server.Id}");
        await hosts.User.AwaitBackupAsync(backup, "available");

        // What the killed server had acknowledged may be lost: the target is not whole, unless nothing was under way.
        await Eventually.HoldsAsync(
            async () => await StatusAsync(hosts, target) is "error_restoring" or "available", "the volume is at rest");
        hosts.AssertNothingIsLeft();
        if (await StatusAsync(hosts, target) == "available")
            Assert.Equal(hash, await HashAsync(hosts, target));
        else
            Assert.NotEqual("", (string?)(await hosts.User.BackupRecordAsync(backup))["fail_reason"] ?? "");
        Assert.Equal(hash, await RestoreAsync(hosts, backup));
        hosts.AssertNothingIsLeft();
    }

    /// <summary>A volume with data all over it: whenever a transfer is disturbed, there is some to come.</summary>
    private static async Task<Guid> FilledAsync(ThreeHosts hosts)
    {
        var volume = await hosts.User.CreateVolumeAsync();
        var device = await hosts.User.ConnectAsync(volume);
        for (var piece = 0; piece < 16; piece++)
            Device.Fill(device, (long)piece << 26, 1 << 20, seed: piece);
        await hosts.User.DisconnectAsync(volume);
        return volume;
    }

    private static async Task<Guid> BackUpAsync(ThreeHosts hosts, Guid volume, bool incremental)
    {
        var backup = await hosts.User.BackupAsync(volume, incremental);
        Assert.Equal("b", (await hosts.User.BackupRecordAsync(backup))["host"]?.GetValue<string>() ?? "b");
        hosts.AssertNothingIsLeft();
        return backup;
    }

    private static async Task<(int Id, string Uri, string Connector)> AwaitTransferAsync(ThreeHosts hosts, Guid backup)
    {
        await Eventually.HoldsAsync(
            async () => (await hosts.User.StepsAsync(backup)).Contains("12 started") && hosts.FindServer() is not null,
            "data flow");
        return hosts.FindServer()!.Value;
    }

    private static async Task<string> RestoreAsync(ThreeHosts hosts, Guid backup)
    {
        var volume = await hosts.User.BeginRestoreAsync(backup);
        await hosts.User.AwaitBackupAsync(backup, "available");
        await hosts.User.AwaitVolumeAsync(volume, "available");
        return await HashAsync(hosts, volume);
    }

    private static async Task<string> HashAsync(ThreeHosts hosts, Guid volume)
    {
        var hash = Device.Hash(await hosts.User.ConnectAsync(volume));
        await hosts.User.DisconnectAsync(volume);
        return hash;
    }

    private static async Task<string> StatusAsync(ThreeHosts hosts, Guid volume) =>
        (await hosts.User.VolumeRecordAsync(volume))["status"]!.GetValue<string>();

    /// <summary>Exit code of a client on host c that connects with these certificates.</summary>
    private static int Connect(ThreeHosts hosts, string uri, string certificates)
    {
        var start = hosts.C.Host.Namespace.StartInfo(
            "timeout", "60", "nbdinfo", "--size", $"{uri}?tls-certificates={certificates}");
        using var client = System.Diagnostics.Process.Start(start)!;
        client.WaitForExit();
        return client.ExitCode;
    }
}
