using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace BackupEngine.ControlPlane.Tests.Authentication.Keystone;

/// <summary>Answers as Keystone does, and counts what it is asked.</summary>
internal sealed class FakeKeystone(TimeProvider clock) : HttpMessageHandler
{
    public const string Member = "a-member";
    public const string Unscoped = "without-a-project";

    private int _issued;
    private int _validated;

    /// <summary>Own tokens that were given out.</summary>
    public int Issued => _issued;

    /// <summary>How often it was asked about a caller's token.</summary>
    public int Validated => _validated;

    public ConcurrentDictionary<string, byte> Revoked { get; } = new(StringComparer.Ordinal);

    public bool IsDown { get; set; }

    public bool TakesNoOwnToken { get; set; }

    public TimeSpan Life { get; set; } = TimeSpan.FromHours(1);

    /// <summary>What answers about callers' tokens wait for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (IsDown)
            throw new HttpRequestException("Connection refused");
        return request.Method == HttpMethod.Post ? Issue() : await ValidateAsync(request, cancellationToken);
    }

    private HttpResponseMessage Issue()
    {
        var answer = Answer(HttpStatusCode.Created, "service", "\"project\":{\"id\":\"5e\"},\"roles\":[]");
        answer.Headers.Add("X-Subject-Token", $"own-{Interlocked.Increment(ref _issued)}");
        return answer;
    }

    private async Task<HttpResponseMessage> ValidateAsync(HttpRequestMessage request, CancellationToken token)
    {
        var own = request.Headers.GetValues("X-Auth-Token").Single();
        if (TakesNoOwnToken || Revoked.ContainsKey(own))
            return new HttpResponseMessage(HttpStatusCode.Unauthorized);
        Interlocked.Increment(ref _validated);
        await Gate.WaitAsync(token);
        var subject = request.Headers.GetValues("X-Subject-Token").Single();
        return Revoked.ContainsKey(subject) ? new HttpResponseMessage(HttpStatusCode.NotFound) : subject switch
        {
            Member => Answer(
                HttpStatusCode.OK, "u1",
                "\"project\":{\"id\":\"0a\"},\"roles\":[{\"id\":\"1\",\"name\":\"member\"},{\"name\":\"reader\"}]"),
            Unscoped => Answer(HttpStatusCode.OK, "u1", "\"methods\":[\"password\"]"),
            "not-json" => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>") },
            _ => new HttpResponseMessage(HttpStatusCode.NotFound),
        };
    }

    private HttpResponseMessage Answer(HttpStatusCode status, string user, string fields) => new(status)
    {
        Content = new StringContent(
            $"{{\"token\":{{\"user\":{{\"id\":\"{user}\",\"name\":\"n\"}},"
            + $"\"expires_at\":\"{clock.GetUtcNow() + Life:yyyy-MM-ddTHH:mm:ss.ffffffZ}\",{fields}}}}}",
            Encoding.UTF8, "application/json"),
    };
}
