using System.Globalization;
using System.Text.RegularExpressions;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// What a workflow calls a job or an attachment in the data plane. By it everybody knows for which claim on which
/// backup it is there: a former owner ends what is its own and nothing of a later one, and what a process that died has
/// left is found again.
/// </summary>
/// <param name="Kind">What it is: one of the constants.</param>
/// <param name="BackupId">The record.</param>
/// <param name="Claim">Number of the claim.</param>
/// <param name="Id">Makes it one of its own.</param>
internal sealed partial record ClaimedName(string Kind, Guid BackupId, long Claim, Guid Id)
{
    /// <summary>A device that is read or written.</summary>
    public const string Attachment = "attachment";

    /// <summary>A job that reads a device.</summary>
    public const string Backup = "backup";

    /// <summary>A job that writes a device.</summary>
    public const string Restore = "restore";

    /// <summary>A job that removes what is stored.</summary>
    public const string Delete = "delete";

    /// <summary>A job that verifies what is stored; its claim is one on the record of the verification.</summary>
    public const string Verify = "verify";

    /// <summary>Takes a name apart; null: it is none of a workflow's.</summary>
    public static ClaimedName? Parse(string name)
    {
        var match = Form().Match(name);
        return match.Success && long.TryParse(
            match.Groups["claim"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var claim)
            ? new ClaimedName(
                match.Groups["kind"].Value,
                Guid.Parse(match.Groups["backup"].ValueSpan, CultureInfo.InvariantCulture),
                claim,
                Guid.Parse(match.Groups["id"].ValueSpan, CultureInfo.InvariantCulture))
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Kind}-{BackupId}-claim-{Claim}-{Id:N}");

    [GeneratedRegex(
        "^(?<kind>attachment|backup|restore|delete|verify)-(?<backup>[0-9a-f-]{36})"
        + "-claim-(?<claim>[0-9]+)-(?<id>[0-9a-f]{32})$",
        RegexOptions.CultureInvariant,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Form();
}
