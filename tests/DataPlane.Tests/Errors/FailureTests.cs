using BackupEngine.Chunkstore.Errors;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Tests.Errors;

public sealed class FailureTests
{
    private const int NoSpaceErrno = 28;

    public static TheoryData<Exception, ExitCode> Classes => new()
    {
        { new UsageException("x"), ExitCode.Usage },
        { new DeviceException(DeviceErrorKind.NotFound, "x"), ExitCode.Device },
        { DeviceException.Io("d", "writing", 0, 5), ExitCode.Device },
        { DeviceException.Io("d", "writing", 0, NoSpaceErrno), ExitCode.NoSpace },
        { new RepositoryException("x"), ExitCode.Repository },
        { new RepositoryFormatException("x"), ExitCode.Repository },
        { new CorruptDataException("x"), ExitCode.CorruptData },
        { new RepositoryFullException("x"), ExitCode.NoSpace },
        { new RepositoryKeyException("x"), ExitCode.Key },
        { new BackupNotFoundException("x"), ExitCode.Backup },
        { new BackupExistsException("x"), ExitCode.Backup },
        { new OperationCanceledException(), ExitCode.Cancelled },
        { new TaskCanceledException(), ExitCode.Cancelled },
        { new TargetIncompleteException("x", new CorruptDataException("y")), ExitCode.CorruptData },
        { new IOException("x"), ExitCode.Repository },
        { new InvalidOperationException("x"), ExitCode.Unexpected },
    };

    [Theory]
    [MemberData(nameof(Classes))]
    public void Every_error_has_its_class(Exception exception, ExitCode expected) =>
        Assert.Equal(expected, Failure.Of(exception).Code);

    [Fact]
    public void A_message_is_one_line() =>
        Assert.Equal("one two", Failure.Of(new UsageException("one\r\ntwo\n")).Message);
}
