using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Discovery;

/// <summary>A version of the API, as discovery describes it.</summary>
internal sealed record VersionView
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>Whether it is the one to use.</summary>
    public required string Status { get; init; }

    /// <summary>The newest microversion.</summary>
    public required string Version { get; init; }

    /// <summary>The oldest microversion.</summary>
    public required string MinVersion { get; init; }

    /// <summary>When it last changed.</summary>
    public required string Updated { get; init; }

    /// <summary>Where it is.</summary>
    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>What it speaks.</summary>
    [JsonPropertyName("media-types")]
    public required IReadOnlyList<MediaTypeView> MediaTypes { get; init; }
}
