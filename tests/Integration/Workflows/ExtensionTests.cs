using System.Text.Json.Nodes;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Workflows;

/// <summary>Progress and verification with a real data plane, and a repository that is damaged.</summary>
[Collection(Broker.Name)]
public sealed class ExtensionTests(VolumeFileSystem files)
{
    private const int DataBytes = 32 << 20;

    /// <summary>A backup reads the whole volume, a restore to a new volume writes its data alone.</summary>
    private const int SlowBackupMiB = 64;

    private const int SlowRestoreMiB = 8;

    [Fact]
    public async Task A_slow_backup_and_a_slow_restore_tell_how_far_they_have_come()
    {
        await using var engine = await EngineUnderTest.StartAsync(files, "memory", ("ProgressSeconds", "1"));
        var volume = await FillAsync(engine);

        var backup = await engine.User.BeginBackupAsync(volume, rateLimitMiB: SlowBackupMiB);
        var seen = await SeenAsync(engine, backup, "create");
        await engine.User.AwaitBackupAsync(backup, "available");
        var target = await engine.User.BeginRestoreAsync(backup, rateLimitMiB: SlowRestoreMiB);
        var restored = await SeenAsync(engine, backup, "restore");
        await engine.User.AwaitBackupAsync(backup, "available");
        await engine.User.AwaitVolumeAsync(target, "available");

        foreach (var progress in new[] { seen, restored })
        {
            Assert.Equal(1L << 30, progress["bytes_total"]!.GetValue<long>());
            Assert.Equal("transfer-data", progress["step"]!["name"]!.GetValue<string>());
            Assert.NotNull(progress["updated_at"]);
        }

        var after = await engine.User.ProgressAsync(backup);
        Assert.Equal("idle", after["state"]!.GetValue<string>());
        Assert.Null(after["percent"]);
        var statistics = await engine.User.StatisticsAsync(backup);
        Assert.InRange(statistics["new_bytes"]!.GetValue<long>(), DataBytes, 2L * DataBytes);
        Assert.Equal(1L << 30, statistics["logical_bytes"]!.GetValue<long>());
    }

    [Fact]
    public async Task Damage_in_a_pack_is_found_told_and_healed()
    {
        await using var engine = await EngineUnderTest.StartAsync(files, "memory");
        var volume = await FillAsync(engine);
        var backup = await engine.User.BackupAsync(volume);

        var quick = await engine.User.VerifyAsync(backup, "quick");
        var sound = await engine.User.VerifyAsync(backup, "full");
        Damage(engine.Repository);
        var overlooked = await engine.User.VerifyAsync(backup, "quick");
        var damaged = await engine.User.VerifyAsync(backup, "full");

        Assert.Equal(("good", 0L), (Status(quick), Result(quick, "chunks_checked")));
        Assert.Equal(("good", 0L), (Status(sound), Result(sound, "bad_chunks")));
        Assert.InRange(Result(sound, "chunks_checked"), DataBytes / 65536, long.MaxValue);
        Assert.Equal("good", Status(overlooked));
        Assert.Equal(("damaged", 1L), (Status(damaged), Result(damaged, "bad_chunks")));
        Assert.False(damaged["result"]!["usable"]!.GetValue<bool>());
        Assert.InRange(Result(damaged, "lost_bytes"), 1, DataBytes);
        Assert.InRange(damaged["result"]!["lost_ranges"]![0]!["offset"]!.GetValue<long>(), 0, DataBytes);
        Assert.Contains(
            "is damaged: it cannot be restored whole", Assert.Single(await engine.User.MessagesAsync(backup)),
            StringComparison.Ordinal);
        Assert.Equal("available", (await engine.User.BackupRecordAsync(backup))["status"]!.GetValue<string>());

        await engine.User.BackupAsync(volume);
        Assert.Equal("good", Status(await engine.User.VerifyAsync(backup, "full")));
    }

    private static async Task<Guid> FillAsync(EngineUnderTest engine)
    {
        var volume = await engine.User.CreateVolumeAsync();
        Device.Fill(await engine.User.ConnectAsync(volume), 0, DataBytes, seed: 3);
        await engine.User.DisconnectAsync(volume);
        return volume;
    }

    /// <summary>The first progress of an action whose transfer has begun and has not ended.</summary>
    private static async Task<JsonNode> SeenAsync(EngineUnderTest engine, Guid backup, string action)
    {
        JsonNode? seen = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                var progress = await engine.User.ProgressAsync(backup);
                if (progress["action"]?.GetValue<string>() == action && progress["percent"] is not null)
                    seen = progress;
                return seen is not null;
            },
            $"the progress of {action}");
        Assert.InRange(seen!["percent"]!.GetValue<double>(), 0, 100);
        return seen;
    }

    /// <summary>One byte in the middle of the largest pack, which holds data.</summary>
    private static void Damage(string repository)
    {
        var pack = new DirectoryInfo(Path.Combine(repository, "packs")).GetFiles("*", SearchOption.AllDirectories)
            .MaxBy(file => file.Length)!;
        using var file = File.OpenHandle(pack.FullName, FileMode.Open, FileAccess.ReadWrite);
        var bytes = new byte[1];
        RandomAccess.Read(file, bytes, pack.Length / 2);
        bytes[0] ^= 0xff;
        RandomAccess.Write(file, bytes, pack.Length / 2);
    }

    private static string Status(JsonNode verification) => verification["status"]!.GetValue<string>();

    private static long Result(JsonNode verification, string name) =>
        verification["result"]![name]!.GetValue<long>();
}
