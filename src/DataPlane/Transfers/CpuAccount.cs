namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// CPU seconds of one job. The kernel counts them for the process; while several jobs run at once, each is charged
/// an equal share, so that the accounts of all jobs add up to what the process used. A job that runs alone is
/// charged exactly.
/// </summary>
internal sealed class CpuAccount : IDisposable
{
    private static readonly Lock Gate = new();
    private static int _open;
    private static double _shareSeconds;
    private static double _settledSeconds;

    private readonly double _shareAtStart;
    private bool _closed;

    private CpuAccount(double shareAtStart) => _shareAtStart = shareAtStart;

    /// <summary>Charged so far, in seconds.</summary>
    public double Seconds
    {
        get
        {
            lock (Gate)
            {
                Settle();
                return _shareSeconds - _shareAtStart;
            }
        }
    }

    /// <summary>Opens an account.</summary>
    public static CpuAccount Open()
    {
        lock (Gate)
        {
            Settle();
            _open++;
            return new CpuAccount(_shareSeconds);
        }
    }

    /// <summary>Closes the account: others are charged from now on.</summary>
    public void Dispose()
    {
        lock (Gate)
        {
            Settle();
            _open -= _closed ? 0 : 1;
            _closed = true;
        }
    }

    private static void Settle()
    {
        var now = Environment.CpuUsage.TotalTime.TotalSeconds;
        _shareSeconds += _open == 0 ? 0 : (now - _settledSeconds) / _open;
        _settledSeconds = now;
    }
}
