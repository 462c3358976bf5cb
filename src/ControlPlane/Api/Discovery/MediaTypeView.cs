namespace BackupEngine.ControlPlane.Api.Discovery;

/// <summary>A type of body that a version speaks.</summary>
/// <param name="Base">The general type.</param>
/// <param name="Type">The type of this version.</param>
internal sealed record MediaTypeView(string Base, string Type);
