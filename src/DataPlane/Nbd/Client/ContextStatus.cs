using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>What a BLOCK_STATUS answers in one metadata context.</summary>
/// <param name="Context">Name of the context; its number may change with the connection.</param>
/// <param name="Extents">Extents, one after another from the offset of the request; at least one.</param>
internal sealed record ContextStatus(string Context, StatusExtent[] Extents);
