namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.OneCollector;

/// <summary>The rules of the protocol in its smallest form; each can be taken out.</summary>
[Flags]
internal enum FlagRule
{
    None = 0,

    /// <summary>The collector waits for acknowledgements.</summary>
    Wait = 1,

    /// <summary>A fenced session cannot commit.</summary>
    Fence = 2,

    /// <summary>A session that acknowledges looks through its own references.</summary>
    Recheck = 4,

    /// <summary>The collector marks again before it deletes.</summary>
    Remark = 8,

    /// <summary>A session is registered before it reads its view.</summary>
    RegisterFirst = 16,

    All = 31,
}
