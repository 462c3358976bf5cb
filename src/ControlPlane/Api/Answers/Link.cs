using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>A reference in an answer.</summary>
internal sealed record Link
{
    /// <summary>What it is to the object.</summary>
    public required string Rel { get; init; }

    /// <summary>The address.</summary>
    public required string Href { get; init; }

    /// <summary>What is found there; left out for this API's own objects.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }
}
