namespace BackupEngine.Integration.Support.Network;

/// <summary>A host of a <see cref="TestNetwork"/>.</summary>
/// <param name="Name">Its name in that network.</param>
/// <param name="Address">Its IPv4 address.</param>
/// <param name="Namespace">Where its processes run.</param>
internal sealed record NetworkHost(string Name, string Address, NetworkNamespace Namespace);
