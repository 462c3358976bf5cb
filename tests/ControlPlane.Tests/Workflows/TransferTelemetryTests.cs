using System.Diagnostics.Metrics;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Tests.Workflows;

public sealed class TransferTelemetryTests
{
    private readonly Dictionary<string, double> _measured = [];

    [Fact]
    public void What_a_backup_counted_is_measured()
    {
        Measure(() => TransferTelemetry.Count(new BackupResult
        {
            BytesRead = 7,
            RereadBytes = 2,
            SpotCheckBytes = 1,
            ResumedBytes = 3,
            BytesNew = 5,
            BytesStored = 4,
            Seconds = 1.5,
            CpuSeconds = 2.5,
        }));
        Assert.Equal(
            [
                "backupengine.transfer.bytes backup new 5",
                "backupengine.transfer.bytes backup read 7",
                "backupengine.transfer.bytes backup reread 2",
                "backupengine.transfer.bytes backup resumed 3",
                "backupengine.transfer.bytes backup spot_check 1",
                "backupengine.transfer.bytes backup stored 4",
                "backupengine.transfer.cpu_time backup 2.5",
                "backupengine.transfer.duration backup 1.5",
            ],
            Lines());
    }

    [Fact]
    public void What_a_restore_counted_is_measured()
    {
        Measure(() => TransferTelemetry.Count(new RestoreResult
        {
            BytesRead = 1,
            BytesSame = 2,
            BytesWritten = 3,
            ZeroBytes = 4,
            Seconds = 5,
            CpuSeconds = 6,
        }));
        Assert.Equal(
            [
                "backupengine.transfer.bytes restore read 1",
                "backupengine.transfer.bytes restore same 2",
                "backupengine.transfer.bytes restore written 3",
                "backupengine.transfer.bytes restore zero 4",
                "backupengine.transfer.cpu_time restore 6",
                "backupengine.transfer.duration restore 5",
            ],
            Lines());
    }

    private IEnumerable<string> Lines() =>
        _measured.Select(one => FormattableString.Invariant($"{one.Key} {one.Value}")).Order(StringComparer.Ordinal);

    /// <summary>Other tests count at the same time: what is measured in this flow of control is this test's.</summary>
    private void Measure(Action action)
    {
        var mine = new AsyncLocal<bool> { Value = true };
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name.StartsWith("backupengine.transfer.", StringComparison.Ordinal))
                    self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((one, value, tags, _) => Add(mine.Value, one, value, tags));
        listener.SetMeasurementEventCallback<double>((one, value, tags, _) => Add(mine.Value, one, value, tags));
        listener.Start();
        action();
    }

    private void Add(
        bool isMine, Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (isMine)
            _measured.Add(string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => tag.Value)]), value);
    }
}
