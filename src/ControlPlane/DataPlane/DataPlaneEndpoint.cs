using System.Text;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>Where the data plane of this host listens.</summary>
/// <param name="SocketPath">Its Unix socket.</param>
/// <param name="Supervised">Whether this process starts the data plane; else something else does.</param>
public sealed record DataPlaneEndpoint(string SocketPath, bool Supervised)
{
    /// <summary>
    /// Longest path of a Unix socket in bytes (<c>sun_path</c> of unix(7) has 108, the last is zero).
    /// </summary>
    private const int LongestSocketPathBytes = 107;

    /// <summary>
    /// The configured socket, or one of this host's name in the state directory; where that path is too long for a
    /// socket, one in the user's runtime directory, always the same for the same state directory.
    /// </summary>
    public static DataPlaneEndpoint Of(EngineOptions options)
    {
        if (options.DataPlaneSocket is { Length: > 0 } configured)
            return new DataPlaneEndpoint(Path.GetFullPath(configured), Supervised: false);
        var inState = Path.Combine(StateDirectory.RunDirectory(options.StateDirectory), $"dp-{options.Host}.sock");
        return new DataPlaneEndpoint(Fits(inState) ? inState : ShortPath(inState), Supervised: true);
    }

    private static bool Fits(string path) => Encoding.UTF8.GetByteCount(path) <= LongestSocketPathBytes;

    private static string ShortPath(string longPath)
    {
        var name = Convert.ToHexStringLower(
            System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(longPath)))[..24];
        var runtime =
            Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } own ? own : Path.GetTempPath();
        return Path.Combine(runtime, "backup-engine-" + name, "dp.sock");
    }
}
