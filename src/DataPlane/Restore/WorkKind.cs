namespace BackupEngine.DataPlane.Restore;

/// <summary>What a worker of a restore does next.</summary>
internal enum WorkKind
{
    /// <summary>Read chunks that are neighbours in a pack, and write each where it belongs.</summary>
    Piece,

    /// <summary>Make an extent zero.</summary>
    Zero,

    /// <summary>Read an extent of the target, and make zero what of it is not.</summary>
    CompareZero,

    /// <summary>Read an extent of the target, and note which of its chunks are right already.</summary>
    Compare,
}
