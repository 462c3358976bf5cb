using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Chaos.Cluster;

/// <summary>The user of one project: so that no case waits for the quota or the turn of another.</summary>
internal sealed class ProjectUser(HttpClient http, string url, string project, string token)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public string Project => project;

    /// <summary>Asks once; whatever goes wrong is in the answer.</summary>
    public async Task<RequestEnd> TryAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{url}/v3/{project}/{path}"));
        request.Headers.Add("X-Auth-Token", token);
        request.Headers.Add("OpenStack-API-Version", "volume 3.64");
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            using var response = await http.SendAsync(request, deadline.Token);
            var text = await response.Content.ReadAsStringAsync(deadline.Token);
            return new RequestEnd((int)response.StatusCode, text, Parse(text));
        }
        catch (Exception e) when (
            e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new RequestEnd(0, e.Message, null);
        }
    }

    /// <summary>Asks until it is answered with success: everything is whole again, or not struck yet.</summary>
    public async Task<JsonNode> AskAsync(
        HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        var end = await TryAsync(method, path, body, cancellationToken);
        Assert.True(end.Succeeded, $"{method} {path}: {end.Status} {end.Text}");
        return end.Body ?? new JsonObject();
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
