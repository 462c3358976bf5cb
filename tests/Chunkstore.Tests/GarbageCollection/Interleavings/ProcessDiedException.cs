using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>What threads of a process that has died get, so that they end without an effect.</summary>
internal sealed class ProcessDiedException() : IOException("The process has died.", Errno.InputOutput);
