using System.Net;
using BackupEngine.ControlPlane.Api.Idempotency;
using BackupEngine.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>One key, sent to two servers on one database at once: one backup, which both tell of.</summary>
public sealed class IdempotencyAcrossServersTests
{
    private const int Requests = 16;

    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgresql")]
    public async Task Of_requests_with_one_key_one_makes_a_backup(string kind)
    {
        using var database = kind == "postgresql" ? TestDatabase.WithSchema() : null;
        await using var first = new ApiHost { Configure = options => database?.Use(options) };
        await first.InitializeAsync();
        await using var second = new ApiHost { Beside = first };
        await second.InitializeAsync();
        var volume = await first.AddVolumeAsync();
        var key = $"{Guid.NewGuid()}";
        var body = $"{{\"backup\":{{\"volume_id\":\"{volume.Id}\"}}}}";

        var answers = await Task.WhenAll(Enumerable.Range(0, Requests).Select(i =>
            (i % 2 == 0 ? first : second).As(ApiHost.Demo).PostAsync("/backups", body, IdempotencyKey.Header, key)));

        Assert.All(answers, answer => answer.MustBe(HttpStatusCode.Accepted));
        var made = Assert.Single(answers.Select(answer => (Guid)answer["backup"]["id"]!).Distinct());
        await using var records = second.Database();
        var backup = await records.Backups.SingleAsync(TestContext.Current.CancellationToken);
        Assert.Equal(made, backup.Id);
        Assert.Empty(first.Errors.Logged.Concat(second.Errors.Logged));
    }
}
