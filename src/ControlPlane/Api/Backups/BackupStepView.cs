using System.Text.Json;
using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>A line of the step log of a backup.</summary>
internal sealed record BackupStepView
{
    /// <summary><c>create</c>, <c>restore</c> or <c>delete</c>.</summary>
    public required string Workflow { get; init; }

    /// <summary>Number of the step in its workflow.</summary>
    public required int Number { get; init; }

    /// <summary>Name of the step.</summary>
    public required string Name { get; init; }

    /// <summary>Grows when another service takes the work over; 0: the API.</summary>
    public required long Attempt { get; init; }

    /// <summary><c>started</c>, <c>done</c>, <c>failed</c>, <c>undone</c> or <c>undo-failed</c>.</summary>
    public required string Outcome { get; init; }

    /// <summary>What was counted and decided; paths, hosts and ids of the inside are for administrators.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Facts { get; init; }

    /// <summary>What went wrong.</summary>
    public required string? Error { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime At { get; init; }

    /// <summary>For administrators: the host that wrote the line.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }
}
