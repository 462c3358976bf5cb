using BackupEngine.Chunkstore.Encryption;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Tests.Jobs;
using Store = BackupEngine.Chunkstore.Repositories.Repository;

namespace BackupEngine.DataPlane.Tests.Keys;

/// <summary>A job server that was given a key: all of its repositories are encrypted.</summary>
public sealed class KeyedServerTests : IDisposable
{
    private const int VolumeBytes = 1 << 20;
    private const string Passphrase = "Tr0ub4dor-and-3";

    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = new byte[VolumeBytes];

    public KeyedServerTests() => new Random(1).NextBytes(_content);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Jobs_create_and_use_an_encrypted_repository_and_refuse_one_that_is_not()
    {
        var file = _folder.File("passphrase");
        await File.WriteAllTextAsync(file, Passphrase, TestContext.Current.CancellationToken);
        await using var server = await JobServerProcess.StartAsync(
            _folder.File("dp.sock"), "--passphrase-file", file, "--verbose");
        await server.AttachAsync("source", _folder.CreateFile("source", VolumeBytes, _content));
        var made = await server.RunJobAsync(Requests.Backup("1", _folder.File("repository"), "a", "source"));
        Assert.Equal(JobState.Succeeded, made.State);
        using (var secret = RepositorySecret.FromPassphrase(Passphrase))
        using (var repository = Store.Open(_folder.File("repository"), secret))
        {
            Assert.True(repository.IsEncrypted);
        }

        var target = _folder.CreateFile("target", VolumeBytes, new byte[VolumeBytes]);
        await server.AttachAsync("target", target, DeviceAccess.ReadWrite);
        var restored = await server.RunJobAsync(Requests.Restore("2", _folder.File("repository"), "a", "target"));
        Assert.Equal(JobState.Succeeded, restored.State);
        await server.DetachAsync("target");
        Assert.Equal(_content, await File.ReadAllBytesAsync(target, TestContext.Current.CancellationToken));

        Store.Create(_folder.File("clear"), new()).Dispose();
        var refused = await server.RunJobAsync(Requests.Backup("3", _folder.File("clear"), "a", "source"));
        Assert.Equal(JobState.Failed, refused.State);
        Assert.Contains("is not encrypted", refused.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Passphrase, server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_without_the_key_says_so()
    {
        using (var secret = RepositorySecret.FromKeyFile(_content.AsSpan(0, 32)))
        {
            Store.Create(_folder.File("repository"), new() { Secret = secret }).Dispose();
        }

        await using var server = await JobServerProcess.StartAsync(_folder.File("dp.sock"));
        var refused = await server.RunJobAsync(Requests.Delete("1", _folder.File("repository"), "a"));
        Assert.Equal(JobState.Failed, refused.State);
        Assert.Contains("no key was given", refused.ToString(), StringComparison.Ordinal);

        var verified = await server.RunJobAsync(Requests.Verify("2", _folder.File("repository"), VerifyLevel.Packs));
        Assert.True(verified.Verify.Clean, verified.ToString());
        Assert.Contains("no key was given", Assert.Single(verified.Verify.Warnings), StringComparison.Ordinal);
        var needsKey = await server.RunJobAsync(Requests.Verify("3", _folder.File("repository"), VerifyLevel.Data));
        Assert.Equal((JobState.Failed, 8), (needsKey.State, needsKey.ExitCode));
    }
}
