using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Devices.Engines.Uring;
using BackupEngine.DataPlane.Devices.Linux.Uring;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Devices.Engines.Uring;

/// <summary>io_uring that is absent, forbidden, incomplete or short of memory.</summary>
public sealed class UringRefusalTests : IDisposable
{
    private const int Eperm = 1;
    private const int Enomem = 12;
    private const int Enosys = 38;

    private readonly TemporaryFolder _folder = new();
    private readonly BlockDevice _device;

    public UringRefusalTests() => _device = BlockDevice.Open(
        _folder.CreateFile("volume", 1 << 20), DeviceAccess.ReadWrite, direct: true);

    public void Dispose()
    {
        _device.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(Enosys, "has no io_uring")]
    [InlineData(Eperm, "kernel.io_uring_disabled")]
    [InlineData(Enomem, "RLIMIT_MEMLOCK")]
    [InlineData(24, "errno 24")]
    public void Where_it_is_refused_auto_takes_threads_and_says_so_and_a_wish_by_name_fails(int errno, string words) =>
        AssertRefused(new SteeredKernel { FailSetup = (errno, 1) }, words);

    [Theory]
    [InlineData(UringOperation.Read)]
    [InlineData(UringOperation.WriteFixed)]
    public void A_kernel_that_cannot_do_an_operation_is_refused(object operation) =>
        AssertRefused(new SteeredKernel { Missing = (UringOperation)operation }, $"cannot do {operation}");

    [Fact]
    public void A_kernel_that_does_not_say_what_it_can_do_is_refused() => AssertRefused(
        new SteeredKernel { FailRegistration = (UringRegistration.Probe, 22) }, "does not say what it can do");

    [Fact]
    public void A_seccomp_filter_that_forbids_it_is_told_from_a_kernel_without_it()
    {
        string? refusal = null;
        var thread = new Thread(() =>
        {
            SeccompFilter.ForbidOnThisThread(syscall: 425, Eperm);
            refusal = UringSupport.Refusal(UringKernel.Instance);
        });
        thread.Start();
        thread.Join();
        Assert.Contains("seccomp", refusal, StringComparison.Ordinal);
        Assert.Null(UringSupport.Refusal(UringKernel.Instance));
    }

    [Fact]
    public void What_is_no_file_is_read_by_threads_and_cannot_be_read_otherwise()
    {
        var memory = new MemoryDevice(4096);
        using var engine = IoEngines.Open(IoEngineChoice.Auto, memory, several: true, NullLogger.Instance);
        Assert.Equal(IoEngineNames.Threads, engine.Name);
        Assert.Empty(engine.Refused);
        var error = Assert.Throws<DeviceException>(
            () => IoEngines.Open(IoEngineChoice.IoUring, memory, several: true, NullLogger.Instance));
        Assert.Equal(DeviceErrorKind.NotUsable, error.Kind);
    }

    [Theory]
    [InlineData(UringRegistration.Buffers2, "buffers are not registered")]
    [InlineData(UringRegistration.BuffersUpdate, "RLIMIT_MEMLOCK")]
    public void Buffers_that_cannot_be_registered_are_named_each_time_and_that_is_said(object operation, string words)
    {
        var kernel = new SteeredKernel { FailRegistration = ((UringRegistration)operation, Enomem) };
        using var at = new QueueDevice(IoEngineNames.IoUring, 300 * 1024, options: new() { Kernel = kernel });
        Assert.NotEqual(0, QueueModel.Run(at, new Random(1)));
        Assert.Contains(words, Assert.Single(at.Engine.Refused), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ring_that_is_refused_later_is_done_without_by_auto_and_fails_a_wish_by_name()
    {
        using var strict = IoEngines.Open(
            IoEngineChoice.IoUring,
            _device,
            several: true,
            NullLogger.Instance,
            Options(new() { FailSetup = (Enomem, 2) }));
        var error = Assert.Throws<DeviceException>(() => strict.OpenQueue(4, CancellationToken.None));
        Assert.Contains("RLIMIT_MEMLOCK", error.Message, StringComparison.Ordinal);

        using var lenient = new IoUringEngine(
            _device, Options(new() { FailSetup = (Enomem, 1) }) with { MayFallBack = true });
        using var queue = lenient.OpenQueue(4, CancellationToken.None);
        using var buffer = new AlignedBytes(4096);
        queue.BeginRead(0, buffer.Memory, 3);
        Assert.Equal(new IoCompletion(3, Error: null), queue.Wait());
        Assert.Contains("made by threads", Assert.Single(lenient.Refused), StringComparison.Ordinal);
    }

    private static IoUringOptions Options(SteeredKernel kernel) => new() { Kernel = kernel };

    private void AssertRefused(SteeredKernel kernel, string words)
    {
        using var best = IoEngines.OpenBest(_device, NullLogger.Instance, Options(kernel));
        Assert.Equal(IoEngineNames.Threads, best.Name);
        Assert.Contains(words, Assert.Single(best.Refused), StringComparison.Ordinal);
        var error = Assert.Throws<DeviceException>(
            () => IoEngines.Open(IoEngineChoice.IoUring, _device, several: true, NullLogger.Instance, Options(kernel)));
        Assert.Equal(DeviceErrorKind.NotUsable, error.Kind);
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Contains("--io-engine threads", error.Message, StringComparison.Ordinal);
    }
}
