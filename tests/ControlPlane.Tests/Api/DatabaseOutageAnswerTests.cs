using BackupEngine.ControlPlane.Api.Faults;
using Microsoft.AspNetCore.Http;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>What a client is answered while the database is away.</summary>
public sealed class DatabaseOutageAnswerTests
{
    private int _calls;

    [Fact]
    public async Task A_request_that_reads_is_tried_again_and_the_client_does_not_notice()
    {
        var http = await AnswerAsync("GET", failures: 2);

        Assert.Equal(StatusCodes.Status200OK, http.Response.StatusCode);
        Assert.Equal(3, _calls);
    }

    [Fact]
    public async Task Where_it_stays_away_the_client_is_told_when_to_ask_again()
    {
        var http = await AnswerAsync("GET", failures: int.MaxValue);

        Assert.Equal(StatusCodes.Status503ServiceUnavailable, http.Response.StatusCode);
        Assert.Equal("5", http.Response.Headers.RetryAfter);
        Assert.True(_calls > 1);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task A_request_that_changes_something_is_never_repeated(string method)
    {
        var http = await AnswerAsync(method, failures: 1);

        Assert.Equal(StatusCodes.Status503ServiceUnavailable, http.Response.StatusCode);
        Assert.Equal("5", http.Response.Headers.RetryAfter);
        Assert.Equal(1, _calls);
        http.Response.Body.Position = 0;
        Assert.Contains(
            "look first whether the request was carried out",
            await new StreamReader(http.Response.Body).ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    private async Task<HttpContext> AnswerAsync(string method, int failures)
    {
        var http = new DefaultHttpContext();
        (http.Request.Method, http.Response.Body) = (method, new MemoryStream());
        var middleware = new FaultMiddleware(
            _ => ++_calls <= failures ? throw new SqliteException("database is locked", 5) : Task.CompletedTask,
            TimeProvider.System,
            NullLogger<FaultMiddleware>.Instance);
        await middleware.InvokeAsync(http);
        return http;
    }
}
