namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// A connection ended, or could not be made. What was asked for on it may have been done or not.
/// </summary>
/// <param name="message">What happened.</param>
/// <param name="cause">The cause.</param>
internal sealed class ConnectionLostException(string message, Exception? cause = null) : Exception(message, cause);
