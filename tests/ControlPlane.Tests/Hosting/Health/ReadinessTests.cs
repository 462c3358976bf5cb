using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Hosting.Health;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace BackupEngine.ControlPlane.Tests.Hosting.Health;

public sealed class ReadinessTests : IAsyncLifetime
{
    private readonly Switch _first = new("first");
    private readonly Switch _second = new("second");
    private WebApplication? _app;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseTestServer();
        builder.Services.AddSingleton<Readiness>();
        builder.Services.AddSingleton<IDependency>(_first).AddSingleton<IDependency>(_second);
        _app = builder.Build();
        _app.UseHealth();
        await _app.StartAsync();
    }

    public async ValueTask DisposeAsync() => await _app!.DisposeAsync();

    [Fact]
    public async Task The_dependency_that_is_down_is_named_and_its_reason_is_not_told()
    {
        _second.Fault = new InvalidOperationException("the password is wrong");

        var (code, text) = await GetAsync("/healthz/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("up", (string?)JsonNode.Parse(text)!["dependencies"]!["first"]);
        Assert.Equal("down", (string?)JsonNode.Parse(text)!["dependencies"]!["second"]);
        Assert.DoesNotContain("password", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/healthz/live")).Code);
    }

    [Fact]
    public async Task It_is_ready_again_when_everything_is_up()
    {
        _first.Fault = new TimeoutException();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync("/healthz/ready")).Code);
        _first.Fault = null;

        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/healthz/ready")).Code);
    }

    [Fact]
    public async Task A_process_that_is_told_to_stop_is_not_ready()
    {
        _app!.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var (code, text) = await GetAsync("/healthz/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, code);
        Assert.Equal("draining", (string?)JsonNode.Parse(text)!["status"]);
    }

    private async Task<(HttpStatusCode Code, string Text)> GetAsync(string path)
    {
        using var response = await _app!.GetTestClient().GetAsync(path, Cancellation);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancellation));
    }

    private sealed class Switch(string name) : IDependency
    {
        public Exception? Fault { get; set; }

        public string Name => name;

        public Task<string?> FindFaultAsync(CancellationToken cancellationToken) =>
            Fault is { } fault ? Task.FromException<string?>(fault) : Task.FromResult<string?>(null);
    }
}
