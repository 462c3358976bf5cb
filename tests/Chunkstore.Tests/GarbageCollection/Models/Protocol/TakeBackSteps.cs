namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>
/// A writer gives up: it deletes its pack if no segment was begun for it and it has not been ended. It may sleep
/// between any two steps.
/// </summary>
internal sealed class TakeBackSteps(ProtocolScope scope)
{
    public void Add(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        switch (writer.Phase)
        {
            case WriterPhase.Active when writer.Own == OwnPack.Published:
                var step = GiveUp(ref writer);
                successors.Add(next, new Step("writer", number, step));
                break;
            case WriterPhase.TakingBack:
                AddDeath(state, number, successors);
                writer.Phase = WriterPhase.TakenBack;
                next.Files &= (byte)~(2 << number);
                successors.Add(next, new Step("writer", number, "takes back its pack", 2 << number));
                break;
            case WriterPhase.TakenBack:
                writer = new WriterState { Phase = WriterPhase.Ended };
                successors.Add(next, new Step("writer", number, "removes its record"));
                break;
        }
    }

    private string GiveUp(ref WriterState writer)
    {
        if (!writer.IsRegistered)
        {
            writer = new WriterState { Phase = WriterPhase.Ended };
            return "gives up, and leaves its pack";
        }

        // Without the rule it looks for its record, and goes on.
        var renames = scope.Has(ProtocolRule.TakeBackRenames);
        writer = new WriterState
        {
            Phase = WriterPhase.TakingBack,
            IsRegistered = !renames,
            IsTakingBack = renames,
            HasTicket = writer.HasTicket && !renames,
        };
        return renames ? "gives up, and renames its record" : "gives up, and finds its record";
    }

    /// <summary>The one reason for which somebody else may remove such a record.</summary>
    private static void AddDeath(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        next.Writers[number] = new WriterState { Phase = WriterPhase.Ended };
        successors.Add(next, new Step("writer", number, "dies, and its record is removed"));
    }
}
