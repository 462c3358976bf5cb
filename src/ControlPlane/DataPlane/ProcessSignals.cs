using System.Runtime.InteropServices;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>Signals to a process of ours.</summary>
internal static partial class ProcessSignals
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to end (<c>SIGTERM</c>, signal(7)). One that is gone already is no error.</summary>
    public static void Terminate(int processId) => _ = Kill(processId, SigTerm);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int processId, int signal);
}
