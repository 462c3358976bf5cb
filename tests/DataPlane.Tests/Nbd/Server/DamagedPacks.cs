namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>Damages what is stored.</summary>
internal static class DamagedPacks
{
    /// <summary>Flips a bit of the largest pack, which is the one of data.</summary>
    public static void FlipBit(string repository, int offset)
    {
        var pack = Directory
            .EnumerateFiles(Path.Combine(repository, "packs"), "*", SearchOption.AllDirectories)
            .MaxBy(path => new FileInfo(path).Length)!;
        var bytes = File.ReadAllBytes(pack);
        bytes[offset] ^= 1;
        File.WriteAllBytes(pack, bytes);
    }
}
