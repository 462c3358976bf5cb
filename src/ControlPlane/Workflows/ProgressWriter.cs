using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Writes the progress of one job of the data plane to its record, where every host of the API sees it: no more often
/// than once in so many seconds, and only when it has changed. It is told and no more: what cannot be written is
/// said in the log and fails nothing.
/// </summary>
internal sealed class ProgressWriter : IAsyncDisposable
{
    /// <summary>Share of the newest speed in the one that is shown; the rest is that of before.</summary>
    private const double Newest = 0.5;

    /// <summary>How soon the first progress of a job is looked for.</summary>
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);

    private readonly ClaimedRecord _record;
    private readonly TimeSpan _interval;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly ProgressNotice? _notice;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _writing;
    private JobProgress? _latest;
    private long _noticedAt;

    /// <summary>Begins to write what <see cref="Report"/> is told.</summary>
    public ProgressWriter(
        ClaimedRecord record, TimeSpan interval, TimeProvider time, ILogger log, ProgressNotice? notice = null)
    {
        (_record, _interval, _time, _log, _notice) = (record, interval, time, log, notice);
        _noticedAt = time.GetTimestamp();
        _writing = WriteAsync();
    }

    /// <summary>Takes note; never waits.</summary>
    public void Report(JobProgress progress) => Volatile.Write(ref _latest, progress);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_ended.IsCancellationRequested)
            await _ended.CancelAsync();
        await _writing;
        _ended.Dispose();
    }

    private async Task WriteAsync()
    {
        ProgressSample? written = null;
        var writtenAt = _time.GetTimestamp();
        while (!_ended.IsCancellationRequested)
        {
            var seen = Volatile.Read(ref _latest);
            if (seen is not null && (written is null || !IsSame(seen, written)))
            {
                var now = _time.GetTimestamp();
                var sample = Sample(seen, written, _time.GetElapsedTime(writtenAt, now));
                switch (await TryWriteAsync(sample))
                {
                    case null:
                        break;
                    case false:
                        return;
                    case true:
                        (written, writtenAt) = (sample, now);
                        break;
                }
            }

            await Task.Delay(seen is null ? FirstLook : _interval, _time, _ended.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Whether it was written; false: the record is another's; null: it is to be tried again.</summary>
    private async Task<bool?> TryWriteAsync(ProgressSample sample)
    {
        try
        {
            var isNoticed = _notice is { } notice && _time.GetElapsedTime(_noticedAt) >= notice.Interval;
            var written = isNoticed
                ? await _record.WriteProgressAsync(
                    sample,
                    (database, token) => _notice!.AddAsync(database, Percent(sample), token),
                    _ended.Token)
                : await _record.WriteProgressAsync(sample, _ended.Token);
            if (isNoticed)
                _noticedAt = _time.GetTimestamp();
            return written;
        }
        catch (Exception) when (_ended.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e)
        {
            _log.LogWarning(
                e, "The progress of backup {BackupId} could not be written; trying again", _record.Claim.BackupId);
            return null;
        }
    }

    private static int Percent(ProgressSample sample) => sample.TotalBytes > 0
        ? (int)Math.Clamp(sample.DoneBytes * 100.0 / sample.TotalBytes, 0, 100)
        : 0;

    private static bool IsSame(JobProgress seen, ProgressSample written) =>
        (seen.DoneBytes, seen.TotalBytes) == (written.DoneBytes, written.TotalBytes);

    private static ProgressSample Sample(JobProgress seen, ProgressSample? before, TimeSpan since)
    {
        long? lately = before is not null && since > TimeSpan.Zero && seen.DoneBytes >= before.DoneBytes
            ? (long)((seen.DoneBytes - before.DoneBytes) / since.TotalSeconds)
            : null;
        var speed = lately is { } now && before?.BytesPerSecond is { } former
            ? (long)((Newest * now) + ((1 - Newest) * former))
            : lately;
        return new ProgressSample(seen.DoneBytes, seen.TotalBytes, speed);
    }
}
