namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;

/// <summary>What the file system under the driver's directory can do, found out by trying.</summary>
/// <param name="FileSystem">Its name, for the log.</param>
/// <param name="Reflinks">
/// Whether clones share their blocks and are made at once; otherwise contents are copied.
/// </param>
/// <param name="TellsChangedBlocks">Whether the extent maps of two clones tell what changed between them.</param>
/// <param name="Reason">Why something of that is not so; empty when all is.</param>
internal sealed record CloneSupport(string FileSystem, bool Reflinks, bool TellsChangedBlocks, string Reason);
