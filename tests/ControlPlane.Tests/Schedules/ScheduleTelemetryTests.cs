using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules;
using BackupEngine.ControlPlane.Tests.Api;

namespace BackupEngine.ControlPlane.Tests.Schedules;

/// <summary>What the schedules count is what happened. Alone: the counters are the whole process's.</summary>
[CollectionDefinition(nameof(ScheduleTelemetryTests), DisableParallelization = true)]
[Collection(nameof(ScheduleTelemetryTests))]
public sealed class ScheduleTelemetryTests(ApiHost host) : IClassFixture<ApiHost>, IDisposable
{
    private const string Prefix = "backupengine.schedules.";

    private readonly ConcurrentDictionary<string, long> _counted = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _there = new(StringComparer.Ordinal);
    private MeterListener? _listener;

    public void Dispose() => _listener?.Dispose();

    [Fact]
    public async Task Runs_that_came_due_were_late_ended_and_backups_that_went_are_counted()
    {
        var volumes = new[] { await host.AddVolumeAsync(), await host.AddVolumeAsync() };
        var policy = await PolicyWorld.MakeAsync(host, "\"retention\": {\"keep_last\": 1}", volumes);
        await policy.AddBackupAsync(volumes[0], TimeSpan.FromDays(2));
        Listen();

        await policy.ComeDueAsync();
        await policy.BeginNowAsync();
        await policy.EndBackupsAsync();
        await policy.LookAsync();
        Assert.Equal(("runs_due 2", "runs_ended{succeeded} 2", "backups_removed 1"), (
            Of("runs_due"), Of("runs_ended{succeeded}"), Of("backups_removed")));
        Assert.Equal("runs_late 0", Of("runs_late"));

        await policy.ComeDueAsync(DateTime.UtcNow.AddHours(-5));
        await policy.BeginNowAsync();
        await policy.EndBackupsAsync(BackupStatus.Error, "no");
        await policy.LookAsync();
        Assert.Equal(("runs_due 4", "runs_late 2", "runs_ended{failed} 2"), (
            Of("runs_due"), Of("runs_late"), Of("runs_ended{failed}")));
        Assert.Equal(
            ["backups_removed", "runs_due", "runs_ended", "runs_late"], _there.Keys.Order(StringComparer.Ordinal));
    }

    private string Of(string name) => $"{name} {_counted.GetValueOrDefault(name)}";

    private void Listen()
    {
        _listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name != ScheduleTelemetry.MeterName)
                    return;
                _there[instrument.Name[Prefix.Length..]] = true;
                listener.EnableMeasurementEvents(instrument);
            },
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = instrument.Name[Prefix.Length..];
            foreach (var (_, tag) in tags)
                name += $"{{{tag}}}";
            _counted.AddOrUpdate(name, value, (_, sum) => sum + value);
        });
        _listener.Start();
    }
}
