using System.Text.Json.Nodes;
using BackupEngine.Integration.Chaos.Cluster;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Chaos.Invariants;

/// <summary>What backups leave behind on the hosts when nothing is under way: nothing.</summary>
internal static class Leftovers
{
    /// <summary>What is left; null: nothing.</summary>
    public static async Task<string?> FindAsync(ChaosCluster cluster, CancellationToken cancellationToken)
    {
        string[] left =
        [
            .. Exports(cluster),
            .. Temporary(cluster),
            .. LoopDevices(cluster),
            .. NbdServers(cluster),
            .. await BasePointsAsync(cluster, cancellationToken),
            .. await AttachmentsAsync(cluster, cancellationToken),
        ];
        return left.Length == 0 ? null : string.Join("; ", left);
    }

    /// <summary>Users' own connections name no backup.</summary>
    private static IEnumerable<string> Exports(ChaosCluster cluster) =>
        from file in Files(cluster, "exports")
        let export = JsonNode.Parse(File.ReadAllText(file))!
        where Find(export, "backup_id") is not null
        select "export " + Path.GetFileName(file);

    private static JsonNode? Find(JsonNode export, string name) => export.AsObject()
        .FirstOrDefault(member => member.Key.Replace("_", "", StringComparison.Ordinal)
            .Equals(name.Replace("_", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)).Value;

    private static IEnumerable<string> Temporary(ChaosCluster cluster) =>
        Files(cluster, "temporary").Select(file => "temporary object " + Path.GetFileName(file));

    private static IEnumerable<string> LoopDevices(ChaosCluster cluster)
    {
        var own = cluster.Subjects.Select(subject => $"{subject.Volume}.raw").ToHashSet(StringComparer.Ordinal);
        return Command.Run("losetup", "--list", "--noheadings", "--output", "BACK-FILE")
            .Split('\n', StringSplitOptions.TrimEntries)
            .Where(cluster.Holds)
            .Select(file => Path.GetFileName(file)!)
            .GroupBy(file => file, StringComparer.Ordinal)
            .Where(devices => devices.Count() > 1 || !own.Contains(devices.Key))
            .Select(devices => $"{devices.Count()} loop devices of {devices.Key}");
    }

    private static IEnumerable<string> NbdServers(ChaosCluster cluster) =>
        from process in Directory.GetDirectories("/proc")
        let command = CommandLine(process)
        where command.Contains("qemu-nbd", StringComparison.Ordinal)
            && command.Contains(cluster.VolumeDirectory, StringComparison.Ordinal)
        select "process " + command;

    private static string CommandLine(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Only what an available backup may be compared with is kept.</summary>
    private static async Task<IEnumerable<string>> BasePointsAsync(
        ChaosCluster cluster, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var file in Files(cluster, "base-points"))
        {
            var backup = await cluster.Records.BackupAsync(
                Guid.Parse(Path.GetFileNameWithoutExtension(file)), cancellationToken);
            if (backup.Deleted || backup.Status != "available")
                left.Add($"base point of backup {backup.Id}, which is {backup.Status}");
        }

        return left;
    }

    private static async Task<IEnumerable<string>> AttachmentsAsync(
        ChaosCluster cluster, CancellationToken cancellationToken)
    {
        var left = new List<string>();
        foreach (var node in cluster.BackupNodes)
        {
            using var client = ChaosCluster.DataPlaneOf(node);
            left.AddRange((await client.ListAttachmentsAsync(cancellationToken))
                .Select(attachment => $"attachment {attachment.AttachmentId} on host {node.Host.Name}"));
        }

        return left;
    }

    private static string[] Files(ChaosCluster cluster, string directory)
    {
        var path = Path.Combine(cluster.VolumeDirectory, directory);
        return Directory.Exists(path) ? Directory.GetFiles(path, "*", SearchOption.AllDirectories) : [];
    }
}
