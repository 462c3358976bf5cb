namespace BackupEngine.DataPlane.Jobs;

/// <summary>Stops the server when standard input ends: its supervisor is gone.</summary>
internal static class InputWatch
{
    /// <summary>
    /// Starts to watch. Reading a pipe blocks, so it has a thread of its own, which does not keep the process alive.
    /// </summary>
    public static void Start(IHostApplicationLifetime lifetime, ILogger logger)
    {
        var thread = new Thread(() => Watch(lifetime, logger)) { IsBackground = true, Name = "supervisor watch" };
        thread.Start();
    }

    private static void Watch(IHostApplicationLifetime lifetime, ILogger logger)
    {
        using var input = Console.OpenStandardInput();
        Span<byte> ignored = stackalloc byte[256];
        while (input.Read(ignored) > 0)
        {
            // Whatever is written there means nothing: only its end does.
        }

        logger.LogWarning("Standard input has ended: the supervisor is gone, stopping");
        lifetime.StopApplication();
    }
}
