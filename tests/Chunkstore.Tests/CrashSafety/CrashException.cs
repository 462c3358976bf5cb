namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>A state after a loss of power that is not as it must be.</summary>
internal sealed class CrashException(string message, Exception innerException) : Exception(message, innerException);
