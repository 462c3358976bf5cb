using BackupEngine.ControlPlane.Tests.VolumeService.Support;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Drivers.Files;

public sealed class XfsLoopDeviceConformanceTests(FileSystems systems) : VolumeDriverConformance
{
    protected override bool ClonesAreInstant => true;

    private protected override Task<DriverUnderTest> StartAsync() =>
        DriverUnderTest.StartAsync(systems.Xfs.NewDirectory(), ExportMode.LoopDevice);
}

public sealed class BtrfsLoopDeviceConformanceTests(FileSystems systems) : VolumeDriverConformance
{
    protected override bool ClonesAreInstant => true;

    private protected override Task<DriverUnderTest> StartAsync() =>
        DriverUnderTest.StartAsync(systems.Btrfs.NewDirectory(), ExportMode.LoopDevice);
}

public sealed class CopyLoopDeviceConformanceTests(FileSystems systems) : VolumeDriverConformance
{
    protected override bool ClonesAreInstant => false;

    private protected override Task<DriverUnderTest> StartAsync() =>
        DriverUnderTest.StartAsync(systems.Xfs.NewDirectory(), ExportMode.LoopDevice, allowReflinks: false);
}

/// <summary>What a process without privilege does, on whatever file system the temporary directory is.</summary>
public sealed class CopyPlainFileConformanceTests : VolumeDriverConformance
{
    protected override bool ClonesAreInstant => false;

    private protected override Task<DriverUnderTest> StartAsync() =>
        DriverUnderTest.StartAsync(TestDirectory.InTemp(), ExportMode.PlainFile, allowReflinks: false);
}

public sealed class XfsPlainFileConformanceTests(FileSystems systems) : VolumeDriverConformance
{
    protected override bool ClonesAreInstant => true;

    private protected override Task<DriverUnderTest> StartAsync() =>
        DriverUnderTest.StartAsync(systems.Xfs.NewDirectory(), ExportMode.PlainFile);
}
