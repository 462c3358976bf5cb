using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Answers;

/// <summary>A field that is always <c>null</c> here and is shown from some version on; left out before.</summary>
/// <param name="IsShown">Whether it is shown.</param>
[JsonConverter(typeof(ShownNullConverter))]
internal readonly record struct ShownNull(bool IsShown);
