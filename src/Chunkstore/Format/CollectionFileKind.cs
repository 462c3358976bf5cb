namespace BackupEngine.Chunkstore.Format;

/// <summary>What a file of garbage collection says. The numbers are part of the format.</summary>
internal enum CollectionFileKind : ushort
{
    /// <summary>The packs that are condemned.</summary>
    Generation = 1,

    /// <summary>Those of them that are deleted; the others are rescued.</summary>
    Verdict = 2,

    /// <summary>All of that has happened.</summary>
    Done = 3,

    /// <summary>A session knows of the generation: the packs that it relies on, and the roots that it pins.</summary>
    Acknowledgement = 4,
}
