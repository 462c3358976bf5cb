using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Keystone;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.Extensions.Hosting;

namespace BackupEngine.ControlPlane.Tests.Authentication.Keystone;

/// <summary>What is asked of Keystone and when, against one that can be made to fail; the real one is in Integration.
/// </summary>
public sealed class KeystoneAuthenticatorTests : IDisposable
{
    private readonly TurnedClock _clock = new();
    private readonly FakeKeystone _keystone;
    private readonly HttpClient _http;
    private readonly ServiceToken _own;
    private readonly KeystoneClient _client;
    private readonly KeystoneAuthenticator _authenticator;

    public KeystoneAuthenticatorTests()
    {
        var options = new EngineOptions { KeystoneUrl = "http://keystone.example:5000/v3/", KeystoneCacheTokens = 50 };
        _keystone = new FakeKeystone(_clock);
        _http = new HttpClient(_keystone);
        _client = new KeystoneClient(_http, options, _clock);
        _own = new ServiceToken(_client, _clock);
        _authenticator = new KeystoneAuthenticator(_client, _own, options, new NeverStops(), _clock);
    }

    public void Dispose()
    {
        _authenticator.Dispose();
        _own.Dispose();
        _http.Dispose();
    }

    [Fact]
    public async Task A_token_says_user_project_and_roles()
    {
        var caller = await AskAsync(FakeKeystone.Member);

        Assert.Equal(("u1", "0a", "member+reader"), (caller!.UserId, caller.ProjectId, string.Join('+', caller.Roles)));
        Assert.Equal("", (await AskAsync(FakeKeystone.Unscoped))!.ProjectId);
        Assert.Null(await AskAsync("unknown"));
    }

    [Fact]
    public async Task What_cannot_be_a_token_is_not_asked_about()
    {
        foreach (var none in new[] { null, "", " ", "a b", "a\r\nX-Evil: 1", "\u00fc", new string('x', 8193) })
            Assert.Null(await AskAsync(none));
        Assert.Equal(0, _keystone.Validated);
    }

    [Fact]
    public async Task It_is_asked_once_for_the_time_that_is_configured()
    {
        await AskAsync(FakeKeystone.Member);
        await AskAsync(FakeKeystone.Member);
        Assert.Equal(1, _keystone.Validated);
        _keystone.Revoked.TryAdd(FakeKeystone.Member, 0);

        _clock.Turn(TimeSpan.FromSeconds(29));
        Assert.NotNull(await AskAsync(FakeKeystone.Member));
        _clock.Turn(TimeSpan.FromSeconds(2));
        Assert.Null(await AskAsync(FakeKeystone.Member));
    }

    [Fact]
    public async Task A_token_ends_when_it_says_whatever_is_cached()
    {
        _keystone.Life = TimeSpan.FromSeconds(10);
        Assert.NotNull(await AskAsync(FakeKeystone.Member));
        _keystone.Revoked.TryAdd(FakeKeystone.Member, 0);

        _clock.Turn(TimeSpan.FromSeconds(11));

        Assert.Null(await AskAsync(FakeKeystone.Member));
        _keystone.Revoked.Clear();
        _keystone.Life = TimeSpan.FromSeconds(-1);
        _clock.Turn(TimeSpan.FromSeconds(30));
        Assert.Null(await AskAsync(FakeKeystone.Member));
    }

    [Fact]
    public async Task Of_many_requests_with_one_token_at_once_one_asks()
    {
        var gate = new TaskCompletionSource();
        _keystone.Gate = gate.Task;
        using var gone = new CancellationTokenSource();
        var first = _authenticator.AuthenticateAsync(FakeKeystone.Member, projectIdInUrl: null, gone.Token).AsTask();
        var others = Enumerable.Range(0, 50).Select(_ => AskAsync(FakeKeystone.Member)).ToList();

        // The one who began goes away; the others still have their answer.
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.SetResult();

        Assert.All(await Task.WhenAll(others), Assert.NotNull);
        Assert.Equal(1, _keystone.Validated);
    }

    [Fact]
    public async Task The_own_token_is_renewed_before_its_end_and_when_it_is_not_taken()
    {
        await AskAsync(FakeKeystone.Member);
        _clock.Turn(TimeSpan.FromMinutes(40));
        await AskAsync(FakeKeystone.Member);
        Assert.Equal(1, _keystone.Issued);
        _clock.Turn(TimeSpan.FromMinutes(10));
        await AskAsync(FakeKeystone.Member);
        Assert.Equal(2, _keystone.Issued);

        _keystone.Revoked.TryAdd("own-2", 0);
        _clock.Turn(TimeSpan.FromMinutes(1));
        Assert.NotNull(await AskAsync(FakeKeystone.Member));

        Assert.Equal(3, _keystone.Issued);
    }

    [Fact]
    public async Task One_that_cannot_be_asked_is_no_word_on_the_token()
    {
        _keystone.IsDown = true;
        await Assert.ThrowsAsync<KeystoneUnavailableException>(() => AskAsync(FakeKeystone.Member));
        await Assert.ThrowsAsync<KeystoneUnavailableException>(
            () => new KeystoneDependency(_client, _own).FindFaultAsync(TestContext.Current.CancellationToken));

        _keystone.IsDown = false;
        Assert.NotNull(await AskAsync(FakeKeystone.Member));
        Assert.Null(await new KeystoneDependency(_client, _own).FindFaultAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<KeystoneUnavailableException>(() => AskAsync("not-json"));
        _keystone.TakesNoOwnToken = true;
        await Assert.ThrowsAsync<KeystoneUnavailableException>(() => AskAsync("another"));
    }

    [Fact]
    public async Task What_is_kept_is_bounded()
    {
        for (var i = 0; i < 500; i++)
            await AskAsync($"guess-{i}");

        Assert.Equal(500, _keystone.Validated);
        Assert.InRange(_authenticator.Kept, 0, 50);
    }

    private Task<Caller?> AskAsync(string? token) => _authenticator.AuthenticateAsync(
        token, projectIdInUrl: null, TestContext.Current.CancellationToken).AsTask();

    private sealed class TurnedClock : TimeProvider
    {
        private DateTimeOffset _now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => _now;

        public void Turn(TimeSpan by) => _now += by;
    }

    private sealed class NeverStops : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication()
        {
        }
    }
}
