using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Authentication.Keystone;

/// <summary>
/// The two requests of Identity API v3 that are needed: a token for the service user, and what a caller's token says.
/// </summary>
internal sealed class KeystoneClient(HttpClient http, EngineOptions options, TimeProvider clock)
{
    private const string TokenHeader = "X-Auth-Token";
    private const string SubjectHeader = "X-Subject-Token";

    /// <summary>A token is renewed when this part of its life is over.</summary>
    private const double RenewAfterPart = 0.8;

    private readonly Uri _tokens = new(BaseOf(options.KeystoneUrl!) + "/v3/auth/tokens");

    /// <summary>Keystone's address without a version: the configuration may have one at its end.</summary>
    public static string BaseOf(string url)
    {
        var trimmed = url.TrimEnd('/');
        return trimmed.EndsWith("/v3", StringComparison.Ordinal) ? trimmed[..^3].TrimEnd('/') : trimmed;
    }

    /// <summary>Asks for a token of the service user.</summary>
    /// <exception cref="KeystoneUnavailableException">There is none to be had.</exception>
    public async Task<ServiceTokenGrant> IssueAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetUtcNow();
        var body = KeystoneMessages.AskByPassword(
            options.KeystoneUser, options.KeystoneUserDomain, options.KeystoneProject, options.KeystoneProjectDomain,
            options.KeystonePassword ?? "");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_tokens + "?nocatalog"));
        // With a length: uWSGI, under which Keystone often runs, reads no body that comes in chunks.
        request.Content = new ByteArrayContent(
            JsonSerializer.SerializeToUtf8Bytes(body, KeystoneJson.Default.Request));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Created
            || !answer.Headers.TryGetValues(SubjectHeader, out var given) || given.FirstOrDefault() is not { } token)
            throw new KeystoneUnavailableException(
                $"Keystone gave the service user {options.KeystoneUser} no token for the project "
                + $"{options.KeystoneProject}: {(int)answer.StatusCode} {answer.ReasonPhrase}. See KeystoneUser, "
                + "KeystoneUserDomain, KeystoneProject, KeystoneProjectDomain and KeystonePasswordFile.");
        var expires = (await ReadAsync(answer, cancellationToken)).ExpiresAt;
        return new ServiceTokenGrant(token, asked + ((expires - asked) * RenewAfterPart));
    }

    /// <summary>Asks what a caller's token says.</summary>
    /// <returns>Whether the own token was taken; and what the caller's says, null where it is not valid.</returns>
    /// <exception cref="KeystoneUnavailableException">It could not be found out.</exception>
    public async Task<(bool OwnIsValid, KeystoneMessages.Token? Caller)> ValidateAsync(
        string ownToken, string token, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_tokens + "?nocatalog"));
        request.Headers.Add(TokenHeader, ownToken);
        request.Headers.Add(SubjectHeader, token);
        using var answer = await SendAsync(request, cancellationToken);
        return answer.StatusCode switch
        {
            HttpStatusCode.OK => (true, await ReadAsync(answer, cancellationToken)),
            HttpStatusCode.NotFound => (true, null),
            HttpStatusCode.Unauthorized => (false, null),
            _ => throw new KeystoneUnavailableException(
                $"Keystone does not say whether a token is valid: {(int)answer.StatusCode} {answer.ReasonPhrase}. "
                + $"The service user {options.KeystoneUser} needs the role service (or admin) in its project."),
        };
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException || IsTimeout(e, cancellationToken))
        {
            throw new KeystoneUnavailableException(
                $"Keystone at {_tokens.GetLeftPart(UriPartial.Authority)} does not answer: "
                + $"{e.GetBaseException().Message}", e);
        }
    }

    private static bool IsTimeout(Exception error, CancellationToken cancellationToken) =>
        error is OperationCanceledException && !cancellationToken.IsCancellationRequested;

    private static async Task<KeystoneMessages.Token> ReadAsync(
        HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var document = await answer.Content.ReadFromJsonAsync(KeystoneJson.Default.Answer, cancellationToken);
            return document?.Token ?? throw new JsonException("There is no token in it.");
        }
        catch (JsonException e)
        {
            throw new KeystoneUnavailableException($"Keystone's answer is not understood: {e.Message}", e);
        }
    }
}
