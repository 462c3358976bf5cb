using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.VolumeService;

namespace BackupEngine.ControlPlane.Tests.VolumeService;

public sealed class TemporaryObjectTests
{
    private static readonly Guid Backup = new("0f6e2a8e-93c4-4d55-8a07-1d4bd5a9f3c1");

    [Fact]
    public void The_id_of_a_backup_never_changes() => Assert.Equal(
        [new Guid("0580580e-0562-8124-9157-a9ada7fd956f"), new Guid("c2d763a5-4fee-8f1f-a406-9ae97e6f9e13")],
        TemporaryObject.IdsOf(Backup));

    [Fact]
    public void Ids_differ_by_backup_and_kind() =>
        Assert.Equal(4, TemporaryObject.IdsOf(Backup).Concat(TemporaryObject.IdsOf(Guid.Empty)).Distinct().Count());

    [Fact]
    public void The_text_in_the_record_tells_the_kind()
    {
        var device = TemporaryObject.Of(DeviceKind.TemporaryVolume, Backup, Guid.NewGuid());
        Assert.Equal(DeviceKind.TemporaryVolume, TemporaryObject.KindIn(TemporaryObject.ToText(device)));
        Assert.Null(TemporaryObject.KindIn(null));
        Assert.Null(TemporaryObject.KindIn("Volume:x"));
        Assert.Null(TemporaryObject.KindIn("nonsense"));
    }
}
