using System.Diagnostics;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Hashing;

/// <summary>The reference program of the authors of BLAKE3, as an independent witness.</summary>
internal static class B3Sum
{
    private const string Program = "/usr/bin/b3sum";

    public static void SkipUnlessInstalled() =>
        Assert.SkipUnless(File.Exists(Program), $"needs the program {Program}");

    /// <summary>Digests of the files, in their order.</summary>
    public static string[] Hash(IEnumerable<string> files, params string[] options) =>
        [.. Run([.. options, "--no-names", .. files], []).Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Digest of one file under a key.</summary>
    public static string HashKeyed(string file, ReadOnlySpan<byte> key) =>
        Run(["--no-names", "--keyed", file], key.ToArray()).Trim();

    private static string Run(IEnumerable<string> arguments, byte[] input)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
