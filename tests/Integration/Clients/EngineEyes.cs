using System.Text.Json.Nodes;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Clients;

/// <summary>What one user sees of an engine.</summary>
internal sealed record EngineEyes(EngineProcess Engine, string? Token, string ProjectId)
{
    /// <summary>
    /// Waits until every object whose name begins so has a status; null: until there is none of the name.
    /// </summary>
    public async Task AwaitAsync(string collection, string name, string? status)
    {
        using var http = Engine.NewHttp();
        if (Token is not null)
            http.DefaultRequestHeaders.Add("X-Auth-Token", Token);
        await Eventually.HoldsAsync(
            async () =>
            {
                var text = await http.GetStringAsync(
                    new Uri($"{Engine.Url}/v3/{ProjectId}/{collection}/detail"), TestContext.Current.CancellationToken);
                var found = JsonNode.Parse(text)![collection]!.AsArray()
                    .Where(item => ((string?)item!["name"])?.StartsWith(name, StringComparison.Ordinal) == true)
                    .Select(item => (string?)item!["status"]).ToList();
                Assert.False(
                    status != "error" && found.Contains("error"),
                    $"{collection} {name} {status}: {text}\n{Engine.LogText()}");
                return status is null
                    ? found.Count == 0
                    : found.Count > 0 && found.TrueForAll(given => given == status);
            },
            $"{collection} {name} {status ?? "gone"}");
    }
}
