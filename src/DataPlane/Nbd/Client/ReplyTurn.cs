namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>What a thread that waits for a reply has to do.</summary>
internal enum ReplyTurn
{
    /// <summary>Its reply is there.</summary>
    Take,

    /// <summary>Nobody receives: it must, for everybody, until its own reply is there.</summary>
    Receive,

    /// <summary>Another thread receives: it is woken for its reply, or to receive in its turn.</summary>
    Sleep,
}
