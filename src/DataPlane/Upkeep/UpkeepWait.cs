namespace BackupEngine.DataPlane.Upkeep;

/// <summary>Who is told that work waits for memory.</summary>
/// <param name="Begins">Called when it begins to wait; not where it need not.</param>
/// <param name="Ends">Called when it has what it waited for.</param>
internal sealed record UpkeepWait(Action Begins, Action Ends)
{
    /// <summary>Nobody.</summary>
    public static UpkeepWait Untold { get; } = new(static () => { }, static () => { });
}
