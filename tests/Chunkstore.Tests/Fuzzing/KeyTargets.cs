using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>Key slots: a whole repository is opened through one that was changed.</summary>
internal static class KeyTargets
{
    private static readonly RepositorySecret Secret = RepositorySecret.FromKeyFile(new byte[32]);
    private static readonly Lazy<Dictionary<string, byte[]>> Files = new(Make);

    public static IReadOnlyList<FuzzTarget> All { get; } =
        [new("key slot", [Files.Value.Single(IsSlot).Value], OpenThrough, 256 * 1024)];

    private static bool IsSlot(KeyValuePair<string, byte[]> file) =>
        file.Key.StartsWith("keys/", StringComparison.Ordinal);

    private static Dictionary<string, byte[]> Make()
    {
        using var directory = TemporaryDirectory.InMemory();
        var place = directory.Sub("repository");
        Repository.Create(place, new RepositoryOptions { ChunkSizeBytes = 4096, Secret = Secret }).Dispose();
        return new[] { "config" }.Concat(Directory.GetFiles(Path.Combine(place, "keys")))
            .ToDictionary(
                file => Path.GetRelativePath(place, Path.Combine(place, file)),
                file => File.ReadAllBytes(Path.Combine(place, file)));
    }

    private static void OpenThrough(byte[] slot)
    {
        using var directory = TemporaryDirectory.InMemory();
        foreach (var file in Files.Value)
        {
            var path = directory.Sub(file.Key);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllBytes(path, IsSlot(file) ? slot : file.Value);
        }

        Repository.Open(directory.Path, Secret).Dispose();
    }
}
