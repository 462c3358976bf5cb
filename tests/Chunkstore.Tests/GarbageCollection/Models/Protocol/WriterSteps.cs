namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>What a writer may do next.</summary>
internal sealed class WriterSteps(ProtocolScope scope)
{
    private readonly LaneSteps _lanes = new(scope);
    private readonly PollSteps _polls = new(scope);
    private readonly TakeBackSteps _takeBacks = new(scope);

    public void Add(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        switch (state.Writers[number].Phase)
        {
            case WriterPhase.Idle:
                AddBeginnings(state, number, successors);
                break;
            case WriterPhase.Begun or WriterPhase.WithoutTicket:
                AddRegistration(state, number, successors);
                break;
            case WriterPhase.Registered:
                AddCheck(state, number, successors);
                break;
            case WriterPhase.Checked or WriterPhase.StateRead or WriterPhase.IndexRead:
                AddOpening(state, number, successors);
                break;
            case WriterPhase.Active:
                _lanes.Add(state, number, successors);
                _polls.Add(state, number, successors);
                _takeBacks.Add(state, number, successors);
                AddCommit(state, number, successors);
                break;
            case WriterPhase.TakingBack or WriterPhase.TakenBack:
                _takeBacks.Add(state, number, successors);
                break;
            case WriterPhase.Committing:
                Publish(state, number, successors, "publishes without a ticket");
                break;
            case WriterPhase.Committed:
                AddEnd(state, number, successors);
                break;
        }
    }

    private void AddBeginnings(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        writer.Phase = WriterPhase.Begun;
        writer.HasTicket = scope.Has(ProtocolRule.TicketBeforeRegistering);
        successors.Add(next, new Step("writer", number, "begins a full backup"));
        for (var backup = 0; backup < 8; backup++)
        {
            if ((state.Manifests & (1 << backup)) != 0)
            {
                writer.Parent = (byte)(backup + 1);
                successors.Add(next, new Step("writer", number, "begins on top of", 1 << backup));
            }
        }
    }

    private void AddRegistration(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        if (writer.Phase == WriterPhase.WithoutTicket)
        {
            writer.HasTicket = true;
            writer.Phase = WriterPhase.Registered;
            successors.Add(next, new Step("writer", number, "makes its ticket"));
            return;
        }

        writer.IsRegistered = scope.Has(ProtocolRule.RegisterBeforeReading);
        writer.Phase = writer.HasTicket ? WriterPhase.Registered : WriterPhase.WithoutTicket;
        successors.Add(next, new Step("writer", number, writer.IsRegistered ? "registers" : "does not register yet"));
    }

    private void AddCheck(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        var isThere = writer.Parent == 0 || (state.Manifests & (1 << (writer.Parent - 1))) != 0;
        if (isThere || !scope.Has(ProtocolRule.CheckPinnedBackup))
        {
            writer.Phase = WriterPhase.Checked;
            successors.Add(next, new Step("writer", number, "checks its parent"));
        }
        else
        {
            End(ref writer);
            successors.Add(next, new Step("writer", number, "misses its parent"));
        }
    }

    private void AddOpening(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        if (writer.Phase == WriterPhase.IndexRead && !scope.Has(ProtocolRule.RegisterBeforeReading))
        {
            writer.IsRegistered = true;
            writer.Phase = WriterPhase.Active;
            successors.Add(next, new Step("writer", number, "registers late"));
            return;
        }

        var stateFirst = scope.Has(ProtocolRule.StateBeforeIndex);
        if (writer.Phase == WriterPhase.Checked == stateFirst)
        {
            ReadState(state, ref writer);
            successors.Add(Opened(next, number), new Step("writer", number, "reads the generation", state.Generation));
        }
        else
        {
            writer.View = state.Named;
            successors.Add(Opened(next, number), new Step("writer", number, "lists the index", state.Named));
        }
    }

    private ProtocolState Opened(ProtocolState next, int number)
    {
        ref var writer = ref next.Writers[number];
        if (writer.Phase == WriterPhase.Checked)
        {
            writer.Phase = WriterPhase.StateRead;
        }
        else
        {
            var mayWork = scope.Has(ProtocolRule.RegisterBeforeReading);
            writer.Phase = mayWork ? WriterPhase.Active : WriterPhase.IndexRead;
        }

        writer.Forget();

        return next;
    }

    private void ReadState(in ProtocolState state, ref WriterState writer)
    {
        writer.PolledGeneration = state.Generation;
        if (state.IsOpen)
        {
            writer.Excluded = scope.Has(ProtocolRule.ExcludeCondemned) ? state.Condemned : (byte)0;
            writer.PolledPacks = state.Condemned;
            writer.Poll = PollPhase.Excluded;
        }
    }

    private void AddCommit(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        ref readonly var writer = ref state.Writers[number];
        var acknowledged = writer.Poll == PollPhase.None || !scope.Has(ProtocolRule.AckBeforeCommit);
        if (writer.Source == ChunkSource.None || writer.Hit != 0 || !acknowledged)
        {
            return;
        }

        if (scope.Has(ProtocolRule.Ticket))
        {
            Publish(state, number, successors, "renames its ticket");
            return;
        }

        // Without the rule: the session's record is looked for, and the manifest published afterwards.
        var next = state;
        next.Writers[number].Phase = WriterPhase.Committing;
        if (!writer.IsRegistered)
        {
            End(ref next.Writers[number]);
        }

        successors.Add(next, new Step("writer", number, "looks for its record"));
    }

    private void Publish(in ProtocolState state, int number, Successors<ProtocolState> successors, string action)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        if (writer.HasTicket || !scope.Has(ProtocolRule.Ticket))
        {
            writer.HasTicket = false;
            writer.Phase = WriterPhase.Committed;
            next.Manifests |= (byte)(1 << number);
            successors.Add(next, new Step("writer", number, action));
        }
        else
        {
            End(ref writer);
            successors.Add(next, new Step("writer", number, "finds its ticket gone"));
        }
    }

    private void AddEnd(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        End(ref next.Writers[number]);
        successors.Add(next, new Step("writer", number, "removes its session"));
    }

    /// <summary>What a session that has ended may no longer do is forgotten, so that equal states are equal.</summary>
    private void End(ref WriterState writer) => writer = new WriterState
    {
        Phase = WriterPhase.Ended,
        Parent = scope.Has(ProtocolRule.AcksStay) && writer.Acknowledged > 0 ? writer.Parent : (byte)0,
        Acknowledged = scope.Has(ProtocolRule.AcksStay) ? writer.Acknowledged : (byte)0,
        Vetoes = scope.Has(ProtocolRule.AcksStay) ? writer.Vetoes : (byte)0,
    };
}
