namespace BackupEngine.DataPlane.Memory;

/// <summary>The right of one job to hold that much in buffers, until it is disposed.</summary>
/// <param name="budget">Where it comes from; null where nothing bounds the jobs together.</param>
/// <param name="bytes">How much.</param>
public sealed class MemoryGrant(MemoryBudget? budget, long bytes) : IDisposable
{
    private int _returned;

    /// <summary>How much, in bytes.</summary>
    public long Bytes => bytes;

    /// <summary>Asks a budget, or grants all that is wanted where there is none.</summary>
    /// <inheritdoc cref="MemoryBudget.AcquireAsync"/>
    public static async Task<MemoryGrant> AcquireAsync(
        MemoryBudget? budget,
        long minimumBytes,
        long wantedBytes,
        Action? waits,
        CancellationToken cancellationToken) => budget is null
            ? new MemoryGrant(null, wantedBytes)
            : await budget.AcquireAsync(minimumBytes, wantedBytes, waits, cancellationToken);

    /// <summary>The job is about to hold that much: a defect where it is more than was granted.</summary>
    /// <exception cref="InvalidOperationException">It is.</exception>
    public void Check(long neededBytes)
    {
        if (neededBytes > bytes)
        {
            throw new InvalidOperationException(
                $"A job is about to hold {neededBytes} bytes in buffers, and was granted {bytes}.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            budget?.Return(bytes);
        }
    }
}
