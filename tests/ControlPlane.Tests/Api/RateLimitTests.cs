using System.Net;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>How many requests a project may send, where that is limited.</summary>
public sealed class RateLimitTests
{
    [Fact]
    public async Task A_project_is_refused_beyond_its_limit_and_others_are_not()
    {
        await using var host = new ApiHost { Configure = options => options.RateLimitPerMinute = 3 };
        await host.InitializeAsync();
        var answers = new List<ApiAnswer>();
        // One comes back every twenty seconds: however slow the machine, so many in a row do not all pass.
        while (answers.Count < 100 && answers.TrueForAll(answer => answer.Status == HttpStatusCode.OK))
            answers.Add(await host.As(ApiHost.Demo).GetAsync("/backups"));

        Assert.True(answers.Count > 3, "fewer than the limit were let pass");
        var refused = answers[^1];
        refused.MustRefuse(413, "overLimit", "This request was rate-limited.");
        Assert.InRange(int.Parse(refused.Headers["Retry-After"], null), 1, 20);
        Assert.Equal(refused.Headers["Retry-After"], (string?)refused["overLimit"]["retryAfter"]);
        (await host.As(ApiHost.Other).GetAsync("/backups")).MustBe(HttpStatusCode.OK);
    }
}
