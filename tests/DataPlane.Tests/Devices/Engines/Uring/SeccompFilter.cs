using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Tests.Devices.Engines.Uring;

/// <summary>
/// Forbids a system call as container runtimes do (seccomp(2), linux/filter.h, linux/seccomp.h). Holds for the calling
/// thread until it ends, and for threads that it starts: only for threads made for it.
/// </summary>
internal static unsafe partial class SeccompFilter
{
    private const int SetNoNewPrivileges = 38;
    private const int SetSeccomp = 22;
    private const int ModeFilter = 2;
    private const uint Allow = 0x7fff0000;
    private const uint Error = 0x00050000;

    public static void ForbidOnThisThread(uint syscall, int errno)
    {
        // BPF_LD | BPF_W | BPF_ABS of the call's number; BPF_JMP | BPF_JEQ | BPF_K; BPF_RET | BPF_K.
        var instructions = stackalloc Instruction[]
        {
            new() { Code = 0x20, Value = 0 },
            new() { Code = 0x15, IfTrue = 0, IfFalse = 1, Value = syscall },
            new() { Code = 0x06, Value = Error | (uint)errno },
            new() { Code = 0x06, Value = Allow },
        };
        var program = new FilterProgram { Count = 4, Instructions = instructions };
        Assert.Equal(0, prctl(SetNoNewPrivileges, 1, 0, 0, 0));
        Assert.Equal(0, prctl(SetSeccomp, ModeFilter, (nint)(&program), 0, 0));
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int prctl(int option, nint a, nint b, nint c, nint d);

    private struct Instruction
    {
        public ushort Code;
        public byte IfTrue;
        public byte IfFalse;
        public uint Value;
    }

    private struct FilterProgram
    {
        public ushort Count;
        public Instruction* Instructions;
    }
}
