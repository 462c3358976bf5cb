namespace BackupEngine.ControlPlane.Contracts;

/// <summary>Request (for step 12): what changed on the device of this backup since the base of its parent.</summary>
/// <remarks>Answers: <see cref="ChangedBlocks"/>, <see cref="VolumeRequestRefused"/>.</remarks>
public sealed record GetChangedBlocks
{
    /// <summary>The backup that is being made; its device has been asked for.</summary>
    public required Guid BackupId { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>The base token of the parent, exactly as its record has it.</summary>
    public required string ParentBaseToken { get; init; }
}
