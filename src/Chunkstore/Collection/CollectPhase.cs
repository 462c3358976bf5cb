namespace BackupEngine.Chunkstore.Collection;

/// <summary>What a collection is doing.</summary>
public enum CollectPhase
{
    /// <summary>Finding what the backups need.</summary>
    Marking,

    /// <summary>Storing what is in use of partly dead packs once more.</summary>
    Copying,

    /// <summary>Waiting until every running backup knows which packs are to go.</summary>
    Waiting,

    /// <summary>Finding once more what the backups need.</summary>
    MarkingAgain,

    /// <summary>Deleting packs.</summary>
    Deleting,

    /// <summary>Making few index segments out of many.</summary>
    MergingIndex,
}
