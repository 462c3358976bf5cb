using BackupEngine.Chunkstore.Hashing;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

/// <summary>Random files of many lengths: the digest is the one that the program b3sum prints.</summary>
public sealed class Blake3AgainstB3SumTests : IDisposable
{
    private const int Seed = 20191227;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("b3sum-");
    private readonly (string Path, byte[] Content)[] _files;

    public Blake3AgainstB3SumTests() => _files = [.. Lengths().Select(Write)];

    [Fact]
    public void Plain()
    {
        B3Sum.SkipUnlessInstalled();
        var expected = B3Sum.Hash(_files.Select(file => file.Path));
        var actual = _files.Select(file => Blake3Tests.Hash(Blake3Mode.Plain(Blake3.Kernel), file.Content));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Keyed()
    {
        B3Sum.SkipUnlessInstalled();
        foreach (var (path, content) in _files.Where((_, i) => i % 8 == 0))
        {
            var key = Blake3Vector.Key;
            Assert.Equal(B3Sum.HashKeyed(path, key), Blake3Tests.Hash(Blake3Mode.Keyed(key, Blake3.Kernel), content));
        }
    }

    [Fact]
    public void Deriving_a_key()
    {
        B3Sum.SkipUnlessInstalled();
        const string context = "BackupEngine tests 2026-01-01 derived key";
        var expected = B3Sum.Hash(_files.Select(file => file.Path), "--derive-key", context);
        var output = new byte[Blake3.DigestBytes];
        Assert.Equal(expected, _files.Select(file =>
        {
            Blake3.DeriveKey(context, file.Content, output);
            return Convert.ToHexStringLower(output);
        }));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static IEnumerable<int> Lengths()
    {
        var random = new Random(Seed);
        int[] edges = [0, 1, 64, 1024, 1025, 65535, 65536, 65537, 262144, 262145, 1 << 20, (1 << 20) + 1, 4 << 20];
        return edges
            .Concat(Enumerable.Range(0, 40).Select(_ => random.Next(1, 40_000)))
            .Concat(Enumerable.Range(0, 20).Select(_ => random.Next(1, 1_500_000)));
    }

    private (string Path, byte[] Content) Write(int length, int number)
    {
        var content = new byte[length];
        new Random(Seed + number).NextBytes(content);
        var path = Path.Combine(_folder.FullName, $"{number:D3}");
        File.WriteAllBytes(path, content);
        return (path, content);
    }
}
