using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files.BasePoints;

/// <summary>A token is good for one clone only: whatever else is at its place is not taken for it.</summary>
public sealed class BaseTokenTests(FileSystems systems) : IAsyncLifetime
{
    private readonly Guid _parent = Guid.NewGuid();
    private readonly Guid _backup = Guid.NewGuid();
    private DriverUnderTest _test = null!;
    private DeviceReference _volume = null!;
    private string _token = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _test = await DriverUnderTest.StartAsync(systems.Xfs.NewDirectory());
        _volume = await _test.NewVolumeAsync();
        RawFile.Write(_test.FileOf(_volume), 0, RawFile.Pattern(1, 8192));
        _token = await _test.Driver.CreateBasePointAsync(_volume, _parent, Cancel);
        await _test.Driver.CreateBasePointAsync(_volume, _backup, Cancel);
    }

    public ValueTask DisposeAsync() => _test?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task The_token_of_the_kept_clone_is_recognised_even_after_a_restart()
    {
        await _test.RestartAsync();
        var changed = await AskAsync(_token);
        Assert.True(changed.Known, changed.Reason);
        Assert.Empty(changed.Extents);
    }

    [Fact]
    public void A_token_says_what_it_stands_for()
    {
        var token = BaseToken.TryParse(_token)!;
        Assert.Equal(("reflink", _volume.Id, _parent), (token.Type, token.VolumeId, token.BackupId));
        Assert.Equal((DriverUnderTest.VolumeBytes, 4096L), (token.SizeBytes, token.GranularityBytes));
        Assert.NotEqual(Guid.Empty, token.FileSystemId);
        Assert.Equal(_token, token.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a token")]
    [InlineData("{}")]
    [InlineData("""{"type":"bitmap","name":"x"}""")]
    public async Task Another_kind_of_token_is_unknown(string token) =>
        await RequireUnknownAsync(token, "not one of this driver");

    [Fact]
    public async Task Any_difference_in_the_token_makes_it_unknown()
    {
        var token = BaseToken.TryParse(_token)!;
        foreach (var other in (BaseToken[])
            [token with { SizeBytes = token.SizeBytes + 4096 },
            token with { GranularityBytes = 512 },
            token with { FileSystemId = Guid.NewGuid() },
            token with { Inode = token.Inode + 1 },
            token with { Generation = token.Generation + 1 },
            token with { Born = token.Born + "1" },
            token with { Written = token.Written + "1" }])
            await RequireUnknownAsync(other.ToString(), "is not the one that it read");
        await RequireUnknownAsync((token with { VolumeId = Guid.NewGuid() }).ToString(), "another volume");
        await RequireUnknownAsync((token with { BackupId = Guid.NewGuid() }).ToString(), "not kept any more");
    }

    [Fact]
    public async Task A_base_point_that_was_written_to_is_unknown()
    {
        var clone = _test.FileOf(_volume, _parent);
        File.SetUnixFileMode(clone, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        RawFile.Write(clone, 0, [1]);
        await RequireUnknownAsync(_token, "is not the one that it read");
    }

    [Fact]
    public async Task Another_file_in_the_place_of_a_base_point_is_unknown()
    {
        var clone = _test.FileOf(_volume, _parent);
        File.Copy(clone, clone + ".copy");
        File.SetLastWriteTimeUtc(clone + ".copy", File.GetLastWriteTimeUtc(clone));
        File.Move(clone + ".copy", clone, overwrite: true);
        await RequireUnknownAsync(_token, "is not the one that it read");
    }

    [Fact]
    public async Task A_backup_without_a_base_point_of_its_own_is_unknown()
    {
        await _test.Driver.DropBasePointAsync(_volume.Id, _backup, Cancel);
        await RequireUnknownAsync(_token, "no base point of its own");
    }

    [Fact]
    public async Task A_base_point_stays_what_it_is_when_it_is_made_again()
    {
        RawFile.Write(_test.FileOf(_volume), 0, RawFile.Pattern(2, 8192));
        Assert.Equal(_token, await _test.Driver.CreateBasePointAsync(_volume, _parent, Cancel));
        Assert.Empty((await AskAsync(_token)).Extents);
    }

    [Fact]
    public async Task Deleting_the_volume_deletes_its_base_points()
    {
        await _test.Driver.DeleteAsync(_volume, Cancel);
        Assert.Empty(await _test.Driver.ListBasePointsAsync(Cancel));
    }

    private Task<ChangedBlocks> AskAsync(string token) =>
        _test.Driver.GetChangedBlocksAsync(_volume.Id, token, _backup, Cancel);

    private async Task RequireUnknownAsync(string token, string reason)
    {
        var changed = await AskAsync(token);
        Assert.False(changed.Known);
        Assert.Contains(reason, changed.Reason, StringComparison.Ordinal);
        Assert.Empty(changed.Extents);
    }
}
