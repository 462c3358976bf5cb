namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>Inputs that once did harm, kept as files: corpus/(target)/*.txt, each one input in base 64.</summary>
internal static class Corpus
{
    public static IReadOnlyList<byte[]> Of(string target)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Fuzzing", "corpus", target);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, "*.txt").Order(StringComparer.Ordinal)
                .Select(file => Convert.FromBase64String(File.ReadAllText(file).Trim()))]
            : [];
    }
}
