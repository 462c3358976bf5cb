using System.Globalization;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Histories;

/// <summary>
/// Long random histories of one volume and its backups against a model in memory. A seed makes the same history again:
/// BACKUPENGINE_SEED.
/// </summary>
public sealed class HistoryTests
{
    private const int StepsOfOneHistory = 250;
    private const int Histories = 6;

    [Fact]
    public async Task What_was_backed_up_is_what_comes_back_whatever_happens_in_between()
    {
        var given = Environment.GetEnvironmentVariable("BACKUPENGINE_SEED");
        var first = given is null ? Random.Shared.Next() : int.Parse(given, CultureInfo.InvariantCulture);
        var count = given is null ? Histories * Counts.Times : 1;
        var tried = new Dictionary<HistoryStep, int>();
        for (var number = 0; number < count; number++)
        {
            using var history = new History(first + number, encrypted: number % 3 == 2);
            await history.RunAsync(StepsOfOneHistory, tried);
        }

        Counts.Report("steps of random histories", tried.Values.Sum(), $"{count} histories from seed {first}: "
            + string.Join(", ", tried.OrderBy(step => step.Key).Select(step => $"{step.Key} {step.Value}")));
    }
}
