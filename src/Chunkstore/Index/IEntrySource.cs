namespace BackupEngine.Chunkstore.Index;

/// <summary>Sorted entries that can be read from the beginning as often as needed.</summary>
internal interface IEntrySource
{
    /// <summary>Entries, or where that is not known before they were read, at most so many.</summary>
    long CountAtMost { get; }

    /// <summary>Begins at the first entry.</summary>
    IEntryReader Open();
}
