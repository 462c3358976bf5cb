using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>The one type of volumes.</summary>
internal sealed record VolumeTypeView
{
    /// <summary>Name of the one type.</summary>
    public const string DefaultName = "__DEFAULT__";

    /// <summary>Id of the one type; never change it.</summary>
    public static readonly Guid DefaultId = new("6ba1b8a4-1a4b-4c8e-9c43-3f2f0f6f0d01");

    /// <summary>Identity.</summary>
    public Guid Id { get; init; } = DefaultId;

    /// <summary>Name.</summary>
    public string Name { get; init; } = DefaultName;

    /// <summary>Description.</summary>
    public string Description { get; init; } = "Default Volume Type";

    /// <summary>Everybody may use it.</summary>
    public bool IsPublic { get; init; } = true;

    /// <summary>Everybody may use it.</summary>
    [JsonPropertyName("os-volume-type-access:is_public")]
    public bool AccessIsPublic { get; init; } = true;

    /// <summary>None.</summary>
    public string? QosSpecsId { get; init; }

    /// <summary>None.</summary>
    public IReadOnlyDictionary<string, string> ExtraSpecs { get; init; } = new Dictionary<string, string>();
}
