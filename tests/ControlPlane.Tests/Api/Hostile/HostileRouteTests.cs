using System.Text.Json.Nodes;
using BackupEngine.Chunkstore.Tests;
using BackupEngine.ControlPlane.Api.OpenApi;
using BackupEngine.ControlPlane.Tests.Support;
using CsCheck;

namespace BackupEngine.ControlPlane.Tests.Api.Hostile;

/// <summary>
/// Every route, over a socket, with what no client would send: each request is refused as documented or carried out;
/// never does it end in an error of the server, and never does another project's data show or change.
/// </summary>
public sealed class HostileRouteTests(SocketApi api) : IClassFixture<SocketApi>
{
    /// <summary>On PostgreSQL fewer: it is the same code that is asked, and each answer takes longer.</summary>
    private static readonly int PerRoute = TestDatabase.IsPostgreSql ? 2 : 6;

    private static readonly string[] WrongTypes =
    [
        "null", "true", "0", "-1", "1.5", "1e400", "\"\"", "\"text\"", "[]", "{}", "[null]", "{\"a\":null}", "[[]]",
    ];

    private static readonly string[] IdParameters =
    [
        "marker", "id", "volume_id", "snapshot_id", "backup_id", "parent_id", "policy_id", "attachment_id",
        "instance_id", "resource_uuid", "user_id", "all_tenants=1&project_id",
    ];

    /// <summary>What a success may be: discovery answers with 300.</summary>
    private static readonly int[] Successes = [200, 201, 202, 204, 300];

    private static readonly int[] Refusals = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 431];

    public static TheoryData<string> Routes() => [.. OpenApiDocument.Operations.Select(operation => operation.Route)];

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Whatever_is_sent_is_refused_or_done(string route)
    {
        var operation = OpenApiDocument.Operations.Single(known => known.Route == route);
        var before = await api.ForeignRecordsAsync();
        var requests = new HostileRequests(operation, api.PathOf(operation.Path));
        using var connection = new RawConnection(api.Host.Address);

        await requests.Any().SampleAsync(
            async request => MustBeInOrder(request, await connection.SendAsync(request)),
            iter: PerRoute * Counts.Times, threads: 1);

        await MustBeUntouchedAsync(before);
        Counts.Report("hostile API requests, one route at a time", PerRoute * Counts.Times);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Any_type_of_value_may_stand_anywhere(string route)
    {
        var operation = OpenApiDocument.Operations.Single(known => known.Route == route);
        if (operation.Method is not ("POST" or "PUT"))
            return;
        var before = await api.ForeignRecordsAsync();
        using var connection = new RawConnection(api.Host.Address);

        foreach (var place in BodyPlace.Of(operation))
        {
            foreach (var value in WrongTypes)
            {
                var request = new HostileRequest(place.Name, operation.Method, api.PathOf(operation.Path))
                {
                    Body = System.Text.Encoding.UTF8.GetBytes(place.With(value)),
                };
                MustBeInOrder(request, await connection.SendAsync(request));
            }
        }

        await MustBeUntouchedAsync(before);
    }

    /// <summary>An id of another project's is as one that nobody has: the answers are the same.</summary>
    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Ids_of_another_project_are_nobodys(string route)
    {
        var operation = OpenApiDocument.Operations.Single(known => known.Route == route);
        var before = await api.ForeignRecordsAsync();
        using var connection = new RawConnection(api.Host.Address);

        foreach (var make in PlacesOfIds(operation))
        {
            var nobodys = $"{Guid.NewGuid()}";
            var (request, unknown) = (make(nobodys), await connection.SendAsync(make(nobodys)));
            MustBeInOrder(request, unknown);
            var isQuery = request.Target.Contains('?', StringComparison.Ordinal);
            foreach (var id in api.Foreign.Values.Take(isQuery ? 3 : int.MaxValue))
            {
                request = make(id);
                var answer = await connection.SendAsync(request);
                MustBeInOrder(request, answer);
                if (unknown.Status >= 400 && Guid.TryParse(id, out var guid) && $"{guid}" == id)
                    Assert.Equal(
                        $"{unknown}".Replace(nobodys, "ID", StringComparison.Ordinal),
                        $"{answer}".Replace(id, "ID", StringComparison.Ordinal));
            }
        }

        await MustBeUntouchedAsync(before);
    }

    /// <summary>In the path, in the body and in the query, and the project in front of all.</summary>
    private IEnumerable<Func<string, HostileRequest>> PlacesOfIds(ApiOperation operation)
    {
        var hasBody = operation.Method is "POST" or "PUT";
        var places = hasBody ? BodyPlace.Of(operation) : [];
        HostileRequest Ask(string path, string? body) => new("foreign id", operation.Method, path)
        {
            Body = body is null ? null : System.Text.Encoding.UTF8.GetBytes(body),
        };
        var path = api.PathOf(operation.Path);
        if (operation.Path.Contains('{', StringComparison.Ordinal))
        {
            IEnumerable<string?> bodies = places.Where(place => place.Name.Length == 0).Select(place => place.Sound());
            foreach (var body in hasBody ? bodies : [null])
                yield return id => Ask(api.PathOf(operation.Path, id), body);
        }

        foreach (var place in places)
            yield return id => Ask(path, place.With($"\"{id}\""));
        foreach (var parameter in operation.IsList ? IdParameters : operation.Method == "GET" ? IdParameters[^1..] : [])
            yield return id => Ask($"{path}?{parameter}={id}", body: null);
        yield return id => Ask(api.PathOf(operation.Path, project: id), hasBody ? "{}" : null);
    }

    private static void MustBeInOrder(HostileRequest request, RawConnection.RawAnswer answer)
    {
        Assert.True(
            Successes.Contains(answer.Status) || Refusals.Contains(answer.Status), $"{request}\n{answer}");
        Assert.DoesNotContain(SocketApi.Secret, answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("x-evil", answer.Headers.Select(name => name.ToLowerInvariant()));
        Assert.False(
            answer.Body.Contains("HTTP/1.1 ", StringComparison.Ordinal), $"two answers to {request}\n{answer}");
        var isJson = answer.Head.Contains("\r\nContent-Type: application/json", StringComparison.Ordinal);
        if (answer.Status >= 400 && isJson)
            Assert.Equal(answer.Status, (int)JsonNode.Parse(answer.Body)!.AsObject().Single().Value!["code"]!);
    }

    private async Task MustBeUntouchedAsync(string before)
    {
        Assert.Equal(before, await api.ForeignRecordsAsync());
        Assert.Empty(api.Host.Errors.Logged);
        await api.TidyAsync();
    }
}
