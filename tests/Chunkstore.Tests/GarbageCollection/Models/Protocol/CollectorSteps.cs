namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>What a collector may do next.</summary>
internal sealed class CollectorSteps(ProtocolScope scope)
{
    private readonly MarkSteps _marks = new(scope);
    private readonly WaitSteps _waits = new(scope);

    public void Add(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        switch (state.Collectors[number].Phase)
        {
            case CollectorPhase.Idle:
                AddBeginning(state, number, successors);
                AddCopy(state, number, successors);
                break;
            case CollectorPhase.Marked:
                AddGeneration(state, number, successors);
                break;
            case CollectorPhase.Published or CollectorPhase.Looked or CollectorPhase.Waiting:
                _waits.Add(state, number, successors);
                break;
            case CollectorPhase.Judging:
                AddVerdict(state, number, successors);
                break;
            case CollectorPhase.Unindexing or CollectorPhase.Deleting or CollectorPhase.Finishing:
                AddDeletion(state, number, successors);
                break;
            default:
                _marks.Add(state, number, successors);
                break;
        }
    }

    private void AddBeginning(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        collector.Generation = state.Generation;
        if (state.IsOpen)
        {
            WaitSteps.Adopt(state, ref collector);
            successors.Add(next, new Step("collector", number, "adopts generation", state.Generation));
        }

        var mayPublish = !state.IsOpen || !scope.Has(ProtocolRule.OneOpenGeneration);
        if (!mayPublish || state.Generation >= scope.Generations)
        {
            return;
        }

        collector.Phase = CollectorPhase.Marked;
        var dead = _marks.DeadAtFirstMark(state);
        for (var packs = dead; packs > 0; packs = (packs - 1) & dead)
        {
            collector.Packs = (byte)packs;
            successors.Add(next, new Step("collector", number, "marks, and finds dead", packs));
        }
    }

    /// <summary>A copy is made whenever the chunk can be read, and named in the index afterwards.</summary>
    private void AddCopy(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        var pack = (byte)(2 << (scope.Writers + number));
        if (scope.Copies && collector.Copy == OwnPack.None && (state.Files & state.Named) != 0)
        {
            collector.Copy = OwnPack.Published;
            next.Files |= pack;
            successors.Add(next, new Step("collector", number, "copies the chunk to pack", pack));
        }
        else if (collector.Copy == OwnPack.Published)
        {
            collector.Copy = OwnPack.Indexed;
            next.Named |= pack;
            successors.Add(next, new Step("collector", number, "names its copy in the index", pack));
        }
    }

    private static void AddGeneration(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        if (state.Generation != collector.Generation)
        {
            collector = new CollectorState { Copy = collector.Copy };
            successors.Add(next, new Step("collector", number, "finds the generation's name taken"));
            return;
        }

        next.Generation++;
        next.Condemned = collector.Packs;
        next.Deleting = 0;
        next.HasVerdict = false;
        next.IsDone = false;
        collector.Generation = next.Generation;
        collector.Phase = CollectorPhase.Published;
        successors.Add(next, new Step("collector", number, "publishes a generation of", collector.Packs));
    }

    private void AddVerdict(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        var isTaken = state.Generation != collector.Generation || state.HasVerdict;
        var isFreeAgain = state.IsDone && !scope.Has(ProtocolRule.VerdictNameStays);
        if (isTaken && !isFreeAgain && scope.Has(ProtocolRule.OneVerdict))
        {
            collector = new CollectorState { Copy = collector.Copy };
            successors.Add(next, new Step("collector", number, "finds the verdict's name taken"));
            return;
        }

        if (state.Generation == collector.Generation)
        {
            next.Deleting = collector.Packs;
            next.HasVerdict = true;
        }

        collector.Phase = CollectorPhase.Unindexing;
        successors.Add(next, new Step("collector", number, "publishes its verdict: deleting", collector.Packs));
    }

    private void AddDeletion(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var collector = ref next.Collectors[number];
        switch (collector.Phase)
        {
            case CollectorPhase.Unindexing:
                next.Named &= (byte)~collector.Packs;
                collector.Phase = scope.Has(ProtocolRule.DoneLast) ? CollectorPhase.Deleting : CollectorPhase.Finishing;
                successors.Add(next, new Step("collector", number, "replaces the segments of", collector.Packs));
                break;
            case CollectorPhase.Deleting when collector.Packs != 0:
                var pack = collector.Packs & -collector.Packs;
                next.Files &= (byte)~pack;
                collector.Packs &= (byte)~pack;
                successors.Add(next, new Step("collector", number, "deletes pack", pack));
                break;
            case CollectorPhase.Deleting:
                Finish(ref next, number, CollectorPhase.Idle);
                successors.Add(next, new Step("collector", number, "is done"));
                break;
            case CollectorPhase.Finishing:
                Finish(ref next, number, CollectorPhase.Deleting);
                successors.Add(next, new Step("collector", number, "says that it is done"));
                break;
        }
    }

    private static void Finish(ref ProtocolState next, int number, CollectorPhase phase)
    {
        ref var collector = ref next.Collectors[number];
        next.IsDone |= next.Generation == collector.Generation;
        collector = new CollectorState
        {
            Phase = phase,
            Copy = collector.Copy,
            Packs = collector.Packs,
            Generation = collector.Generation,
        };
        if (phase == CollectorPhase.Idle)
        {
            collector.Generation = 0;
        }
    }
}
