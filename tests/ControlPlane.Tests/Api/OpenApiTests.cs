using System.Text;
using BackupEngine.ControlPlane.Api.OpenApi;
using BackupEngine.ControlPlane.Api.Pipeline;
using Microsoft.AspNetCore.Routing;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>The document of the API is that of its routes, and the one that is checked in.</summary>
public sealed class OpenApiTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string CheckedIn = "docs/openapi.json";

    [Fact]
    public void Every_route_is_described_and_nothing_else()
    {
        var routes = host.Routes().Select(RouteOf).OfType<string>().Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(
            routes, OpenApiDocument.Operations.Select(operation => operation.Route).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_route_is_there_with_the_project_and_without()
    {
        var patterns = host.Routes().Select(route => $"{MethodOf(route)} {route.RoutePattern.RawText}").ToHashSet();

        Assert.All(OpenApiDocument.Operations, operation =>
        {
            Assert.Contains($"{operation.Method} {ApiPaths.Root}{operation.Path}", patterns);
            Assert.Contains($"{operation.Method} {ApiPaths.WithProject}{operation.Path}", patterns);
        });
    }

    [Fact]
    public async Task The_document_is_served_and_checked_in()
    {
        using var client = host.Raw();

        var served = await client.GetStringAsync(new Uri("/openapi.json", UriKind.Relative), Cancel);

        Assert.Equal(Encoding.UTF8.GetString(OpenApiDocument.Utf8.Span), served);
        var path = Path.Combine(Root(), CheckedIn);
        if (Environment.GetEnvironmentVariable("BACKUPENGINE_WRITE_OPENAPI") is not null)
            await File.WriteAllTextAsync(path, served, Cancel);
        Assert.True(
            await File.ReadAllTextAsync(path, Cancel) == served,
            $"{CheckedIn} is not the document of the routes: run this test with BACKUPENGINE_WRITE_OPENAPI=1.");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static string MethodOf(RouteEndpoint route) =>
        route.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Single();

    /// <summary>Method and path below the root; null for what is not below it.</summary>
    private static string? RouteOf(RouteEndpoint route)
    {
        var text = route.RoutePattern.RawText!;
        return text.StartsWith(ApiPaths.Root + "/", StringComparison.Ordinal)
            ? $"{MethodOf(route)} {text.Replace(ApiPaths.WithProject, "").Replace(ApiPaths.Root + "/", "/")}"
            : null;
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "BackupEngine.sln")))
            directory = directory.Parent;
        return directory.FullName;
    }
}
