using BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// Loses the power of a run at every moment, builds the states that the disk may then be in, and checks each one once
/// for each set of promises.
/// </summary>
internal sealed class CrashExploration(CrashRun run, int seed)
{
    private readonly HashSet<string> _checked = new(StringComparer.Ordinal);
    private readonly Random _random = new(seed);

    /// <summary>States that were built, equal ones counted each time.</summary>
    public long Built { get; private set; }

    /// <summary>States that were checked.</summary>
    public long Checked => _checked.Count;

    /// <summary>Moments of which all states were built.</summary>
    public int Enumerated { get; private set; }

    /// <summary>Moments with so many states that some were taken by chance.</summary>
    public int Sampled { get; private set; }

    /// <summary>States of one moment at most.</summary>
    public int MaximumStates { get; init; } = 512;

    /// <summary>What must hold in a state.</summary>
    public Func<CrashRun, IReadOnlyDictionary<string, PromiseKind>, Task> Check { get; init; } = CrashCheck.RunAsync;

    /// <summary>
    /// How many moments of what was done after a loss of power are to be another loss of power, and that so often one
    /// after another.
    /// </summary>
    public (int Moments, int Depth) Again { get; init; }

    /// <summary>States that were checked after more than one loss of power.</summary>
    public long CheckedAgain { get; private set; }

    /// <summary>Checks the states of every moment, the last one first, or of moments taken by chance.</summary>
    /// <param name="moments">About how many moments; 0 = all.</param>
    public async Task RunAsync(int moments = 0)
    {
        for (var time = run.Disk.Now + 1; time > 0; time--)
        {
            if (moments == 0 || _random.NextInt64(run.Disk.Now) < moments)
            {
                await LosePowerAsync(time);
            }
        }
    }

    /// <summary>Checks the states of a loss of power after everything.</summary>
    public Task RunAtEndAsync() => LosePowerAsync(run.Disk.Now + 1);

    private async Task LosePowerAsync(long time)
    {
        var promised = run.PromisedAt(time);
        var loss = new PowerLoss(run.Disk, time);
        (Enumerated, Sampled) = loss.Count <= MaximumStates ? (Enumerated + 1, Sampled) : (Enumerated, Sampled + 1);
        foreach (var state in loss.States(MaximumStates, _random))
        {
            Built++;
            if (_checked.Add(state.Key + string.Join(';', promised)))
            {
                await CheckAsync(state, promised, time);
            }
        }
    }

    private async Task CheckAsync(
        DiskImage state, IReadOnlyDictionary<string, PromiseKind> promised, long time)
    {
        var after = run.ContinueOn(CrashCheck.AfterReboot(state), promised);
        try
        {
            await Check(after, promised);
        }
        catch (Exception exception)
        {
            throw new CrashException(
                $"A loss of power at moment {time} of {run.Disk.Now} (seed {seed}) breaks a promise: "
                + $"{exception.Message}\nPromised: {string.Join(", ", promised)}\nOn the disk:\n{state.Key}",
                exception);
        }

        if (Again.Depth > 0)
        {
            var again = Again with { Depth = Again.Depth - 1 };
            var next = new CrashExploration(after, _random.Next()) { MaximumStates = 2, Again = again };
            await next.RunAsync(Again.Moments);
            CheckedAgain += next.Checked + next.CheckedAgain;
        }
    }
}
