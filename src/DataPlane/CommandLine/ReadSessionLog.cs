using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>Says what a session that could not be registered means.</summary>
internal static class ReadSessionLog
{
    /// <summary>Logs the session's warning, if it has one.</summary>
    public static void WarnOf(this ILogger logger, ReadSession session)
    {
        if (session.Warning.Length > 0)
        {
            logger.LogWarning("{Warning}", session.Warning);
        }
    }
}
