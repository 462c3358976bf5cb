using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct io_uring_params (linux/io_uring.h): 120 bytes, in and out of io_uring_setup(2).</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct UringParameters
{
    public const int SizeBytes = 120;

    // IORING_SETUP_*
    public const uint CoopTaskRun = 1u << 8;
    public const uint SingleIssuer = 1u << 12;
    public const uint DeferTaskRun = 1u << 13;

    // IORING_FEAT_*
    public const uint SingleMap = 1u << 0;
    public const uint NoDrop = 1u << 1;

    [FieldOffset(0)]
    public uint SubmissionEntries;

    [FieldOffset(4)]
    public uint CompletionEntries;

    [FieldOffset(8)]
    public uint Flags;

    [FieldOffset(20)]
    public uint Features;

    [FieldOffset(40)]
    public SubmissionOffsets Submission;

    [FieldOffset(80)]
    public CompletionOffsets Completion;
}
