using System.Runtime.CompilerServices;
using BackupEngine.DataPlane.Devices.Linux.Uring;

namespace BackupEngine.DataPlane.Tests.Devices.Engines.Uring;

/// <summary>Sizes and places of linux/io_uring.h; they are the same on every host of 64 bits.</summary>
public sealed class KernelLayoutTests
{
    [Fact]
    public void The_structs_have_the_sizes_of_the_kernels()
    {
        Assert.Equal(120, Unsafe.SizeOf<UringParameters>());
        Assert.Equal(40, Unsafe.SizeOf<SubmissionOffsets>());
        Assert.Equal(40, Unsafe.SizeOf<CompletionOffsets>());
        Assert.Equal(64, Unsafe.SizeOf<SubmissionEntry>());
        Assert.Equal(16, Unsafe.SizeOf<CompletionEntry>());
        Assert.Equal(32, Unsafe.SizeOf<ResourceTable>());
        Assert.Equal(32, Unsafe.SizeOf<ResourceUpdate>());
        Assert.Equal(16, Unsafe.SizeOf<BufferVector>());
    }

    [Fact]
    public void The_fields_of_a_request_are_where_the_kernel_looks_for_them()
    {
        var entry = new SubmissionEntry
        {
            Operation = UringOperation.WriteFixed,
            Fd = 0x01020304,
            OffsetBytes = 0x1112131415161718,
            Address = 0x2122232425262728,
            LengthBytes = 0x31323334,
            OperationFlags = 0x41424344,
            UserData = 0x5152535455565758,
            BufferIndex = 0x6162,
        };
        var bytes = new byte[SubmissionEntry.SizeBytes];
        Unsafe.WriteUnaligned(ref bytes[0], entry);
        Assert.Equal(
            "05000000" + "04030201" + "1817161514131211" + "2827262524232221" + "34333231" + "44434241"
            + "5857565554535251" + "6261" + new string('0', 44),
            Convert.ToHexString(bytes));
    }
}
