namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>
/// How a collector waits: it looks at the newest generation, then at the sessions, then at what they said, and so on
/// until nobody is silent. Between two looks another collector may have finished the generation, and opened the next.
/// </summary>
internal sealed class WaitSteps(ProtocolScope scope)
{
    private readonly MarkSteps _marks = new(scope);

    /// <summary>Goes on with an open generation from where it is.</summary>
    public static void Adopt(in ProtocolState state, ref CollectorState collector)
    {
        collector.Generation = state.Generation;
        collector.Packs = state.HasVerdict ? state.Deleting : state.Condemned;
        collector.Phase = state.HasVerdict ? CollectorPhase.Unindexing : CollectorPhase.Published;
    }

    public void Add(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        ref readonly var collector = ref state.Collectors[number];
        var isOvertaken = state.Generation != collector.Generation || state.HasVerdict;
        switch (collector.Phase)
        {
            case CollectorPhase.Published or CollectorPhase.Waiting when isOvertaken:
                AddOvertaken(state, number, successors);
                break;
            case CollectorPhase.Published:
                var next = state;
                next.Collectors[number].Phase = CollectorPhase.Looked;
                successors.Add(next, new Step("collector", number, "looks at generation", state.Generation));
                break;
            case CollectorPhase.Looked:
                AddSessionListing(state, number, successors);
                break;
        }

        if (collector.Phase == CollectorPhase.Waiting)
        {
            // What it saw of the generation may be old by now.
            AddWaiting(state, number, successors);
        }
    }

    /// <summary>Somebody has judged the generation meanwhile, or it is not the newest any more.</summary>
    private void AddOvertaken(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        var isAnother = state.Generation != collector.Generation;
        var wasWaiting = collector.Phase == CollectorPhase.Waiting;
        collector = new CollectorState { Copy = collector.Copy };
        if (state.IsOpen)
        {
            Adopt(state, ref collector);
        }

        if (collector.Phase == CollectorPhase.Published && isAnother && wasWaiting
            && !scope.Has(ProtocolRule.JudgeWhatWasWaitedFor))
        {
            _marks.Begin(ref collector);
        }

        successors.Add(next, new Step("collector", number, "is overtaken, and sees generation", state.Generation));
    }

    private void AddSessionListing(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        for (var writer = 0; writer < scope.Writers; writer++)
        {
            if (state.Writers[writer].IsRegistered && scope.Has(ProtocolRule.WaitForAcks))
            {
                collector.Waiting |= (byte)(1 << writer);
            }
        }

        collector.Phase = CollectorPhase.Waiting;
        successors.Add(next, new Step("collector", number, "lists the sessions", collector.Waiting));
    }

    private void AddWaiting(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        ref readonly var waits = ref state.Collectors[number];
        if (waits.Waiting == 0)
        {
            var next = state;
            _marks.Begin(ref next.Collectors[number]);
            successors.Add(next, new Step("collector", number, "has waited enough"));
            return;
        }

        for (var writer = 0; writer < scope.Writers; writer++)
        {
            if ((waits.Waiting & (1 << writer)) != 0)
            {
                AddWaitingFor(state, number, writer, successors);
            }
        }
    }

    private void AddWaitingFor(
        in ProtocolState state, int number, int writer, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        ref readonly var session = ref state.Writers[writer];
        var hasAcknowledged = session.Acknowledged >= collector.Generation;
        if (hasAcknowledged || !session.IsRegistered)
        {
            collector.Waiting &= (byte)~(1 << writer);
            collector.Vetoes |= hasAcknowledged ? session.Vetoes : (byte)0;
            successors.Add(next, new Step("collector", number, "sees acknowledged or ended writer", 1 << writer));
            return;
        }

        AddFencing(state, "collector", number, writer, successors);
    }

    /// <summary>Somebody ends a session: its ticket goes first.</summary>
    public void AddFencing(
        in ProtocolState state, string actor, int number, int writer, Successors<ProtocolState> successors)
    {
        var next = state;
        if (state.Writers[writer].HasTicket && scope.Has(ProtocolRule.TicketBeforeRecord))
        {
            next.Writers[writer].HasTicket = false;
            successors.Add(next, new Step(actor, number, "unlinks the ticket of writer", 1 << writer));
            return;
        }

        next.Writers[writer].IsRegistered = false;
        successors.Add(next, new Step(actor, number, "removes the record of writer", 1 << writer));
    }
}
