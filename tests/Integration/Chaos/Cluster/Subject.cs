using System.Text.Json.Nodes;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Chaos.Cluster;

/// <summary>A project with a volume in use and a backup of it that stays: what a case works on.</summary>
internal sealed class Subject(ProjectUser user, int number)
{
    /// <summary>What a volume is written with: a backup of it takes seconds at the rate limit.</summary>
    private const int MiBWritten = 12;

    public ProjectUser User => user;

    public Guid Volume { get; private set; }

    /// <summary>The block device of the user's own connection.</summary>
    public string DevicePath { get; private set; } = "";

    /// <summary>A backup that is restored again and again.</summary>
    public Guid Kept { get; private set; }

    /// <summary>What <see cref="Kept"/> holds.</summary>
    public string KeptHash { get; private set; } = "";

    /// <summary>What the volume holds now.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>Makes the volume, connects it, and backs it up.</summary>
    public async Task MakeAsync(Records records, int seed, CancellationToken cancellationToken)
    {
        var made = await user.AskAsync(HttpMethod.Post, "volumes", new JsonObject
        {
            ["volume"] = new JsonObject { ["size"] = 1 },
        }, cancellationToken);
        Volume = made["volume"]!["id"]!.GetValue<Guid>();
        await Eventually.HoldsAsync(
            async () => await records.VolumeStatusAsync(Volume, cancellationToken) == "available", $"volume {Volume}");
        var connected = await ActAsync("os-initialize_connection", new JsonObject
        {
            ["connector"] = new JsonObject { ["host"] = "instance" },
        }, cancellationToken);
        DevicePath = connected["connection_info"]!["data"]!["device_path"]!.GetValue<string>();
        await ActAsync("os-attach", new JsonObject
        {
            ["instance_uuid"] = Guid.NewGuid().ToString(),
            ["mountpoint"] = "/dev/vdb",
            ["mode"] = "rw",
        }, cancellationToken);
        Device.Fill(DevicePath, 0, MiBWritten << 20, seed + number);
        Hash = KeptHash = Device.Hash(DevicePath);
        Kept = await BeginBackupAsync(cancellationToken);
        await Eventually.HoldsAsync(
            async () => (await records.BackupAsync(Kept, cancellationToken)).Status == "available", $"backup {Kept}");
    }

    /// <summary>Writes other bytes over all that was written.</summary>
    public void Change(int seed)
    {
        Device.Fill(DevicePath, 0, MiBWritten << 20, seed + number);
        Hash = Device.Hash(DevicePath);
    }

    public Task<RequestEnd> TryBackupAsync(bool incremental, CancellationToken cancellationToken) =>
        user.TryAsync(HttpMethod.Post, "backups", BackupBody(incremental), cancellationToken);

    public Task<RequestEnd> TryRestoreAsync(Guid backup, CancellationToken cancellationToken) => user.TryAsync(
        HttpMethod.Post, $"backups/{backup}/restore", new JsonObject { ["restore"] = new JsonObject() },
        cancellationToken);

    public Task<RequestEnd> TryDeleteAsync(Guid backup, CancellationToken cancellationToken) =>
        user.TryAsync(HttpMethod.Delete, $"backups/{backup}", body: null, cancellationToken);

    public async Task<Guid> BeginBackupAsync(CancellationToken cancellationToken)
    {
        var answer = await user.AskAsync(HttpMethod.Post, "backups", BackupBody(incremental: false), cancellationToken);
        return answer["backup"]!["id"]!.GetValue<Guid>();
    }

    private JsonObject BackupBody(bool incremental) => new()
    {
        ["backup"] = new JsonObject { ["volume_id"] = Volume, ["incremental"] = incremental, ["force"] = true },
    };

    private Task<JsonNode> ActAsync(string action, JsonObject parameters, CancellationToken cancellationToken) =>
        user.AskAsync(
            HttpMethod.Post, $"volumes/{Volume}/action", new JsonObject { [action] = parameters }, cancellationToken);
}
