namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>
/// Yes and no in queries, in all the forms that OpenStack takes (oslo.utils, <c>bool_from_string</c>).
/// </summary>
internal static class QueryTruth
{
    /// <summary>Reads a truth; false where the text is none.</summary>
    public static bool TryRead(string text, out bool truth)
    {
        truth = text.Trim().ToLowerInvariant() is "1" or "t" or "true" or "on" or "y" or "yes";
        return truth || text.Trim().ToLowerInvariant() is "0" or "f" or "false" or "off" or "n" or "no";
    }
}
