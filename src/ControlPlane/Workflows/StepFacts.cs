using System.Globalization;
using System.Text.Json;
using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>What a step log line keeps for a take-over and for the reader: names and values in words.</summary>
public sealed class StepFacts : Dictionary<string, string>
{
    /// <summary>No facts.</summary>
    public StepFacts()
        : base(StringComparer.Ordinal)
    {
    }

    /// <summary>The facts of a line.</summary>
    public static StepFacts Parse(string json) => JsonSerializer.Deserialize<StepFacts>(json) ?? [];

    /// <summary>As the line keeps them.</summary>
    public string ToJson() => JsonSerializer.Serialize(this);

    /// <summary>The id under a name; null when there is none.</summary>
    public Guid? FindId(string name) =>
        TryGetValue(name, out var text) ? Guid.Parse(text, CultureInfo.InvariantCulture) : null;

    /// <summary>Adds a device.</summary>
    public StepFacts With(DeviceReference device)
    {
        this["device_kind"] = device.Kind.ToString();
        this["device_id"] = device.Id.ToString();
        this["volume_id"] = device.VolumeId.ToString();
        return this;
    }

    /// <summary>Adds one fact.</summary>
    public StepFacts With(string name, string value)
    {
        this[name] = value;
        return this;
    }

    /// <summary>The device that <see cref="With(DeviceReference)"/> has added.</summary>
    public DeviceReference Device() => new()
    {
        Kind = Enum.Parse<DeviceKind>(this["device_kind"]),
        Id = FindId("device_id")!.Value,
        VolumeId = FindId("volume_id")!.Value,
    };
}
