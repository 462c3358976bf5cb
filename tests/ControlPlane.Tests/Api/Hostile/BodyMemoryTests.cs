using System.Globalization;
using System.Text;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.OpenApi;

namespace BackupEngine.ControlPlane.Tests.Api.Hostile;

/// <summary>
/// What the largest bodies cost: a bound for each request, and nothing that stays. Alone, since the whole process is
/// measured.
/// </summary>
[CollectionDefinition(nameof(BodyMemoryTests), DisableParallelization = true)]
[Collection(nameof(BodyMemoryTests))]
public sealed class BodyMemoryTests(SocketApi api) : IClassFixture<SocketApi>
{
    private const int Clients = 4;
    private const int PerBody = 2;
    private const long MiB = 1 << 20;

    /// <summary>Of one request, whatever is in its body, with what the test itself needs for it.</summary>
    private const long MostAllocated = 32 * MiB;

    /// <summary>After all of them.</summary>
    private const long MostKept = 32 * MiB;

    public static TheoryData<string> Bodies() => ["items", "objects", "fields", "text", "controls", "nested"];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_burst_of_the_largest_bodies_costs_no_more_than_is_said(string kind)
    {
        var routes = OpenApiDocument.Operations.Where(operation => operation.Body is not null).ToList();
        var requests = Enumerable.Range(0, Clients * PerBody).Select(i => routes[i % routes.Count])
            .Select(operation => new HostileRequest(kind, operation.Method, api.PathOf(operation.Path))
            {
                Body = BodyOf(operation, kind),
            })
            .ToList();
        await SendAllAsync(requests[..Clients]);
        var kept = GC.GetTotalMemory(forceFullCollection: true);
        var allocated = GC.GetTotalAllocatedBytes(precise: true);

        await SendAllAsync(requests);

        var perRequest = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / requests.Count;
        kept = GC.GetTotalMemory(forceFullCollection: true) - kept;
        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{kind}: {perRequest:N0} bytes for each request, {kept:N0} bytes kept"));
        Assert.InRange(perRequest, 0, MostAllocated);
        Assert.InRange(kept, long.MinValue, MostKept);
        Assert.Empty(api.Host.Errors.Logged);
    }

    private async Task SendAllAsync(List<HostileRequest> requests)
    {
        await Parallel.ForEachAsync(
            requests.Chunk(Math.Max(1, requests.Count / Clients)), TestContext.Current.CancellationToken,
            async (some, _) =>
            {
                using var connection = new RawConnection(api.Host.Address);
                foreach (var request in some)
                {
                    var answer = await connection.SendAsync(request);
                    Assert.True(answer.Status is >= 200 and < 500, $"{request}\n{answer}");
                }
            });
    }

    /// <summary>
    /// As large as is taken, at the innermost place of the body: so that every schema around it looks.
    /// </summary>
    private static byte[] BodyOf(ApiOperation operation, string kind)
    {
        var place = BodyPlace.Of(operation).MaxBy(place => place.Name.Count(sign => sign == '/'))!;
        var room = BodyReader.MaxBytes - Encoding.UTF8.GetByteCount(place.With("")) - 16;
        return Encoding.UTF8.GetBytes(place.With(kind switch
        {
            "items" => $"[{Repeat("0,", room)}0]",
            "objects" => $"[{Repeat("{},", room)}0]",
            "fields" => $"{{{string.Join(',', Enumerable.Range(0, room / 10).Select(i => $"\"{i:x5}\":0"))}}}",
            "text" => $"\"{new string('x', room)}\"",
            "controls" => $"\"{Repeat("\\u202e", room)}\"",
            _ => $"[{Repeat("[[[[[[[[0]]]]]]]],", room)}0]",
        }));
    }

    private static string Repeat(string text, int room) =>
        new StringBuilder().Insert(0, text, room / text.Length).ToString();
}
