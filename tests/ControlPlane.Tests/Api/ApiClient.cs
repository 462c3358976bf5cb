using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Authentication;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>A client of one user, at one microversion.</summary>
internal sealed class ApiClient(HttpClient http, TokenUser user, string version)
{
    public Task<ApiAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<ApiAnswer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    public Task<ApiAnswer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>With a header beside the usual ones.</summary>
    public Task<ApiAnswer> PostAsync(string path, string body, string header, params string[] values) =>
        SendAsync(HttpMethod.Post, path, body, headers: [.. values.Select(value => (header, value))]);

    public Task<ApiAnswer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    public async Task<ApiAnswer> SendAsync(
        HttpMethod method,
        string path,
        string? body = null,
        string contentType = "application/json",
        IReadOnlyList<(string Name, string Value)>? headers = null)
    {
        var address = path.StartsWith("/v3", StringComparison.Ordinal) ? path : $"/v3/{user.ProjectId}{path}";
        using var request = new HttpRequestMessage(method, address);
        request.Headers.Add("X-Auth-Token", user.Token);
        request.Headers.Add("OpenStack-API-Version", "volume " + version);
        foreach (var (name, value) in headers ?? [])
            request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await ApiAnswer.ReadAsync(response);
    }
}

/// <summary>An answer, read whole.</summary>
internal sealed class ApiAnswer(HttpStatusCode status, string text, IReadOnlyDictionary<string, string> headers)
{
    public HttpStatusCode Status { get; } = status;

    public string Text { get; } = text;

    public IReadOnlyDictionary<string, string> Headers { get; } = headers;

    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The answer is null.");

    public JsonNode this[string field] => Json[field] ?? throw new InvalidOperationException($"No {field} in {Text}");

    public static async Task<ApiAnswer> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
        response.Headers.Concat(response.Content.Headers)
            .ToDictionary(
                header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));

    public override string ToString() => $"{(int)Status} {Text}";

    public void MustBe(HttpStatusCode status) => Assert.True(Status == status, $"{(int)Status}: {Text}");

    /// <summary>A refusal: status, name of the fault and text.</summary>
    public void MustRefuse(int code, string name, string message)
    {
        Assert.True((int)Status == code, $"{(int)Status}: {Text}");
        Assert.Equal(message, (string?)this[name]["message"]);
        Assert.Equal(code, (int)this[name]["code"]!);
    }

    public void MustRefuse(string message) => MustRefuse(400, "badRequest", message);
}
