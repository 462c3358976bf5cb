using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Scheduling;

/// <summary>
/// Who may take what, from one look at the records: the least busy host, by the bytes that it runs, of those that may
/// and have room.
/// </summary>
/// <param name="Waiting">What waits, in the order of its turns.</param>
/// <param name="Running">What runs.</param>
/// <param name="Hosts">The hosts.</param>
/// <param name="Placement">The option <see cref="EngineOptions.BackupPlacement"/>.</param>
public sealed record Schedule(
    IReadOnlyList<QueueEntry> Waiting,
    IReadOnlyList<QueueEntry> Running,
    IReadOnlyList<HostState> Hosts,
    string Placement)
{
    /// <summary>The first entries that a host is to take, no more than it has room for.</summary>
    public IReadOnlyList<QueueEntry> For(string host, int room)
    {
        var taken = new List<QueueEntry>();
        var schedule = this;
        foreach (var entry in Waiting)
        {
            if (taken.Count == room)
                break;
            if (entry.Cancelled || schedule.Best(entry) is not { } best)
                continue;
            // Whatever another host is to take counts as taken: so the next one goes to the next host.
            var by = entry.Overdue && schedule.MayTake(entry, host) ? host : best;
            schedule = schedule with { Running = [.. schedule.Running, entry with { Host = by }] };
            if (by == host)
                taken.Add(entry);
        }

        return taken;
    }

    /// <summary>Why an entry waits, in words; empty when a service takes it now.</summary>
    public string WaitsFor(QueueEntry entry)
    {
        if (entry.Cancelled)
            return "it is cancelled and will be undone by the next backup service that looks";
        var allowed = Hosts.Where(host => Allows(entry, host)).ToList();
        if (allowed.Count == 0)
            return entry.VolumeHost is null && Placement == "volume-host" ? "a backup service: none runs"
                : Placement == "volume-host"
                ? $"a backup service on host {entry.VolumeHost}, where its volume is: none runs there"
                : $"a backup service in zone {entry.Zone}: none runs there";
        if (IsBackendSilent(entry))
            return $"the volume service of host {entry.VolumeHost}, where its volume is: it is silent";
        if (IsBackendFull(entry))
            return $"the volumes of host {entry.VolumeHost}: as many are read and written as may be";
        return allowed.TrueForAll(host => !HasRoom(entry, host))
            ? $"room on {string.Join(", ", allowed.Select(host => host.Record.Host))}: each runs as many as it may"
            : "";
    }

    private string? Best(QueueEntry entry) => Hosts
        .Where(host => MayTake(entry, host))
        .OrderBy(host => BytesOn(host.Record.Host))
        .ThenBy(host => host.Record.Host, StringComparer.Ordinal)
        .FirstOrDefault()?.Record.Host;

    private bool MayTake(QueueEntry entry, string host) =>
        Hosts.Any(state => state.Record.Host == host && MayTake(entry, state));

    private bool MayTake(QueueEntry entry, HostState host) =>
        Allows(entry, host) && HasRoom(entry, host) && !IsBackendSilent(entry) && !IsBackendFull(entry);

    private bool Allows(QueueEntry entry, HostState host) =>
        host.Record.Role == EngineRole.Backup && host.Takes
        && (Placement == "volume-host"
            ? entry.VolumeHost is null || host.Record.Host == entry.VolumeHost
            : host.Record.Zone == entry.Zone);

    /// <summary>A data plane verifies one thing at a time, beside what it transfers.</summary>
    private bool HasRoom(QueueEntry entry, HostState host)
    {
        var there = Running.Where(running => running.Host == host.Record.Host).ToList();
        return there.Count < host.Record.MaxConcurrent
            && (entry.Kind != WorkflowKind.Verify || there.TrueForAll(other => other.Kind != WorkflowKind.Verify));
    }

    /// <summary>The device would be asked for in vain, and the work would end in an error.</summary>
    private bool IsBackendSilent(QueueEntry entry) => Hosts.Any(
        host => host.Record.Role == EngineRole.Volume && host.Record.Host == entry.VolumeHost && !host.Lives);

    private bool IsBackendFull(QueueEntry entry) =>
        Hosts.FirstOrDefault(host => host.Record.Role == EngineRole.Volume && host.Record.Host == entry.VolumeHost)
            is { Record.MaxConcurrent: > 0 and var most }
        && Running.Count(running => running.VolumeHost == entry.VolumeHost) >= most;

    private long BytesOn(string host) =>
        Running.Where(entry => entry.Host == host).Sum(entry => (long)entry.SizeGiB << 30);
}
