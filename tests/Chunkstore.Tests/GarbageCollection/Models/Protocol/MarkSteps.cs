namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>The second mark: listings one entry at a time, then what is live, then what may be deleted.</summary>
internal sealed class MarkSteps(ProtocolScope scope)
{
    /// <summary>
    /// The first backup is looked at last: a root that moves from it to a new one while the listing goes on is missed.
    /// </summary>
    private const int FirstBackup = 7;

    /// <summary>What a first mark may take for dead.</summary>
    public int DeadAtFirstMark(in ProtocolState state)
    {
        if (!scope.MarksFirst)
        {
            return state.Files;
        }

        var isLive = state.Manifests != 0 || PinsAnything(state.Reader);
        for (var writer = 0; writer < scope.Writers; writer++)
        {
            isLive |= state.Writers[writer].IsRegistered && state.Writers[writer].Parent != 0;
        }

        var places = state.Files & state.Named;
        return isLive ? state.Files & ~(places & -places) : state.Files;
    }

    /// <summary>Begins, or skips the mark where the rule is taken out.</summary>
    public void Begin(ref CollectorState collector)
    {
        collector.Cursor = 0;
        collector.IsLive = false;
        if (!scope.Has(ProtocolRule.MarkAgain))
        {
            collector.Phase = CollectorPhase.Judging;
            return;
        }

        collector.Phase = scope.Has(ProtocolRule.SessionsAfterManifests)
            ? CollectorPhase.Manifests
            : CollectorPhase.SessionsBefore;
    }

    public void Add(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        switch (state.Collectors[number].Phase)
        {
            case CollectorPhase.Manifests:
                AddManifest(state, number, successors);
                break;
            case CollectorPhase.SessionsBefore or CollectorPhase.Sessions:
                AddSession(state, number, successors);
                break;
            case CollectorPhase.Acks:
                AddAck(state, number, successors);
                break;
            case CollectorPhase.Index:
                AddIndex(state, number, successors);
                break;
            case CollectorPhase.Files:
                AddFiles(state, number, successors);
                break;
        }
    }

    private void AddManifest(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        var backup = collector.Cursor < scope.Writers ? collector.Cursor : FirstBackup;
        collector.IsLive |= (state.Manifests & (1 << backup)) != 0;
        Advance(ref collector, scope.Writers + 1, CollectorPhase.Sessions);
        successors.Add(next, new Step("collector", number, "looks for manifest", 1 << backup));
    }

    private void AddSession(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        var session = collector.Cursor;
        var isReader = session == scope.Writers;
        var pins = isReader
            ? PinsAnything(state.Reader)
            : state.Writers[session].IsRegistered && state.Writers[session].Parent != 0;
        collector.IsLive |= pins && scope.Has(ProtocolRule.Pins);
        var after = (collector.Phase, scope.Has(ProtocolRule.SessionsAfterManifests)) switch
        {
            (CollectorPhase.SessionsBefore, _) => CollectorPhase.Manifests,
            (_, true) => CollectorPhase.Acks,
            _ => CollectorPhase.Index,
        };
        Advance(ref collector, scope.Writers + scope.Readers, after);
        successors.Add(next, new Step("collector", number, "looks at the pins of session", 1 << session));
    }

    /// <summary>
    /// Acknowledgements that stay hold the pins of sessions that have ended, and vetoes that nobody has read yet.
    /// </summary>
    private void AddAck(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        ref readonly var session = ref state.Writers[collector.Cursor];
        if (session.Acknowledged == collector.Generation)
        {
            collector.IsLive |= session.Parent != 0 && scope.Has(ProtocolRule.Pins);
            collector.Vetoes |= session.Vetoes;
        }

        var writer = collector.Cursor;
        Advance(ref collector, scope.Writers, CollectorPhase.Index);
        successors.Add(next, new Step("collector", number, "looks at the acknowledgement of writer", 1 << writer));
    }

    private static void AddIndex(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        collector.IndexSeen = state.Named;
        collector.Phase = CollectorPhase.Files;
        successors.Add(next, new Step("collector", number, "lists the index", state.Named));
    }

    private void AddFiles(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        var counted = scope.Has(ProtocolRule.MarkExistingPacks) ? state.Files : 0xFF;
        var places = collector.IndexSeen & counted;
        var rescued = (int)collector.Vetoes;
        if (collector.IsLive && (places & ~collector.Packs) == 0)
        {
            var found = places & collector.Packs;
            rescued |= found != 0 ? found & -found : collector.Packs;
        }

        collector = new CollectorState
        {
            Phase = CollectorPhase.Judging,
            Generation = collector.Generation,
            Packs = (byte)(collector.Packs & ~rescued),
            Copy = collector.Copy,
        };
        successors.Add(next, new Step("collector", number, "lists the packs, and condemns for good", collector.Packs));
    }

    private static bool PinsAnything(in ReaderState reader) =>
        reader.Phase is ReaderPhase.Registered or ReaderPhase.Reading;

    private static void Advance(ref CollectorState collector, int count, CollectorPhase after)
    {
        collector.Cursor++;
        if (collector.Cursor == count)
        {
            collector.Cursor = 0;
            collector.Phase = after;
        }
    }
}
