using BackupEngine.Chunkstore.Verification;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.CommandLine.Verification;

/// <summary>Shows the progress of a verification as that of a transfer.</summary>
internal sealed class VerifyProgressAdapter(IProgress<TransferProgress> display) : IProgress<VerifyProgress>
{
    /// <inheritdoc/>
    public void Report(VerifyProgress value) => display.Report(new TransferProgress(value.DoneBytes, value.TotalBytes));
}
