using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Authentication;

namespace BackupEngine.ControlPlane.Tests.Authentication;

public sealed class TokenFileTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("backupengine-tokens-").FullName;

    private string FilePath => Path.Combine(_directory, TokenFile.FileName);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void The_first_start_makes_an_administrator_and_a_project_user()
    {
        var users = TokenFile.LoadOrCreate(_directory);

        Assert.Equal(["admin", "demo"], users.Select(user => user.Name));
        Assert.Contains("admin", users[0].Roles);
        Assert.DoesNotContain("admin", users[1].Roles);
        Assert.All(users, user =>
        {
            Assert.Matches("^[0-9a-f]{64}$", user.Token);
            Assert.Matches("^[0-9a-f]{32}$", user.UserId);
            Assert.Matches("^[0-9a-f]{32}$", user.ProjectId);
        });
        Assert.Equal(4, users.SelectMany(user => new[] { user.Token, user.ProjectId }).Distinct().Count());
    }

    [Fact]
    public void Only_the_owner_may_read_it_and_nothing_else_is_left_behind()
    {
        TokenFile.LoadOrCreate(_directory);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        Assert.Equal([FilePath], Directory.GetFiles(_directory));
    }

    [Fact]
    public void A_second_start_knows_the_same_users()
    {
        var first = TokenFile.LoadOrCreate(_directory);
        var second = TokenFile.LoadOrCreate(_directory);

        Assert.Equal(first.Select(user => user.Token), second.Select(user => user.Token));
    }

    [Fact]
    public async Task Processes_that_start_at_once_end_up_with_the_same_users()
    {
        var starts = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => TokenFile.LoadOrCreate(_directory))));

        Assert.Single(starts.Select(users => users[0].Token).Distinct());
    }

    [Fact]
    public void The_file_uses_the_names_that_scripts_read()
    {
        TokenFile.LoadOrCreate(_directory);

        var user = JsonNode.Parse(File.ReadAllText(FilePath))!["users"]![0]!.AsObject();
        Assert.Equal(["name", "user_id", "project_id", "roles", "token"], user.Select(field => field.Key));
    }

    [Fact]
    public void A_file_that_others_may_read_is_refused()
    {
        TokenFile.LoadOrCreate(_directory);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        var refusal = Assert.Throws<TokenFileException>(() => TokenFile.LoadOrCreate(_directory));
        Assert.Contains("chmod 600", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{\"version\":2,\"users\":[]}")]
    [InlineData("{\"version\":1,\"users\":[{\"name\":\"x\"}]}")]
    [InlineData("{\"version\":1,\"users\":[{\"name\":\"x\",\"user_id\":\"1\",\"project_id\":\"1\",\"roles\":[]," +
        "\"token\":\"\"}]}")]
    [InlineData("{\"version\":1,\"users\":[{\"name\":\"x\",\"user_id\":\"1\",\"project_id\":\"../x\",\"roles\":[]," +
        "\"token\":\"0123456789abcdef\"}]}")]
    public void A_damaged_file_is_refused_and_left_as_it_is(string content)
    {
        File.WriteAllText(FilePath, content);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        var refusal = Assert.Throws<TokenFileException>(() => TokenFile.LoadOrCreate(_directory));
        Assert.Contains(FilePath, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(content, File.ReadAllText(FilePath));
    }

    [Fact]
    public async Task A_token_is_known_only_whole()
    {
        var users = TokenFile.LoadOrCreate(_directory);
        var authenticator = new TokenFileAuthenticator(users);
        var token = users[1].Token;

        var caller = await authenticator.AuthenticateAsync(token, null, TestContext.Current.CancellationToken);
        Assert.Equal(users[1].ProjectId, caller!.ProjectId);
        foreach (var wrong in new[] { null, "", token[..^1], token + "0", token.ToUpperInvariant() + "x", "notused" })
            Assert.Null(await authenticator.AuthenticateAsync(wrong, null, TestContext.Current.CancellationToken));
    }

    /// <summary>Writes a token file with known users.</summary>
    internal static void Write(string directory, IReadOnlyList<TokenUser> users)
    {
        var path = Path.Combine(directory, TokenFile.FileName);
        File.WriteAllBytes(path, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(
            new TokenDocument { Version = 1, Users = users }, TokenDocumentJson.Default.TokenDocument));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
