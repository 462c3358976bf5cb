namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// Waits on a thread that exists to be blocked: devices block it anyway. Never to be used on the thread pool.
/// </summary>
internal static class Blocking
{
    /// <summary>Waits for the end of a task.</summary>
    public static void Wait(ValueTask task)
    {
        if (task.IsCompleted)
        {
            task.GetAwaiter().GetResult();
        }
        else
        {
            task.AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Waits for the result of a task.</summary>
    public static T Wait<T>(ValueTask<T> task) =>
        task.IsCompleted ? task.GetAwaiter().GetResult() : task.AsTask().GetAwaiter().GetResult();
}
