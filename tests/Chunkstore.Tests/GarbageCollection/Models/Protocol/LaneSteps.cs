namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>How a writer comes by its chunk: from the parent, by a hit in the index, or by storing it.</summary>
internal sealed class LaneSteps(ProtocolScope scope)
{
    public void Add(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        ref readonly var writer = ref state.Writers[number];
        AddOwnPack(state, number, successors);
        if (writer.Source != ChunkSource.None)
        {
            return;
        }

        if (writer.Parent != 0)
        {
            var next = state;
            next.Writers[number].Source = ChunkSource.Parent;
            next.Writers[number].Forget();
            successors.Add(next, new Step("writer", number, "inherits the chunk"));
        }
        else if (writer.Hit == 0)
        {
            AddLookups(state, number, successors);
        }
        else
        {
            AddHit(state, number, successors);
        }
    }

    private void AddLookups(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        ref readonly var writer = ref state.Writers[number];
        var found = writer.View & ~writer.Excluded & ~writer.Missing;
        for (var pack = 0; pack < 8; pack++)
        {
            if ((found & (1 << pack)) != 0)
            {
                var next = state;
                next.Writers[number].Hit = (byte)(pack + 1);
                next.Writers[number].Lane = LanePhase.Found;
                successors.Add(next, new Step("writer", number, "finds the chunk in pack", 1 << pack));
            }
        }

        if ((found == 0 || scope.StoresKnown) && writer.Own == OwnPack.None)
        {
            var next = state;
            next.Writers[number].Own = OwnPack.Published;
            next.Files |= (byte)(2 << number);
            successors.Add(next, new Step("writer", number, "publishes its pack", 2 << number));
        }
    }

    /// <summary>Whether or not it has been fenced meanwhile: it does not know.</summary>
    private static void AddOwnPack(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        if (state.Writers[number].Own == OwnPack.Published)
        {
            var next = state;
            next.Writers[number].Own = OwnPack.Indexed;
            next.Writers[number].Source = ChunkSource.Pack;
            next.Writers[number].Forget();
            next.Named |= (byte)(2 << number);
            successors.Add(next, new Step("writer", number, "publishes its segment", 2 << number));
        }
    }

    private void AddHit(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        ref readonly var writer = ref state.Writers[number];
        var pack = (byte)(1 << (writer.Hit - 1));
        var bitFirst = scope.Has(ProtocolRule.BitBeforeCheck);
        if (writer.Lane == LanePhase.Found == bitFirst)
        {
            SetBit(state, number, pack, successors);
        }
        else
        {
            LookForPack(state, number, pack, successors);
        }

        if ((writer.Relied & pack) != 0 && !scope.Has(ProtocolRule.LanesWaitForCheck))
        {
            var next = state;
            next.Writers[number].Source = ChunkSource.Pack;
            next.Writers[number].Hit = 0;
            next.Writers[number].Lane = LanePhase.None;
            next.Writers[number].Forget();
            successors.Add(next, new Step("writer", number, "relies on the bit that another lane has set", pack));
        }
    }

    private void SetBit(in ProtocolState state, int number, byte pack, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        writer.Relied |= pack;
        Advance(ref writer, LanePhase.BitSet);
        successors.Add(next, new Step("writer", number, "sets the bit of pack", pack));
    }

    private void LookForPack(in ProtocolState state, int number, byte pack, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        if ((state.Files & pack) != 0 || !scope.Has(ProtocolRule.ExistenceCheck))
        {
            Advance(ref writer, LanePhase.LookedFor);
            successors.Add(next, new Step("writer", number, "relies on pack", pack));
        }
        else
        {
            writer.Missing |= pack;
            writer.Hit = 0;
            writer.Lane = LanePhase.None;
            successors.Add(next, new Step("writer", number, "misses pack", pack));
        }
    }

    /// <summary>Of the two steps of a hit, the second one ends it.</summary>
    private static void Advance(ref WriterState writer, LanePhase done)
    {
        if (writer.Lane == LanePhase.Found)
        {
            writer.Lane = done;
            return;
        }

        writer.Source = ChunkSource.Pack;
        writer.Hit = 0;
        writer.Lane = LanePhase.None;
        writer.Forget();
    }
}
