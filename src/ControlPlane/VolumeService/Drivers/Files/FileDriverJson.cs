using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files;

/// <summary>What the driver writes as JSON.</summary>
[JsonSerializable(typeof(BaseToken))]
[JsonSerializable(typeof(ExportRecord))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
internal sealed partial class FileDriverJson : JsonSerializerContext;
