namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>A part of the API that clients look for by its alias.</summary>
/// <param name="Alias">Its alias.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
internal sealed record ExtensionView(string Alias, string Name, string Description)
{
    /// <summary>When it came.</summary>
    public string Updated { get; init; } = "2012-12-12T00:00:00+00:00";

    /// <summary>None.</summary>
    public IReadOnlyList<string> Links { get; init; } = [];
}
