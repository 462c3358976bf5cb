using System.Diagnostics;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.CrashSafety;

/// <summary>A repository, with the sources of its backups and which of them were reported as published.</summary>
internal sealed class CheckedRepository(string path, TemporaryFolder folder)
{
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);
    private readonly List<string> _published = [];

    /// <summary>The backups that were reported as published so far.</summary>
    public IReadOnlyList<string> Published => [.. _published];

    /// <summary>The same backups as they must be in a copy of the repository.</summary>
    public CheckedRepository In(string copy, IReadOnlyList<string> published)
    {
        var other = new CheckedRepository(copy, folder);
        foreach (var (backup, source) in _sources)
        {
            other._sources.Add(backup, source);
        }

        other._published.AddRange(published);
        return other;
    }

    public void BackUp(string source, string backup)
    {
        using var process = Start(source, backup);
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        Ended(backup, source, isPublished: true);
    }

    public Process Start(string source, string backup)
    {
        _sources[backup] = source;
        return CommandLineFixture.Start(
            "backup", "--repository", path, "--source", source, "--volume-id", "v", "--backup-id", backup);
    }

    public void Ended(string backup, string source, bool isPublished)
    {
        _sources[backup] = source;
        if (isPublished)
        {
            _published.Add(backup);
        }
    }

    /// <summary>Verification is clean, and what was published, or is there besides, restores to its source.</summary>
    public void AssertWhole()
    {
        CommandLineFixture.Json("verify", "--repository", path, "--level", "data");
        var there = CommandLineFixture.Json("list", "--repository", path).GetProperty("backups").EnumerateArray()
            .Select(backup => backup.GetProperty("backup_id").GetString()!).ToList();
        Assert.Empty(_published.Except(there, StringComparer.Ordinal));

        // What was there before has been restored before, and verification has read every byte of it.
        foreach (var backup in there.TakeLast(1))
        {
            var target = folder.File("restored");
            CommandLineFixture.Json("restore", "--repository", path, "--backup", backup, "--target", target);
            Assert.True(
                File.ReadAllBytes(target).AsSpan().SequenceEqual(File.ReadAllBytes(_sources[backup])),
                $"backup {backup} is not what its source was");
            File.Delete(target);
        }
    }
}
