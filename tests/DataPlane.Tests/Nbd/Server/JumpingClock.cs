namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>
/// A clock that a test sets forward: deadlines pass when the test says so, however slow the machine is. Timers go as
/// they do.
/// </summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ahead;

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ahead);

    /// <summary>Lets an hour pass.</summary>
    public void Jump() => Interlocked.Add(ref _ahead, TimestampFrequency * 3600);

    /// <summary>Lets hours pass until something has happened.</summary>
    public async Task JumpUntilAsync(Task happened)
    {
        while (!happened.IsCompleted)
        {
            Jump();
            await Task.WhenAny(happened, Task.Delay(50, TestContext.Current.CancellationToken));
        }

        await happened;
    }
}
