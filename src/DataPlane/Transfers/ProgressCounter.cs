namespace BackupEngine.DataPlane.Transfers;

/// <summary>Adds up what all lanes have done and tells the listener.</summary>
internal sealed class ProgressCounter(IProgress<TransferProgress>? listener, long totalBytes)
{
    private long _doneBytes;

    /// <summary>Adds to what is done.</summary>
    public void Add(long bytes)
    {
        var done = Interlocked.Add(ref _doneBytes, bytes);
        listener?.Report(new TransferProgress(done, totalBytes));
    }
}
