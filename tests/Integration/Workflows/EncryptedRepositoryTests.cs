using System.Security.Cryptography;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Workflows;

/// <summary>An engine whose data plane is given a key file: its repository is encrypted, and nobody notices.</summary>
[Collection(Broker.Name)]
public sealed class EncryptedRepositoryTests(VolumeFileSystem files)
{
    private const int MarkBytes = 1 << 20;

    [Fact]
    public async Task Backups_are_encrypted_with_the_key_file_and_restored_with_it()
    {
        var key = Path.GetTempFileName();
        await File.WriteAllBytesAsync(key, RandomNumberGenerator.GetBytes(32), TestContext.Current.CancellationToken);
        try
        {
            await using var engine = await EngineUnderTest.StartAsync(
                files, "memory", ("DataPlaneKeyFile", key), ("CheckpointIntervalMiB", "1"));
            var volume = await engine.User.CreateVolumeAsync();
            var device = await engine.User.ConnectAsync(volume);
            Device.Fill(device, 0, MarkBytes, seed: 1);
            var expected = Device.Hash(device);
            var written = new byte[64];
            using (var open = File.OpenHandle(device))
                RandomAccess.Read(open, written, 0);
            await engine.User.DisconnectAsync(volume);

            var backup = await engine.User.BackupAsync(volume);

            Assert.NotEmpty(Directory.GetFiles(Path.Combine(engine.Repository, "keys")));
            Assert.All(
                Directory.GetFiles(engine.Repository, "*", SearchOption.AllDirectories),
                file => Assert.Equal(-1, File.ReadAllBytes(file).AsSpan().IndexOf(written)));
            var target = await engine.User.BeginRestoreAsync(backup, null);
            await engine.User.AwaitBackupAsync(backup, "available");
            await engine.User.AwaitVolumeAsync(target, "available");
            Assert.Equal(expected, Device.Hash(await engine.User.ConnectAsync(target)));
            await engine.User.DisconnectAsync(target);
        }
        finally
        {
            File.Delete(key);
        }
    }
}
