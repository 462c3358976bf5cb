using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Api;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Api;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BackupEngine.ControlPlane.Tests.Authentication;

public sealed class LoopbackGuardTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupengine-noauth-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("http://0.0.0.0:0")]
    [InlineData("http://*:0")]
    [InlineData("http://[::]:0")]
    [InlineData("http://127.0.0.1:0;http://0.0.0.0:0")]
    [InlineData("http://example.org:80")]
    public async Task Without_authentication_nothing_listens_on_a_network(string urls)
    {
        await using var app = Build(urls);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync(Cancellation));
        Assert.Contains("not loopback", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_directory, TokenFile.FileName)));
    }

    [Fact]
    public async Task On_loopback_everybody_is_administrator_of_the_project_in_the_address()
    {
        await using var app = Build("http://127.0.0.1:0");
        await app.StartAsync(Cancellation);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        http.DefaultRequestHeaders.Add("X-Auth-Token", "notused");

        var project = new string('b', 32);
        var created = await http.PostAsJsonAsync(
            new Uri($"/v3/{project}/volumes", UriKind.Relative), new { volume = new { size = 1 } }, Cancellation);
        Assert.Equal(HttpStatusCode.Accepted, created.StatusCode);
        Assert.Equal(1, await CountAsync(http, $"/v3/{project}/volumes"));
        Assert.Equal(0, await CountAsync(http, "/v3/volumes"));
        Assert.Equal(1, await CountAsync(http, "/v3/volumes?all_tenants=1"));
    }

    [Fact]
    public void An_unknown_mode_is_refused()
    {
        var options = new EngineOptions { StateDirectory = _directory, Authentication = "none" };

        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddEngineAuthentication(options));
    }

    private static async Task<int> CountAsync(HttpClient http, string path) =>
        (await http.GetFromJsonAsync<JsonNode>(
            new Uri(path, UriKind.Relative), Cancellation))!["volumes"]!.AsArray().Count;

    private WebApplication Build(string urls)
    {
        var options = new EngineOptions { StateDirectory = _directory, Authentication = "noauth", Host = "host-1" };
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls(urls.Split(';'));
        builder.Logging.ClearProviders();
        builder.Services.AddEngineDatabase(options).AddEngineAuthentication(options).AddEngineApi(options);
        builder.Services.AddSingleton<ICommandSender>(new RecordingSender());
        builder.Services.AddMassTransit(bus => bus.UsingInMemory());
        var app = builder.Build();
        app.MapEngineApi();
        return app;
    }
}
