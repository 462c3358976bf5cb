namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>How a writer follows the generations: reads a new one, excludes its packs, acknowledges it.</summary>
internal sealed class PollSteps(ProtocolScope scope)
{
    public void Add(in ProtocolState state, int number, Successors<ProtocolState> successors)
    {
        var next = state;
        ref var writer = ref next.Writers[number];
        switch (writer.Poll)
        {
            case PollPhase.None when state.IsOpen && state.Generation > writer.PolledGeneration:
                writer.PolledGeneration = state.Generation;
                writer.PolledPacks = state.Condemned;
                writer.Poll = PollPhase.Read;
                successors.Add(next, new Step("writer", number, "reads generation", state.Generation));
                break;
            case PollPhase.None when !state.IsOpen && writer.Excluded != 0:
                writer.Excluded = 0;
                successors.Add(next, new Step("writer", number, "sees no open generation"));
                break;
            case PollPhase.Read when CanExchange(writer):
                writer.Excluded = scope.Has(ProtocolRule.ExcludeCondemned) ? writer.PolledPacks : (byte)0;
                writer.Poll = PollPhase.Excluded;
                writer.Forget();
                successors.Add(next, new Step("writer", number, "excludes", writer.PolledPacks));
                break;
            case PollPhase.Excluded:
                Acknowledge(ref writer, (byte)(2 << number));
                successors.Add(next, new Step("writer", number, "acknowledges, with vetoes", writer.Vetoes));
                break;
        }
    }

    private bool CanExchange(in WriterState writer) =>
        writer.Lane == LanePhase.None || (writer.Relied & (1 << (writer.Hit - 1))) != 0
        || !scope.Has(ProtocolRule.LanesAtRest);

    private void Acknowledge(ref WriterState writer, byte ownPack)
    {
        var hits = scope.Has(ProtocolRule.VetoHits) ? writer.Relied : 0;
        var own = scope.Has(ProtocolRule.VetoOwnPacks) && writer.Own != OwnPack.None ? ownPack : 0;
        writer.Vetoes = (byte)((hits | own) & writer.PolledPacks);
        writer.Acknowledged = writer.PolledGeneration;
        writer.Poll = PollPhase.None;
        writer.Forget();
    }
}
