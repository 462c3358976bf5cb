namespace BackupEngine.Chunkstore.Retention;

/// <summary>Why a backup is kept.</summary>
public enum RetentionRule
{
    /// <summary>It is one of the newest.</summary>
    Last,

    /// <summary>It is the newest of its hour.</summary>
    Hourly,

    /// <summary>It is the newest of its day.</summary>
    Daily,

    /// <summary>It is the newest of its week, which begins on Monday (ISO 8601).</summary>
    Weekly,

    /// <summary>It is the newest of its month.</summary>
    Monthly,

    /// <summary>It is the newest of its year.</summary>
    Yearly,

    /// <summary>It is not much older than the newest one.</summary>
    Within,

    /// <summary>It is protected; no rule looks at it.</summary>
    Protected,
}
